// What the backend took of one series, sample by sample, and what was wrong with it. Values count up from 1, so a sample's
// value is also its place.
import type { TakenRequest } from './taken-samples.ts';

/** How a sample relates to the earlier ones. `inFlight`: repeated, which only a kill excuses. */
export type Arrival = 'first' | 'inFlight' | 'duplicated' | 'outOfOrder' | 'clashing';

/** With which start of the program a sample came, and when. */
type Sending = Pick<TakenRequest, 'generation' | 'takenAtMs'>;

export class SeriesHistory {
  readonly #taken = new Map<number, { readonly timestampMs: number; readonly takenAtMs: number }>();
  /** Up to here the program has had the backend's answer, and has sent more since. */
  #settled = 0;
  #newest = 0;
  #newestMs = Number.NEGATIVE_INFINITY;
  /** The newest value that this start of the program sent. */
  #newestOfGeneration = 0;
  #generation = 0;

  /** When a value was first taken; undefined if it never was. */
  takenAtMs(value: number): number | undefined {
    return this.#taken.get(value)?.takenAtMs;
  }

  take(value: number, timestampMs: number, { generation, takenAtMs }: Sending): Arrival {
    if (generation !== this.#generation) this.#newestOfGeneration = 0;
    this.#generation = generation;
    const isInOrder = value > this.#newestOfGeneration;
    this.#newestOfGeneration = Math.max(value, this.#newestOfGeneration);
    const before = this.#taken.get(value);
    if (before !== undefined) {
      // With another timestamp it is another sample for the backend.
      const isExcused = isInOrder && value > this.#settled && before.timestampMs === timestampMs;
      return isExcused ? 'inFlight' : 'duplicated';
    }
    this.#taken.set(value, { timestampMs, takenAtMs });
    return this.#first(value, timestampMs);
  }

  /** The answer to a request with this value must have been noted: the same lane has sent another one since. */
  settle(value: number): void {
    this.#settled = Math.max(this.#settled, value);
  }

  #first(value: number, timestampMs: number): Arrival {
    if (value < this.#newest) return 'outOfOrder';
    this.#newest = value;
    const clashes = timestampMs <= this.#newestMs;
    this.#newestMs = timestampMs;
    return clashes ? 'clashing' : 'first';
  }
}
