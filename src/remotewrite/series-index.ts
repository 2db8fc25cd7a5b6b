// The series of one push by their encoded labels: finds a series that was pushed twice.
import { RangeTable } from '../wire/range-table.ts';

const FIRST_SERIES = 128;
/** What a larger push needed is given back after it. */
const KEPT_SERIES = 1 << 15;

export class SeriesIndex {
  readonly #out: { readonly view: DataView };
  readonly #series: RangeTable;
  /** The timestamp of the newest sample, if it had one of its own; otherwise NaN. */
  #timestamps = new Float64Array(FIRST_SERIES);

  /**
   * The labels are ranges of what `out.view` is at the time; until the next reset, bytes may only be added to it. What to do
   * with labels that were chosen to collide: see RangeTable.
   */
  constructor(out: { readonly view: DataView }, whenColliding: 'refuse' | 'use a map' = 'refuse') {
    this.#out = out;
    const sizes = { firstEntries: FIRST_SERIES, keptEntries: KEPT_SERIES };
    this.#series = new RangeTable(out, { ...sizes, whenColliding });
  }

  get count(): number {
    return this.#series.count;
  }

  reset(): void {
    this.#series.reset();
    if (this.#timestamps.length > KEPT_SERIES) this.#timestamps = new Float64Array(FIRST_SERIES);
  }

  /**
   * Adds the series whose labels are the range of the output, with their hash. `ownTimestampMs` is NaN for a sample without one.
   * False if the series is there already, unless each of its samples has a timestamp of its own, later than the one before.
   */
  add(start: number, end: number, labelsHash: number, ownTimestampMs: number): boolean {
    const known = this.#series.find(this.#out.view, this.#out.view, start, end - start, labelsHash);
    if (known >= 0) return this.#isLater(known, ownTimestampMs);
    const series = this.#series.add(start, end - start, labelsHash);
    if (series === this.#timestamps.length) this.#growTimestamps();
    this.#timestamps[series] = ownTimestampMs;
    return true;
  }

  /** Whether a series was added whose labels are `length` bytes at `start` of `view`, which may be another view. */
  has(view: DataView, start: number, length: number, labelsHash: number): boolean {
    return this.#series.find(this.#out.view, view, start, length, labelsHash) >= 0;
  }

  #isLater(series: number, ownTimestampMs: number): boolean {
    if (!(ownTimestampMs > this.#timestamps[series]!)) return false;
    this.#timestamps[series] = ownTimestampMs;
    return true;
  }

  #growTimestamps(): void {
    const larger = new Float64Array(2 * this.#timestamps.length);
    larger.set(this.#timestamps);
    this.#timestamps = larger;
  }
}
