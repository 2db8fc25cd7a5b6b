// Writes groups to the newest segment, one at a time. When `write` resolves, the group is stored: it is synced, and so is the
// name of its file. If `write` rejects, nothing more may be written before `cutBack` has resolved.
import { join } from 'node:path';
import type { Disk, DiskFile } from './disk/disk.ts';
import { goneError } from './disk/disk.ts';
import type { RecordGroup } from './records.ts';
import { formatSegmentName, type SegmentName } from './segments.ts';

interface OpenSegment {
  readonly name: SegmentName;
  readonly path: string;
  readonly file: DiskFile;
  /** How many bytes are known to be on disk. */
  syncedBytes: number;
}

export class SegmentWriter {
  readonly #folder: string;
  readonly #disk: Disk;
  #open: OpenSegment | undefined;
  /** Bytes after `syncedBytes` that a failed group may have left. */
  #unsyncedBytes = 0;

  constructor(folder: string, disk: Disk) {
    this.#folder = folder;
    this.#disk = disk;
  }

  /** The segment that is written to; it must not be removed. */
  get openSegment(): SegmentName | undefined {
    return this.#open?.name;
  }

  async write(group: RecordGroup): Promise<void> {
    const segment = await this.#segmentOf(group.segment);
    await this.#writeAll(segment, group.pieces());
    await segment.file.sync();
    if (segment.syncedBytes === 0) await this.#disk.syncFolder(this.#folder);
    if (!segment.file.isStillAt(segment.path)) throw goneError();
    segment.syncedBytes += this.#unsyncedBytes;
    this.#unsyncedBytes = 0;
  }

  /** Removes what a failed group wrote, synced, and closes the segment. If it rejects, it can be called again. */
  async cutBack(): Promise<void> {
    const segment = this.#open;
    if (segment === undefined) return;
    const { file, syncedBytes } = segment;
    // If the disk refused every byte, nothing has to be cut; a disk that became read-only would refuse the cut as well.
    if (this.#unsyncedBytes > 0 || (await file.size()) > syncedBytes) {
      this.#unsyncedBytes = Math.max(this.#unsyncedBytes, 1);
      await file.cut(syncedBytes);
      await file.sync();
    }
    this.#unsyncedBytes = 0;
    await this.close();
    // The segment is empty and its position is not used again, so it does no harm if it stays.
    if (syncedBytes === 0) await this.#disk.remove(segment.path).catch(() => {});
  }

  async close(): Promise<void> {
    const segment = this.#open;
    this.#open = undefined;
    // Everything that was acknowledged is synced, so an error does not matter now.
    await segment?.file.close().catch(() => {});
  }

  async #segmentOf(name: SegmentName): Promise<OpenSegment> {
    if (this.#open?.name === name) return this.#open;
    await this.close();
    const path = join(this.#folder, formatSegmentName(name));
    const file = await this.#disk.create(path);
    this.#open = { name, path, file, syncedBytes: 0 };
    return this.#open;
  }

  async #writeAll({ file, syncedBytes }: OpenSegment, pieces: readonly Uint8Array[]): Promise<void> {
    let rest = pieces;
    while (rest.length > 0) {
      const written = await file.write(rest, syncedBytes + this.#unsyncedBytes);
      this.#unsyncedBytes += written;
      rest = without(rest, written);
    }
  }
}

function without(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skipped = 0;
  let at = 0;
  while (at < pieces.length && skipped + pieces[at]!.length <= bytes) skipped += pieces[at++]!.length;
  if (at === pieces.length) return [];
  return [pieces[at]!.subarray(bytes - skipped), ...pieces.slice(at + 1)];
}
