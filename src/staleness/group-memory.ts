// Which series each group has, for as many groups as fit: those not pushed for longest are forgotten first.
// Invariant: what is held stays within the bound; a group that alone is over it is not held.
import { hash } from 'node:crypto';
import type { RememberedSeries } from './remembered-series.ts';

/** For each backend its series; backends that got the same share one set. */
export type GroupSeries = readonly RememberedSeries[];

/** What a group takes besides its key and its sets: an entry of a Map and two small objects. */
const GROUP_BYTES = 200;
const BYTES_PER_BACKEND = 8;
const BYTES_PER_KEY_UNIT = 2;
/** Longer keys are remembered by their digest. */
const MAX_KEY_LENGTH = 256;

interface Held {
  readonly series: GroupSeries;
  readonly bytes: number;
}

export class GroupMemory {
  readonly #maxBytes: number;
  readonly #onForgotten: () => void;
  /** In the order of their last pushes. */
  readonly #groups = new Map<string, Held>();
  heldBytes = 0;

  /** `onForgotten` is called for each group that has to give way. */
  constructor(maxBytes: number, onForgotten: () => void) {
    this.#maxBytes = maxBytes;
    this.#onForgotten = onForgotten;
  }

  get count(): number {
    return this.#groups.size;
  }

  get(group: string): GroupSeries | undefined {
    return this.#groups.get(keyOf(group))?.series;
  }

  /** The group has just been pushed, with these series; with none it is not held. */
  set(group: string, series: GroupSeries): void {
    const key = keyOf(group);
    const known = this.#groups.get(key);
    const isUnchanged = known !== undefined && isSame(known.series, series);
    const held = isUnchanged ? known : { series, bytes: bytesOf(key, series) };
    this.#remove(key);
    if (series.every(({ count }) => count === 0)) return;
    if (held.bytes > this.#maxBytes) return this.#onForgotten();
    this.#groups.set(key, held);
    this.heldBytes += held.bytes;
    while (this.heldBytes > this.#maxBytes) this.#forgetOldest();
  }

  /** Drops what is known of the group. */
  delete(group: string): void {
    this.#remove(keyOf(group));
  }

  #forgetOldest(): void {
    for (const key of this.#groups.keys()) {
      this.#remove(key);
      return this.#onForgotten();
    }
  }

  #remove(key: string): void {
    this.heldBytes -= this.#groups.get(key)?.bytes ?? 0;
    this.#groups.delete(key);
  }
}

function keyOf(group: string): string {
  return group.length <= MAX_KEY_LENGTH ? group : hash('sha256', group, 'base64');
}

function bytesOf(key: string, series: GroupSeries): number {
  const own = GROUP_BYTES + BYTES_PER_KEY_UNIT * key.length + BYTES_PER_BACKEND * series.length;
  return [...new Set(series)].reduce((sum, set) => sum + set.heldBytes, own);
}

function isSame(a: GroupSeries, b: GroupSeries): boolean {
  return a.length === b.length && a.every((set, i) => set === b[i]);
}
