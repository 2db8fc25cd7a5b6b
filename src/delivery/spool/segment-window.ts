// A stretch of one segment file in memory. Readers go through the file in large pieces, whatever the size of the records.

import type { DiskFile } from './disk/disk.ts';
import { HEADER_BYTES, MAGIC_BYTES, type RecordHeader, readHeader } from './records.ts';
import type { SegmentName } from './segments.ts';

const WINDOW_BYTES = 256 * 1024;

export class SegmentWindow {
  readonly #file: DiskFile;
  readonly #segment: SegmentName;
  /** Nothing at or after this position is read. */
  readonly #limit: number;
  readonly #buffer: Buffer;
  #from = 0;
  #filled = 0;

  constructor(file: DiskFile, segment: SegmentName, limit: number) {
    this.#file = file;
    this.#segment = segment;
    this.#limit = limit;
    this.#buffer = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, Math.max(limit - segment.start, HEADER_BYTES)));
  }

  /** Whether the header at `position` is in memory. Also true if the file has none there. */
  hasHeader(position: number): boolean {
    return this.#holds(position, Math.min(HEADER_BYTES, this.#limit - position));
  }

  /** Moves on so that the window starts at `position`. */
  async moveTo(position: number): Promise<void> {
    const wanted = Math.min(this.#buffer.length, this.#limit - position);
    const into = this.#buffer.subarray(0, Math.max(wanted, 0));
    this.#from = position;
    this.#filled = 0;
    this.#filled = await this.#file.read(into, position - this.#segment.start);
  }

  /** Undefined if there is no sound header at `position`, or its record ends after the limit. */
  headerAt(position: number): RecordHeader | undefined {
    const { start, salt } = this.#segment;
    if (!this.#holds(position, HEADER_BYTES)) return undefined;
    const header = readHeader(this.#buffer, position - this.#from, salt, position - start);
    return header !== undefined && position + HEADER_BYTES + header.length <= this.#limit
      ? header
      : undefined;
  }

  /** A copy of the bytes; shorter than asked for at the end of the file. */
  async bytesAt(position: number, length: number): Promise<Uint8Array> {
    // The bytes that follow are probably read next, so a short read moves the window.
    if (!this.#holds(position, length) && length <= this.#buffer.length / 2) await this.moveTo(position);
    if (this.#holds(position, length)) {
      const at = position - this.#from;
      return new Uint8Array(this.#buffer.subarray(at, at + length));
    }
    const bytes = new Uint8Array(length);
    const count = await this.#file.read(bytes, position - this.#segment.start);
    return count === length ? bytes : bytes.slice(0, count);
  }

  /** The first position from `position` on that has a sound header; the limit if there is none. */
  async nextHeader(position: number): Promise<number> {
    let from = position;
    while (from < this.#limit) {
      await this.moveTo(from);
      const window = this.#buffer.subarray(0, this.#filled);
      for (let at = window.indexOf(MAGIC_BYTES); at >= 0; at = window.indexOf(MAGIC_BYTES, at + 1)) {
        if (this.headerAt(from + at) !== undefined) return from + at;
      }
      if (this.#filled < HEADER_BYTES) break;
      // The last bytes may be the start of a header.
      from += this.#filled - HEADER_BYTES + 1;
    }
    return this.#limit;
  }

  #holds(position: number, length: number): boolean {
    return position >= this.#from && position + length <= this.#from + this.#filled;
  }
}
