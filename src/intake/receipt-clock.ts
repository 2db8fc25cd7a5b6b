// The timestamp of a push: the time of its receipt in ms, but for one grouping key always later than the one before,
// also when two come in the same millisecond or the clock steps back. Bounded: keys not seen for long share one floor.
import { hash } from 'node:crypto';
import { RecentMap } from '../wire/recent-map.ts';

/** Grouping keys whose last timestamp is remembered. */
const REMEMBERED = 100_000;
/** Longer ones are remembered by their digest: 100,000 keys of many kilobytes each would fill the memory. */
const MAX_REMEMBERED_LENGTH = 256;

export class ReceiptClock {
  readonly #nowMs: () => number;
  readonly #onAdvanced: () => void;
  readonly #last: RecentMap<string, number>;
  /** No forgotten key has a later timestamp than this. */
  #floor = -Infinity;

  /** `onAdvanced` is called for each push that is stamped later than it was received. */
  constructor(nowMs: () => number, onAdvanced: () => void, remembered = REMEMBERED) {
    this.#nowMs = nowMs;
    this.#onAdvanced = onAdvanced;
    this.#last = new RecentMap(remembered, (dropped) => {
      for (const timestampMs of dropped.values()) this.#floor = Math.max(this.#floor, timestampMs);
    });
  }

  /** The timestamp for a push of the grouping key that is called `canonical`. */
  stamp(canonical: string): number {
    const nowMs = this.#nowMs();
    const key = canonical.length <= MAX_REMEMBERED_LENGTH ? canonical : hash('sha256', canonical, 'base64');
    const last = this.#last.get(key) ?? this.#floor;
    const timestampMs = nowMs > last ? nowMs : last + 1;
    if (timestampMs !== nowMs) this.#onAdvanced();
    this.#last.set(key, timestampMs);
    return timestampMs;
  }
}
