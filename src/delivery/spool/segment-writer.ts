// Writes groups to the newest segment, one at a time. A group is there when `write` resolves: written, synced, and under
// its name in the folder. Where it rejects, nothing more may be written before `cutBack` has resolved.
import { join } from 'node:path';
import type { Disk, DiskFile } from './disk/disk.ts';
import { goneError } from './disk/disk.ts';
import type { RecordGroup } from './records.ts';
import { formatSegmentName, type SegmentName } from './segments.ts';

interface OpenSegment {
  readonly name: SegmentName;
  readonly path: string;
  readonly file: DiskFile;
  /** What is known to be on disk. */
  syncedBytes: number;
}

export class SegmentWriter {
  readonly #folder: string;
  readonly #disk: Disk;
  #open: OpenSegment | undefined;
  /** Bytes behind what is synced that a failed group may have left. */
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

  /** Takes off what a failed group left behind, for good, and leaves the segment. May be tried again where it rejects. */
  async cutBack(): Promise<void> {
    const segment = this.#open;
    if (segment === undefined) return;
    const { file, syncedBytes } = segment;
    // A disk that refused every byte needs no cut, and where it has become read-only would refuse that too.
    if (this.#unsyncedBytes > 0 || (await file.size()) > syncedBytes) {
      this.#unsyncedBytes = Math.max(this.#unsyncedBytes, 1);
      await file.cut(syncedBytes);
      await file.sync();
    }
    this.#unsyncedBytes = 0;
    await this.close();
    // Empty, and its position is not used again; where it stays it does no harm.
    if (syncedBytes === 0) await this.#disk.remove(segment.path).catch(() => {});
  }

  async close(): Promise<void> {
    const segment = this.#open;
    this.#open = undefined;
    // What was promised is synced: an error now takes nothing back.
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
      rest = behind(rest, written);
    }
  }
}

function behind(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skipped = 0;
  let at = 0;
  while (at < pieces.length && skipped + pieces[at]!.length <= bytes) skipped += pieces[at++]!.length;
  if (at === pieces.length) return [];
  return [pieces[at]!.subarray(bytes - skipped), ...pieces.slice(at + 1)];
}
