// Stamps each push with the time of its receipt in ms. For one grouping key each timestamp is later than the one before,
// even if two pushes come in the same millisecond or the clock steps back. The number of keys is bounded: keys that were
// not pushed for long share one lower bound.
import { hash } from 'node:crypto';
import { RecentMap } from '../../wire/recent-map.ts';

/** Grouping keys whose last timestamp is kept. */
const MAX_KEYS = 100_000;
/** Longer keys are kept as a digest: 100,000 keys of many kilobytes each would take too much memory. */
const MAX_KEY_LENGTH = 256;

export class ReceiptClock {
  readonly #nowMs: () => number;
  readonly #onAdvanced: () => void;
  readonly #last: RecentMap<string, number>;
  /** No key that was dropped has a later timestamp than this. */
  #floor = -Infinity;

  /** Calls `onAdvanced` for each push that it stamps later than it was received. */
  constructor(nowMs: () => number, onAdvanced: () => void, maxKeys = MAX_KEYS) {
    this.#nowMs = nowMs;
    this.#onAdvanced = onAdvanced;
    this.#last = new RecentMap(maxKeys, (dropped) => {
      for (const timestampMs of dropped.values()) this.#floor = Math.max(this.#floor, timestampMs);
    });
  }

  /** The timestamp for a push of the grouping key that is called `canonical`. */
  stamp(canonical: string): number {
    const nowMs = this.#nowMs();
    const key = canonical.length <= MAX_KEY_LENGTH ? canonical : hash('sha256', canonical, 'base64');
    const last = this.#last.get(key) ?? this.#floor;
    const timestampMs = nowMs > last ? nowMs : last + 1;
    if (timestampMs !== nowMs) this.#onAdvanced();
    this.#last.set(key, timestampMs);
    return timestampMs;
  }
}
