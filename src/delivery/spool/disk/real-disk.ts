// The real disk. The callback functions of node:fs cost less than its promises, so files use those.
import {
  close,
  closeSync,
  constants,
  fdatasync,
  fstat,
  fstatSync,
  fsyncSync,
  ftruncate,
  open,
  openSync,
  read,
  renameSync,
  statSync,
  writeSync,
  writev,
} from 'node:fs';
import { mkdir, open as openHandle, readdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';
import { lockFile } from './file-lock.ts';

type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** Only this user reads what was pushed. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export function realDisk(): Disk {
  return {
    makeFolder,
    list: (folder) => readdir(folder),
    open: RealDiskFile.open,
    create: RealDiskFile.create,
    openNow: RealDiskFile.openNow,
    replaceNow,
    remove: unlink,
    syncFolder,
    lock: lockFile,
  };
}

class RealDiskFile implements DiskFile {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  static async open(path: string): Promise<RealDiskFile> {
    return new RealDiskFile(await promised<number>((done) => open(path, constants.O_RDONLY, done)));
  }

  static async create(path: string): Promise<RealDiskFile> {
    return new RealDiskFile(await promised<number>((done) => open(path, 'wx+', FILE_MODE, done)));
  }

  static openNow(path: string): RealDiskFile {
    return new RealDiskFile(openSync(path, constants.O_RDWR));
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

/** One folder at a time: if mkdir makes several, Node reports a read-only disk as a missing path. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, FOLDER_MODE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, FOLDER_MODE);
  }
  // A new folder is on disk once its parent folder is synced.
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await openHandle(path, 'r').catch(unlessForeign);
  if (folder === undefined) return;
  try {
    await folder.sync().catch(unlessForeign);
  } finally {
    await folder.close();
  }
}

/** A folder that Sluice may not read cannot be synced, and some file systems sync no folder. */
function unlessForeign(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EINVAL') return undefined;
  throw error;
}

function replaceNow(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.new`;
  const file = openSync(fresh, 'w', FILE_MODE);
  try {
    if (writeSync(file, bytes, 0, bytes.length, 0) !== bytes.length)
      throw Object.assign(new Error('expected a whole write, found a short one'), { code: 'ENOSPC' });
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  syncFolderNow(dirname(path));
}

function syncFolderNow(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    unlessForeign(error as NodeJS.ErrnoException);
  } finally {
    closeSync(folder);
  }
}
