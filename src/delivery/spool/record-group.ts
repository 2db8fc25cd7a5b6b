// The records that will be written and synced together, in the form they have on disk. Append-only; it knows its segment
// from the start, since checksums depend on a record's place.
import { crc32 } from 'node:zlib';
import { HEADER_BYTES, writeHeader } from './record-format.ts';
import type { SegmentName } from './segment-name.ts';

/** Bytes taken from the system at a time; a larger record gets as much as it needs. */
const PIECE_BYTES = 64 * 1024;

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

  /** Position behind the last record. */
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
