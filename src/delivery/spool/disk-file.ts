// One open file on a real disk. The callback functions of node:fs cost less than its promises.
import {
  close,
  constants,
  fdatasync,
  fstat,
  fstatSync,
  ftruncate,
  open,
  openSync,
  read,
  statSync,
  writeSync,
  writev,
} from 'node:fs';
import type { SpoolFile } from './spool-files.ts';

type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** Only this user reads what was pushed. */
const FILE_MODE = 0o600;

export class DiskFile implements SpoolFile {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  static async open(path: string): Promise<DiskFile> {
    return new DiskFile(await promised<number>((done) => open(path, constants.O_RDONLY, done)));
  }

  static async create(path: string): Promise<DiskFile> {
    return new DiskFile(await promised<number>((done) => open(path, 'wx+', FILE_MODE, done)));
  }

  static openNow(path: string): DiskFile {
    return new DiskFile(openSync(path, constants.O_RDWR));
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const count = await promised<number>((done) =>
        read(this.#descriptor, into, filled, into.length - filled, at + filled, done),
      );
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  write(pieces: readonly Uint8Array[], at: number): Promise<number> {
    return promised((done) => writev(this.#descriptor, pieces, at, done));
  }

  writeNow(bytes: Uint8Array, at: number): void {
    const written = writeSync(this.#descriptor, bytes, 0, bytes.length, at);
    if (written === bytes.length) return;
    throw Object.assign(new Error(`expected ${bytes.length} bytes to be written, found ${written}`), {
      code: 'ENOSPC',
    });
  }

  sync(): Promise<void> {
    return promised((done) => fdatasync(this.#descriptor, done));
  }

  async size(): Promise<number> {
    return (await promised<{ size: number }>((done) => fstat(this.#descriptor, done))).size;
  }

  cut(size: number): Promise<void> {
    return promised((done) => ftruncate(this.#descriptor, size, done));
  }

  isStillAt(path: string): boolean {
    const named = statSync(path, { throwIfNoEntry: false });
    const held = fstatSync(this.#descriptor);
    return named !== undefined && named.ino === held.ino && named.dev === held.dev;
  }

  close(): Promise<void> {
    return promised((done) => close(this.#descriptor, done));
  }
}

function promised<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}
