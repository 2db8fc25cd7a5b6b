// What rules made of series seen before, by the bytes of their labels: the same series come again and again, and rules cost
// a hundred times as much as a look-up. No object per series. Bounded; starts over when full.

import { hashRange, SLACK } from '../wire/byte-ranges.ts';
import { RangeTable } from '../wire/range-table.ts';

/** What rules made of a series' labels. */
export const RelabelResult = { unchanged: 0, changed: 1, dropped: 2, nameless: 3 } as const;
export type RelabelResult = (typeof RelabelResult)[keyof typeof RelabelResult];

const FIRST_SERIES = 1 << 8;
const FIRST_BYTES = 1 << 16;
const MAX_SERIES = 1 << 17;

export class RelabelCache {
  readonly #maxBytes: number;
  /** Labels as they came, each followed by what was made of them if that is something else. */
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES + SLACK);
  view = viewOf(this.bytes);
  #bytesEnd = 0;
  /** Labels chosen to collide are worked out each time. */
  readonly #series = new RangeTable(this, {
    firstEntries: FIRST_SERIES,
    keptEntries: MAX_SERIES,
    whenColliding: 'leave out',
  });
  // For each series, by its number.
  #madeLengths = new Int32Array(FIRST_SERIES);
  #madeHashes = new Int32Array(FIRST_SERIES);
  #results = new Uint8Array(FIRST_SERIES);

  /** `maxBytes` bounds the labels that are kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The number of the series with these labels; -1 if it is not known. */
  find(view: DataView, start: number, length: number, hash: number): number {
    return this.#series.find(this.view, view, start, length, hash);
  }

  result(series: number): RelabelResult {
    return this.#results[series] as RelabelResult;
  }

  /** What was made of the labels, as a range of `bytes`, and its hash; only if they changed. */
  madeStart(series: number): number {
    return this.#series.starts[series]! + this.#series.lengths[series]!;
  }

  madeLength(series: number): number {
    return this.#madeLengths[series]!;
  }

  madeHash(series: number): number {
    return this.#madeHashes[series]!;
  }

  /** Keeps the result for a series that is not known, unless the series would push many others out. */
  add(labels: Buffer, hash: number, result: RelabelResult, made: Buffer): void {
    const needed = labels.length + made.length;
    if (needed > this.#maxBytes >> 6) return;
    if (this.#series.count === MAX_SERIES || this.#bytesEnd + needed > this.#maxBytes) this.#clear();
    this.#reserve(needed);
    const start = this.#bytesEnd;
    const madeAt = start + labels.copy(this.bytes, start);
    if (this.#series.find(this.view, this.view, start, labels.length, hash) >= 0) return;
    const series = this.#series.add(start, labels.length, hash);
    if (series < 0) return;
    if (series === this.#results.length) this.#growColumns();
    this.#bytesEnd = madeAt + made.copy(this.bytes, madeAt);
    this.#madeLengths[series] = made.length;
    this.#madeHashes[series] = hashRange(this.view, madeAt, made.length);
    this.#results[series] = result;
  }

  #clear(): void {
    this.#series.reset();
    this.#bytesEnd = 0;
  }

  #growColumns(): void {
    const size = 2 * this.#results.length;
    const grow = <T extends Int32Array | Uint8Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.#madeLengths = grow(this.#madeLengths, new Int32Array(size));
    this.#madeHashes = grow(this.#madeHashes, new Int32Array(size));
    this.#results = grow(this.#results, new Uint8Array(size));
  }

  #reserve(count: number): void {
    const needed = this.#bytesEnd + count + SLACK;
    if (needed <= this.bytes.length) return;
    const doubled = Math.min(2 * this.bytes.length, this.#maxBytes + SLACK);
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, doubled));
    this.bytes.copy(grown, 0, 0, this.#bytesEnd);
    this.bytes = grown;
    this.view = viewOf(grown);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
