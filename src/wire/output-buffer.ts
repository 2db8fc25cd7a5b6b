// A growing buffer for encoded bytes, with a limit. Reused for every push.
import { SLACK } from './byte-ranges.ts';

const FIRST_BYTES = 1 << 16;
/** Kept between pushes; what a large push needed beyond this is given back after it. */
const KEPT_BYTES = 1 << 22;

export class OutputBuffer {
  bytes: Buffer = Buffer.alloc(FIRST_BYTES);
  view: DataView = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  /** How much is written. */
  length = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Makes sure that `count` more bytes and the slack fit. Throws `OutputLimitError` if that would pass the limit. */
  reserve(count: number): void {
    if (this.length + count + SLACK > this.bytes.length) this.#grow(this.length + count);
  }

  reset(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.#replace(FIRST_BYTES, 0);
  }

  written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  #grow(needed: number): void {
    if (needed > this.#maxBytes) throw new OutputLimitError(this.#maxBytes);
    this.#replace(Math.min(Math.max(needed, 2 * this.bytes.length), this.#maxBytes) + SLACK, this.length);
  }

  #replace(size: number, keep: number): void {
    const bytes = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(bytes, 0, 0, keep);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** What is being encoded does not fit the buffer's limit. */
export class OutputLimitError extends RangeError {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`Cannot encode push: expected at most ${maxBytes} bytes after encoding, found more`);
    this.maxBytes = maxBytes;
  }
}
