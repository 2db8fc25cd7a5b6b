// Which series each group has, for as many groups as fit: the group pushed least recently gives way first.
// What it holds stays within its bound. It does not hold a group that alone is over the bound.
import { hash } from 'node:crypto';
import type { KnownSeries } from './known-series.ts';

/** The series at each backend. Backends that got the same share one object. */
export type GroupSeries = readonly KnownSeries[];

/** A group takes an entry of a Map and two small objects, besides its key and its series. */
const GROUP_BYTES = 200;
const BYTES_PER_BACKEND = 8;
const BYTES_PER_KEY_UNIT = 2;
/** A longer key is replaced by its digest. */
const MAX_KEY_LENGTH = 256;

interface Held {
  readonly series: GroupSeries;
  readonly bytes: number;
}

export class KnownGroups {
  readonly #maxBytes: number;
  readonly #onForgotten: () => void;
  /** Least recently pushed first. */
  readonly #groups = new Map<string, Held>();
  heldBytes = 0;

  /** Calls `onForgotten` for each group that has to give way. */
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

  /** The group has just been pushed and now has these series. A group without series is not held. */
  set(group: string, series: GroupSeries): void {
    const key = keyOf(group);
    const prior = this.#groups.get(key);
    this.#remove(key);
    if (series.every(({ count }) => count === 0)) return;
    const held =
      prior !== undefined && isSame(prior.series, series) ? prior : { series, bytes: bytesOf(key, series) };
    if (held.bytes > this.#maxBytes) return this.#onForgotten();
    this.#groups.set(key, held);
    this.heldBytes += held.bytes;
    for (const oldest of this.#groups.keys()) {
      if (this.heldBytes <= this.#maxBytes) return;
      this.#remove(oldest);
      this.#onForgotten();
    }
  }

  delete(group: string): void {
    this.#remove(keyOf(group));
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
  return [...new Set(series)].reduce((sum, { heldBytes }) => sum + heldBytes, own);
}

function isSame(a: GroupSeries, b: GroupSeries): boolean {
  return a.length === b.length && a.every((series, backend) => series === b[backend]);
}
