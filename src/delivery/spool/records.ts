// The format of a record in a segment file, and a group of records that is written at once. A record is a header of 20 bytes,
// then the payload. The header's checksum is seeded with the segment's salt and the record's offset, so that no payload can
// pass for a record, not even on purpose.
//
//   0  magic     4  payload length     8  shard hash     12  CRC-32 of the payload     16  CRC-32 of the 16 bytes before
//
// Numbers are little-endian.
import { crc32 } from 'node:zlib';
import type { SegmentName } from './segments.ts';

export const HEADER_BYTES = 20;
const CHECKED_BYTES = 16;
const MAGIC = 0x1e53_b1f7;
export const MAGIC_BYTES = Uint8Array.of(0xf7, 0xb1, 0x53, 0x1e);

export interface RecordHeader {
  readonly length: number;
  readonly shardHash: number;
  readonly payloadChecksum: number;
}

/** `offset` is that of the record in its file, `at` where to write in `into`. */
function writeHeader(into: Buffer, at: number, header: RecordHeader, salt: number, offset: number): void {
  into.writeUInt32LE(MAGIC, at);
  into.writeUInt32LE(header.length, at + 4);
  into.writeUInt32LE(header.shardHash, at + 8);
  into.writeUInt32LE(header.payloadChecksum, at + 12);
  into.writeUInt32LE(headerChecksum(into, at, salt, offset), at + CHECKED_BYTES);
}

/** Undefined if there is no sound header. `from` holds at least HEADER_BYTES after `at`. */
export function readHeader(from: Buffer, at: number, salt: number, offset: number): RecordHeader | undefined {
  if (from.readUInt32LE(at) !== MAGIC) return undefined;
  if (from.readUInt32LE(at + CHECKED_BYTES) !== headerChecksum(from, at, salt, offset)) return undefined;
  return {
    length: from.readUInt32LE(at + 4),
    shardHash: from.readUInt32LE(at + 8),
    payloadChecksum: from.readUInt32LE(at + 12),
  };
}

function headerChecksum(bytes: Buffer, at: number, salt: number, offset: number): number {
  return crc32(bytes.subarray(at, at + CHECKED_BYTES), (salt + offset) >>> 0);
}

/** Bytes taken from the system at a time; a larger record gets as much as it needs. */
const PIECE_BYTES = 64 * 1024;

/**
 * Records that will be written and synced together, in their form on disk. Append-only. It knows its segment from the start
 * because checksums depend on a record's offset.
 */
export class RecordGroup {
  readonly segment: SegmentName;
  /** Position of the first record. */
  readonly from: number;
  #end: number;
  readonly #full: Uint8Array[] = [];
  #piece: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(segment: SegmentName, from: number) {
    this.segment = segment;
    this.from = from;
    this.#end = from;
  }

  /** Position after the last record. */
  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#end - this.from;
  }

  /** Copies the payload; `length` is that of all its pieces. */
  append(shardHash: number, payload: readonly Uint8Array[], length: number): void {
    this.#makeRoom(HEADER_BYTES + length);
    const at = this.#used;
    this.#used += HEADER_BYTES;
    let payloadChecksum = 0;
    for (const piece of payload) {
      this.#piece.set(piece, this.#used);
      this.#used += piece.length;
      payloadChecksum = crc32(piece, payloadChecksum);
    }
    const offset = this.#end - this.segment.start;
    writeHeader(this.#piece, at, { length, shardHash, payloadChecksum }, this.segment.salt, offset);
    this.#end += HEADER_BYTES + length;
  }

  pieces(): readonly Uint8Array[] {
    return [...this.#full, this.#piece.subarray(0, this.#used)];
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#piece.length) return;
    if (this.#used > 0) this.#full.push(this.#piece.subarray(0, this.#used));
    // The first piece fits what a quiet collector appends; a busy one goes on in large ones.
    const least = this.#piece.length === 0 ? 4096 : PIECE_BYTES;
    this.#piece = Buffer.allocUnsafe(Math.max(least, bytes));
    this.#used = 0;
  }
}
