// Reads records from the segments, in order. Every record is checked; damage is reported and left out.
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { LogRecord } from '../block/push-log.ts';
import type { Disk, DiskFile } from './disk/disk.ts';
import { describeErrno, isMissing } from './disk/disk.ts';
import type { KnownDamage } from './known-damage.ts';
import { HEADER_BYTES } from './records.ts';
import { SegmentWindow } from './segment-window.ts';
import type { Segment, SegmentTable } from './segments.ts';
import { formatSegmentName } from './segments.ts';

export interface SegmentReaderDeps {
  readonly folder: string;
  readonly disk: Disk;
  readonly table: SegmentTable;
  readonly damage: KnownDamage;
}

type Wants = (shardHash: number) => boolean;

/** The state of one call of `read`. */
interface Reading {
  readonly records: LogRecord[];
  next: number;
  /** How many bytes may still be added. The last record may exceed it. */
  room: number;
}

export class SegmentReader {
  readonly #deps: SegmentReaderDeps;

  constructor(deps: SegmentReaderDeps) {
    this.#deps = deps;
  }

  /**
   * The wanted records from position `from` on until about `maxBytes` of payload are read. `next` is where to go on,
   * undefined if there is no more. Rejects with an Error if the disk cannot be read.
   */
  async read(
    from: number,
    wants: Wants,
    maxBytes: number,
  ): Promise<{ records: LogRecord[]; next: number | undefined }> {
    const reading: Reading = { records: [], next: from, room: maxBytes };
    while (reading.room > 0) {
      const segment = this.#deps.table.holding(reading.next);
      if (segment === undefined) return { records: reading.records, next: undefined };
      reading.next = Math.max(reading.next, segment.start);
      try {
        await this.#readSegment(segment, wants, reading);
      } catch (error) {
        // The records before it are returned. The next call, which goes on from there, meets the error again.
        if (reading.records.length === 0) throw error;
        break;
      }
    }
    return reading;
  }

  async #readSegment(segment: Segment, wants: Wants, reading: Reading): Promise<void> {
    const { folder, disk } = this.#deps;
    const name = formatSegmentName(segment);
    try {
      const file = await disk.open(join(folder, name));
      try {
        await this.#readFile(file, segment, wants, reading);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isMissing(error) && !(await disk.list(folder)).includes(name))
        await this.#skipMissing(segment, reading);
      else throw readError(join(folder, name), error);
    }
  }

  async #readFile(file: DiskFile, segment: Segment, wants: Wants, reading: Reading): Promise<void> {
    const window = new SegmentWindow(file, segment, segment.end);
    while (reading.next < segment.end && reading.room > 0) {
      const position = reading.next;
      if (!window.hasHeader(position)) await window.moveTo(position);
      const header = window.headerAt(position);
      if (header === undefined) {
        reading.next = await this.#skipDamage(window, position);
        continue;
      }
      const { length, shardHash } = header;
      const end = position + HEADER_BYTES + length;
      if (!wants(shardHash)) {
        reading.next = end;
        continue;
      }
      const payload = await window.bytesAt(position + HEADER_BYTES, length);
      if (payload.length === length && crc32(payload) === header.payloadChecksum) {
        reading.records.push({ position, end, shardHash, payload });
        reading.room -= end - position;
      } else await this.#reportDamagedRecord(window, position, end);
      reading.next = end;
    }
  }

  /** Returns the position of the next sound header. */
  async #skipDamage(window: SegmentWindow, position: number): Promise<number> {
    const { damage } = this.#deps;
    const known = damage.endOf(position);
    if (known !== undefined) return known;
    const to = await window.nextHeader(position + 1);
    const stretch = { from: position, to, seen: 'other bytes' };
    await damage.found(stretch, (length) => window.bytesAt(position, length));
    return to;
  }

  async #reportDamagedRecord(window: SegmentWindow, position: number, end: number): Promise<void> {
    const stretch = { from: position, to: end, records: 1, seen: 'a wrong checksum' };
    await this.#deps.damage.found(stretch, (length) => window.bytesAt(position, length));
  }

  /** A segment that was released during the read is no loss. */
  async #skipMissing(segment: Segment, reading: Reading): Promise<void> {
    const { table, damage } = this.#deps;
    const from = reading.next;
    reading.next = segment.end;
    if (table.holding(from)?.start !== segment.start) return;
    await damage.found({ from, to: segment.end, seen: 'no file' }, async () => new Uint8Array());
  }
}

function readError(path: string, cause: unknown): Error {
  return new Error(`Cannot read spool file ${path}: expected readable bytes, found ${describeErrno(cause)}`, {
    cause,
  });
}
