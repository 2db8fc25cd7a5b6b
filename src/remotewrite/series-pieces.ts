// What can be kept of a series until it is pushed again: its encoded labels without the fixed ones, and the places of those.
// All series are in one pool of pieces; the numbers of its first and last piece identify a series.
import { compareLabelName } from '../labels/encoded-labels.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { SLACK } from '../wire/byte-ranges.ts';
import { fieldEnd } from '../wire/varint.ts';

/** Numbers for each piece: where its bytes begin and end, and the fixed labels `[from, to)` that go before them. */
const STRIDE = 4;

export class SeriesPieces {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly numbers: Int32Array;
  /** How many pieces there are, and how many bytes. */
  count = 0;
  #end = 0;

  constructor(maxBytes: number, maxPieces: number) {
    this.bytes = Buffer.allocUnsafeSlow(maxBytes + SLACK);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    this.numbers = new Int32Array(STRIDE * maxPieces);
  }

  clear(): void {
    this.count = 0;
    this.#end = 0;
  }

  start(piece: number): number {
    return this.numbers[STRIDE * piece]!;
  }

  end(piece: number): number {
    return this.numbers[STRIDE * piece + 1]!;
  }

  fixedFrom(piece: number): number {
    return this.numbers[STRIDE * piece + 2]!;
  }

  fixedTo(piece: number): number {
    return this.numbers[STRIDE * piece + 3]!;
  }

  /**
   * Adds the series whose `labels` fields are `from[start, end)`, encoded with `fixed`: as one piece, and one more for each
   * place inside it where fixed labels go. False if there is no more room.
   */
  add(from: Buffer, start: number, end: number, fixed: FixedLabels): boolean {
    const { names, overrides, starts, ends } = fixed;
    let next = 0;
    let run = 0;
    this.#open();
    for (let at = start; at < end; ) {
      const after = fieldEnd(from, at);
      while (next < names.length && compareLabelName(from, at, names[next]!) > 0) next++;
      const isNamedAlike = next < names.length && compareLabelName(from, at, names[next]!) === 0;
      const isFixed =
        isNamedAlike &&
        (overrides[next] || from.compare(fixed.bytes, starts[next], ends[next], at, after) === 0);
      if (next > run && !this.#cut(run, next)) return false;
      run = next;
      if (isFixed) next++;
      else {
        if (isNamedAlike) run = ++next;
        if (!this.#append(from, at, after)) return false;
      }
      at = after;
    }
    return this.#cut(run, names.length) && this.#hasRoomForPiece();
  }

  #hasRoomForPiece(): boolean {
    return STRIDE * (this.count + 2) <= this.numbers.length;
  }

  #open(): void {
    const at = STRIDE * this.count++;
    this.numbers[at] = this.#end;
    this.numbers[at + 1] = this.#end;
    this.numbers[at + 2] = 0;
    this.numbers[at + 3] = 0;
  }

  /** Fixed labels `[from, to)` go here. */
  #cut(from: number, to: number): boolean {
    const last = STRIDE * (this.count - 1);
    const isFresh = this.numbers[last] === this.numbers[last + 1];
    if (isFresh && this.numbers[last + 3] === from) this.numbers[last + 3] = to;
    else if (to > from) {
      if (!this.#hasRoomForPiece()) return false;
      this.#open();
      this.numbers[last + STRIDE + 2] = from;
      this.numbers[last + STRIDE + 3] = to;
    }
    return true;
  }

  #append(from: Buffer, start: number, end: number): boolean {
    if (this.#end + end - start > this.bytes.length - SLACK) return false;
    this.#end += from.copy(this.bytes, this.#end, start, end);
    this.numbers[STRIDE * (this.count - 1) + 1] = this.#end;
    return true;
  }
}
