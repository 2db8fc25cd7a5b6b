// Finds out at the start what the segments hold. The end of every segment but the newest is in the name of the one after it.
// The newest is read through, because a crash may have torn its tail.
import { join } from 'node:path';
import type { Disk, DiskFile } from './disk/disk.ts';
import { HEADER_BYTES } from './records.ts';
import { SegmentWindow } from './segment-window.ts';
import type { Segment } from './segments.ts';
import { formatSegmentName, parseSegmentName, type SegmentName } from './segments.ts';

export interface Recovered {
  /** Oldest first. */
  readonly segments: readonly Segment[];
  /** Bytes of a torn tail, which were written but never synced or acknowledged. */
  readonly tornBytes: number;
}

/** `syncedAtLeast`: everything before this position was synced once. If less is sound, that is damage, not a torn tail. */
export async function recoverSegments(folder: string, disk: Disk, syncedAtLeast: number): Promise<Recovered> {
  // What is read and delivered now must also be there after a power cut.
  await disk.syncFolder(folder);
  const names = (await disk.list(folder)).flatMap((name) => parseSegmentName(name) ?? []);
  names.sort((a, b) => a.start - b.start || a.previousEnd - b.previousEnd);
  const segments: Segment[] = [];
  let tornBytes = 0;
  for (const [at, name] of names.entries()) {
    const file = await disk.open(join(folder, formatSegmentName(name)));
    try {
      const bytes = await file.size();
      const next = names[at + 1];
      const end =
        next === undefined
          ? await newestEnd(file, name, bytes, syncedAtLeast)
          : Math.max(name.start, next.previousEnd);
      if (next === undefined) tornBytes = Math.max(0, name.start + bytes - end);
      segments.push({ ...name, end, bytes });
    } finally {
      await file.close();
    }
  }
  return { segments, tornBytes };
}

async function newestEnd(
  file: DiskFile,
  name: SegmentName,
  bytes: number,
  syncedAtLeast: number,
): Promise<number> {
  await file.sync();
  return Math.max(await soundEnd(file, name, bytes), syncedAtLeast);
}

/**
 * Position after the last whole record. A record with a sound header and a wrong payload counts as well; it is reported as
 * damaged when it is read. A torn write nearly always ends inside a record, so its last record has no whole payload.
 */
async function soundEnd(file: DiskFile, name: SegmentName, bytes: number): Promise<number> {
  const limit = name.start + bytes;
  const window = new SegmentWindow(file, name, limit);
  let end = name.start;
  let position = name.start;
  while (position < limit) {
    if (!window.hasHeader(position)) await window.moveTo(position);
    const header = window.headerAt(position);
    if (header === undefined) position = await window.nextHeader(position + 1);
    else {
      position += HEADER_BYTES + header.length;
      end = position;
    }
  }
  return end;
}
