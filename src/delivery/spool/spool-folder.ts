// The spool's directory: the paths in it, and the lock that keeps a second Sluice out.
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk, DiskLock } from './disk/disk.ts';
import { isMissing } from './disk/disk.ts';

/** Another program uses the directory. Trying again does not help. */
export class SpoolTakenError extends Error {
  constructor(directory: string) {
    super(`Cannot use spool directory ${directory}: expected no other Sluice in it, found one`);
    this.name = 'SpoolTakenError';
  }
}

export class SpoolFolder {
  readonly directory: string;
  readonly segments: string;
  readonly positions: string;
  readonly damaged: string;
  readonly #disk: Disk;
  #lock: DiskLock | undefined;

  constructor(directory: string, disk: Disk) {
    this.directory = directory;
    this.segments = join(directory, 'segments');
    this.positions = join(directory, 'positions');
    this.damaged = join(directory, 'damaged');
    this.#disk = disk;
  }

  /** Makes missing folders and takes the lock. Rejects with SpoolTakenError, or what the disk throws. */
  async enter(): Promise<void> {
    await this.#disk.makeFolder(this.segments);
    await this.#disk.makeFolder(this.positions);
    const path = join(this.directory, 'lock');
    // If the directory was removed and made again, the lock is on a file that no other program can see.
    if (this.#lock?.isStillAt(path)) return;
    this.leave();
    this.#lock = await this.#disk.lock(path);
    if (this.#lock === undefined) throw new SpoolTakenError(this.directory);
  }

  /** Tests that the disk stores this many bytes. Rejects with what the disk throws. */
  async probe(bytes: number): Promise<void> {
    const path = join(this.directory, 'probe');
    await this.#disk.remove(path).catch(unlessMissing);
    const file = await this.#disk.create(path);
    try {
      const zeros = new Uint8Array(bytes);
      for (let at = 0; at < bytes; ) at += await file.write([zeros.subarray(at)], at);
      await file.sync();
    } finally {
      await file.close();
      await this.#disk.remove(path).catch(unlessMissing);
    }
  }

  /** What `writeMark` wrote last; 0 if it cannot be read. */
  async readMark(): Promise<number> {
    try {
      const file = await this.#disk.open(join(this.directory, 'synced'));
      const bytes = Buffer.alloc(64);
      const length = await file.read(bytes, 0).finally(() => file.close());
      const [position = '', checksum] = bytes.toString('latin1', 0, length).split(' ');
      return checksum === String(crc32(position)) ? Number(position) : 0;
    } catch {
      return 0;
    }
  }

  /** Notes that everything before `position` was synced, so that the next start finds damage before it. */
  writeMark(position: number): void {
    const text = String(position);
    this.#disk.replaceNow(join(this.directory, 'synced'), Buffer.from(`${text} ${crc32(text)}`));
  }

  leave(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
