// The texts of doubles, as ranges of an arena. The bounds of buckets repeat from histogram to histogram and from push to push.
// Invariant: within one push the same double is the same range, unless another took its slot in between.
import type { ByteArena } from './byte-arena.ts';

const SLOT_BITS = 10;
const SLOTS = 1 << SLOT_BITS;

export class FloatTextCache {
  readonly #arena: ByteArena;
  readonly #render: (value: number) => string;
  readonly #low = new Int32Array(SLOTS);
  readonly #high = new Int32Array(SLOTS);
  /** Empty in a slot that has never been used. */
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');
  /** In which push the text was written to the arena, and where. */
  readonly #push = new Float64Array(SLOTS);
  readonly #start = new Int32Array(SLOTS);
  readonly #current = new Float64Array(1);
  readonly #bits = new Int32Array(this.#current.buffer);
  #pushCount = 1;
  /** The text asked for last. */
  start = 0;
  end = 0;

  /** `render` gives ASCII, never an empty text. */
  constructor(arena: ByteArena, render: (value: number) => string) {
    this.#arena = arena;
    this.#render = render;
  }

  /** Call it after each load of the arena. */
  reset(): void {
    this.#pushCount++;
  }

  /** Puts the range of the text of `value` into `start` and `end`; at most what `render` gives is written. */
  use(value: number): void {
    this.#current[0] = value;
    const low = this.#bits[0]!;
    const high = this.#bits[1]!;
    const slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - SLOT_BITS);
    const isKnown = this.#low[slot] === low && this.#high[slot] === high && this.#texts[slot] !== '';
    if (!isKnown) this.#fill(slot, low, high, value);
    if (this.#push[slot] !== this.#pushCount) {
      this.#start[slot] = this.#arena.writeAscii(this.#texts[slot]!);
      this.#push[slot] = this.#pushCount;
    }
    this.start = this.#start[slot]!;
    this.end = this.start + this.#texts[slot]!.length;
  }

  #fill(slot: number, low: number, high: number, value: number): void {
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#texts[slot] = this.#render(value);
    this.#push[slot] = 0;
  }
}
