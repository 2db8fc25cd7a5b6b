// The snappy block format (https://github.com/google/snappy/blob/main/format_description.txt), compressing side.
// Written out because sealing is a good third of a push's cost: with words instead of bytes and buffers that are kept, it
// takes less than half the time of the library that bench/ and the tests compare it with, and leaves no garbage.

import { copyRange, SLACK } from '../wire/byte-ranges.ts';
import { writeVarint } from '../wire/varint.ts';

const TABLE_BITS = 14;
/** A copy's offset has 16 bits. */
const WINDOW = 1 << 16;
/** The main loop keeps this distance from the end, so that its word loads need no check. */
const MARGIN = 15;
const MIN_MATCH = 4;
const FIRST_OUTPUT = 64 * 1024;

/** The largest a block can become for `bytes` bytes. */
export function maxSnappyLength(bytes: number): number {
  return 32 + bytes + Math.ceil(bytes / 6);
}

export class SnappyEncoder {
  /** Hash of four bytes → where they were found last. */
  readonly #table = new Int32Array(1 << TABLE_BITS);
  #out: Buffer = Buffer.alloc(FIRST_OUTPUT);
  #outView: DataView = viewOf(this.#out);
  #outLength = 0;
  #input: Buffer = Buffer.alloc(0);
  #inputView: DataView = viewOf(this.#input);

  /** Compresses `bytes` into a block with its own memory. */
  encode(bytes: Uint8Array): Buffer {
    this.#input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#inputView = viewOf(this.#input);
    this.#makeRoom(maxSnappyLength(bytes.length) + SLACK);
    this.#outLength = writeVarint(this.#out, 0, bytes.length);
    const emitted = bytes.length > MARGIN ? this.#compress(bytes.length) : 0;
    if (emitted < bytes.length) this.#emitLastLiteral(emitted, bytes.length);
    const block = Buffer.allocUnsafeSlow(this.#outLength);
    this.#out.copy(block, 0, 0, this.#outLength);
    return block;
  }

  /** Emits all but a last literal; returns where that begins. */
  #compress(length: number): number {
    const table = this.#table.fill(0);
    const view = this.#inputView;
    const limit = length - MARGIN;
    let emitted = 0;
    let at = 1;
    for (;;) {
      let candidate = 0;
      // The longer nothing repeats, the larger the steps: incompressible input costs little.
      for (let skip = 32; ; at += skip++ >>> 5) {
        if (at >= limit) return emitted;
        const word = view.getInt32(at, true);
        const slot = slotOf(word);
        candidate = table[slot]!;
        table[slot] = at;
        if (at - candidate < WINDOW && view.getInt32(candidate, true) === word) break;
      }
      this.#emitLiteral(emitted, at);
      for (;;) {
        const matched = MIN_MATCH + matchLength(view, candidate + MIN_MATCH, at + MIN_MATCH, length);
        this.#emitCopy(at - candidate, matched);
        at += matched;
        emitted = at;
        if (at >= limit) return emitted;
        table[slotOf(view.getInt32(at - 1, true))] = at - 1;
        const word = view.getInt32(at, true);
        const slot = slotOf(word);
        candidate = table[slot]!;
        table[slot] = at;
        if (at - candidate >= WINDOW || view.getInt32(candidate, true) !== word) break;
      }
      at++;
    }
  }

  /** A literal that ends at least MARGIN before the input does. */
  #emitLiteral(start: number, end: number): void {
    const at = this.#literalHeader(end - start);
    this.#outLength = copyRange(
      this.#input,
      this.#inputView,
      start,
      this.#out,
      this.#outView,
      at,
      end - start,
    );
  }

  #emitLastLiteral(start: number, end: number): void {
    const at = this.#literalHeader(end - start);
    this.#outLength = at + this.#input.copy(this.#out, at, start, end);
  }

  #literalHeader(length: number): number {
    const out = this.#out;
    let at = this.#outLength;
    const coded = length - 1;
    if (coded < 60) out[at++] = coded << 2;
    else {
      const size = coded < 1 << 8 ? 1 : coded < 1 << 16 ? 2 : coded < 1 << 24 ? 3 : 4;
      out[at++] = (59 + size) << 2;
      at = out.writeUIntLE(coded, at, size);
    }
    return at;
  }

  #emitCopy(offset: number, length: number): void {
    const out = this.#out;
    let at = this.#outLength;
    let rest = length;
    // A last piece of at least four bytes must remain for the short form to be worth it.
    while (rest >= 68) {
      at = writeCopy(out, at, offset, 64);
      rest -= 64;
    }
    if (rest > 64) {
      at = writeCopy(out, at, offset, 60);
      rest -= 60;
    }
    if (rest < 12 && offset < 2048) {
      out[at++] = ((offset >>> 8) << 5) | ((rest - 4) << 2) | 1;
      out[at++] = offset;
    } else at = writeCopy(out, at, offset, rest);
    this.#outLength = at;
  }

  #makeRoom(length: number): void {
    if (length <= this.#out.length) return;
    this.#out = Buffer.allocUnsafeSlow(length);
    this.#outView = viewOf(this.#out);
  }
}

function writeCopy(out: Buffer, at: number, offset: number, length: number): number {
  out[at] = ((length - 1) << 2) | 2;
  out[at + 1] = offset;
  out[at + 2] = offset >>> 8;
  return at + 3;
}

function slotOf(word: number): number {
  return Math.imul(word, 0x1e35a7bd) >>> (32 - TABLE_BITS);
}

/** How many bytes at `a` and at `b`, the later one, are the same before `end`. */
function matchLength(view: DataView, a: number, b: number, end: number): number {
  let at = b;
  for (; at + 4 <= end; at += 4) {
    const difference = view.getInt32(a + at - b, true) ^ view.getInt32(at, true);
    if (difference !== 0) return at - b + ((31 - Math.clz32(difference & -difference)) >>> 3);
  }
  while (at < end && view.getUint8(a + at - b) === view.getUint8(at)) at++;
  return at - b;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
