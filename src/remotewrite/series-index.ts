// The series of one push by their encoded labels: finds a series that was pushed twice. Open addressing in typed arrays.
import { ProbeBudget } from '../wire/probe-budget.ts';
import { equalRange, equalRanges } from '../wire/words.ts';

const FIRST_SERIES = 128;
/** What a larger push needed is given back after it. */
const KEPT_SERIES = 1 << 15;

export class SeriesIndex {
  readonly #out: { readonly view: DataView };
  /** Numbers of series, counted from 1; 0 is a free slot. */
  #slots = new Int32Array(2 * FIRST_SERIES);
  #mask = 2 * FIRST_SERIES - 1;
  #hashes = new Int32Array(FIRST_SERIES);
  #starts = new Int32Array(FIRST_SERIES);
  #lengths = new Int32Array(FIRST_SERIES);
  /** The timestamp of the newest sample, where it had one of its own; otherwise NaN. */
  #timestamps = new Float64Array(FIRST_SERIES);
  count = 0;
  readonly #probes = new ProbeBudget();

  /** The labels stand in what `out.view` is at the time; until the next reset only more may be written to it. */
  constructor(out: { readonly view: DataView }) {
    this.#out = out;
  }

  reset(): void {
    this.count = 0;
    this.#probes.reset();
    if (this.#hashes.length > KEPT_SERIES) this.#shrink();
    this.#mask = 2 * FIRST_SERIES - 1;
    this.#slots.fill(0, 0, this.#mask + 1);
  }

  /**
   * Adds the series whose labels are the range of the output, with their hash. `ownTimestampMs` is NaN for a sample without one.
   * False where the series is there already, unless each of its samples has a timestamp of its own, ever larger.
   */
  add(start: number, end: number, labelsHash: number, ownTimestampMs: number): boolean {
    const length = end - start;
    const { view } = this.#out;
    // The low bits choose the slot, and sums of products leave them poor.
    const hash = labelsHash ^ (labelsHash >>> 15);
    const first = hash & this.#mask;
    let slot = first;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const series = this.#slots[slot]! - 1;
      if (this.#hashes[series] !== hash || this.#lengths[series] !== length) continue;
      if (equalRange(view, this.#starts[series]!, start, length))
        return this.#isLater(series, ownTimestampMs);
    }
    this.#probes.spend((slot - first) & this.#mask, this.count);
    const series = this.count++;
    if (series === this.#hashes.length) this.#growColumns();
    this.#slots[slot] = this.count;
    this.#hashes[series] = hash;
    this.#starts[series] = start;
    this.#lengths[series] = length;
    this.#timestamps[series] = ownTimestampMs;
    if (2 * this.count > this.#mask) this.#growSlots();
    return true;
  }

  /** Whether a series was added whose labels are `length` bytes at `start` of `view`, which may be another view. */
  has(view: DataView, start: number, length: number, labelsHash: number): boolean {
    const hash = labelsHash ^ (labelsHash >>> 15);
    const first = hash & this.#mask;
    let slot = first;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const series = this.#slots[slot]! - 1;
      if (this.#hashes[series] !== hash || this.#lengths[series] !== length) continue;
      if (equalRanges(this.#out.view, this.#starts[series]!, view, start, length)) return true;
    }
    this.#probes.spend((slot - first) & this.#mask, this.count);
    return false;
  }

  #isLater(series: number, ownTimestampMs: number): boolean {
    if (!(ownTimestampMs > this.#timestamps[series]!)) return false;
    this.#timestamps[series] = ownTimestampMs;
    return true;
  }

  #shrink(): void {
    this.#slots = new Int32Array(2 * FIRST_SERIES);
    this.#hashes = new Int32Array(FIRST_SERIES);
    this.#starts = new Int32Array(FIRST_SERIES);
    this.#lengths = new Int32Array(FIRST_SERIES);
    this.#timestamps = new Float64Array(FIRST_SERIES);
  }

  #growColumns(): void {
    const grow = <T extends Int32Array | Float64Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const size = 2 * this.#hashes.length;
    this.#hashes = grow(this.#hashes, new Int32Array(size));
    this.#starts = grow(this.#starts, new Int32Array(size));
    this.#lengths = grow(this.#lengths, new Int32Array(size));
    this.#timestamps = grow(this.#timestamps, new Float64Array(size));
  }

  #growSlots(): void {
    const size = 2 * (this.#mask + 1);
    this.#mask = size - 1;
    if (size > this.#slots.length) this.#slots = new Int32Array(size);
    else this.#slots.fill(0, 0, size);
    for (let series = 0; series < this.count; series++) {
      const first = this.#hashes[series]! & this.#mask;
      let slot = first;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#probes.spend((slot - first) & this.#mask, this.count);
      this.#slots[slot] = series + 1;
    }
  }
}
