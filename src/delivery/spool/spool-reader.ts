// Reads records back, in order. Everything is checked on the way; what does not pass is told of and left out.
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { DamageBook } from './damage-book.ts';
import { describeSeen, isMissing } from './disk-trouble.ts';
import { HEADER_BYTES } from './record-format.ts';
import { formatSegmentName } from './segment-name.ts';
import type { Segment, SegmentTable } from './segment-table.ts';
import { SegmentWindow } from './segment-window.ts';
import type { SpoolFile, SpoolFiles } from './spool-files.ts';

export interface SpoolRecord {
  readonly position: number;
  /** Position behind the record. */
  readonly end: number;
  readonly shardHash: number;
  readonly payload: Uint8Array;
}

export interface SpoolReaderDeps {
  readonly folder: string;
  readonly files: SpoolFiles;
  readonly table: SegmentTable;
  readonly damage: DamageBook;
}

type Wants = (shardHash: number) => boolean;

/** What one call of `read` has got so far. */
interface Haul {
  readonly records: SpoolRecord[];
  next: number;
  /** Bytes that may still be added; the last record may go over. */
  room: number;
}

export class SpoolReader {
  readonly #deps: SpoolReaderDeps;

  constructor(deps: SpoolReaderDeps) {
    this.#deps = deps;
  }

  /**
   * The wanted records from position `from` on until about `maxBytes` of payload are read. `next` is where to go on,
   * undefined where there is no more. Rejects with an Error where the disk does not let us read.
   */
  async read(
    from: number,
    wants: Wants,
    maxBytes: number,
  ): Promise<{ records: SpoolRecord[]; next: number | undefined }> {
    const haul: Haul = { records: [], next: from, room: maxBytes };
    while (haul.room > 0) {
      const segment = this.#deps.table.holding(haul.next);
      if (segment === undefined) return { records: haul.records, next: undefined };
      haul.next = Math.max(haul.next, segment.start);
      try {
        await this.#readSegment(segment, wants, haul);
      } catch (error) {
        // What stands before it can be had; whoever goes on from there meets the error again.
        if (haul.records.length === 0) throw error;
        break;
      }
    }
    return haul;
  }

  async #readSegment(segment: Segment, wants: Wants, haul: Haul): Promise<void> {
    const { folder, files } = this.#deps;
    const name = formatSegmentName(segment);
    try {
      const file = await files.open(join(folder, name));
      try {
        await this.#readFile(file, segment, wants, haul);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isMissing(error) && !(await files.list(folder)).includes(name))
        await this.#skipMissing(segment, haul);
      else throw readError(join(folder, name), error);
    }
  }

  async #readFile(file: SpoolFile, segment: Segment, wants: Wants, haul: Haul): Promise<void> {
    const window = new SegmentWindow(file, segment, segment.end);
    while (haul.next < segment.end && haul.room > 0) {
      const position = haul.next;
      if (!window.hasHeader(position)) await window.moveTo(position);
      const header = window.headerAt(position);
      if (header === undefined) {
        haul.next = await this.#skipDamage(window, position);
        continue;
      }
      const { length, shardHash } = header;
      const end = position + HEADER_BYTES + length;
      if (!wants(shardHash)) {
        haul.next = end;
        continue;
      }
      const payload = await window.bytesAt(position + HEADER_BYTES, length);
      if (payload.length === length && crc32(payload) === header.payloadChecksum) {
        haul.records.push({ position, end, shardHash, payload });
        haul.room -= end - position;
      } else await this.#tellDamagedRecord(window, position, end);
      haul.next = end;
    }
  }

  /** Returns where the next sound header stands. */
  async #skipDamage(window: SegmentWindow, position: number): Promise<number> {
    const { damage } = this.#deps;
    const known = damage.endOf(position);
    if (known !== undefined) return known;
    const to = await window.nextHeader(position + 1);
    const stretch = { from: position, to, seen: 'other bytes' };
    await damage.found(stretch, (length) => window.bytesAt(position, length));
    return to;
  }

  async #tellDamagedRecord(window: SegmentWindow, position: number, end: number): Promise<void> {
    const stretch = { from: position, to: end, records: 1, seen: 'a wrong checksum' };
    await this.#deps.damage.found(stretch, (length) => window.bytesAt(position, length));
  }

  /** A segment that was released meanwhile is no loss, and nobody wants its records. */
  async #skipMissing(segment: Segment, haul: Haul): Promise<void> {
    const { table, damage } = this.#deps;
    const from = haul.next;
    haul.next = segment.end;
    if (table.holding(from)?.start !== segment.start) return;
    await damage.found({ from, to: segment.end, seen: 'no file' }, async () => new Uint8Array());
  }
}

function readError(path: string, cause: unknown): Error {
  return new Error(`Cannot read spool file ${path}: expected readable bytes, found ${describeSeen(cause)}`, {
    cause,
  });
}
