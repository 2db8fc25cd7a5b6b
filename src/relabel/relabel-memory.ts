// What rules made of series seen before, by the bytes of their labels: the same series come again and again, and rules cost
// a hundred times as much as a look-up. Open addressing in typed arrays, no object per series. Bounded; starts over when full.
import { equalRanges, hashRange, SLACK } from '../wire/words.ts';

/** What becomes of a series. */
export const Fate = { unchanged: 0, changed: 1, dropped: 2, nameless: 3 } as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

const FIRST_SERIES = 1 << 8;
const FIRST_BYTES = 1 << 16;
const MAX_SERIES = 1 << 17;
/** Names chosen to collide are worked out each time instead of being looked for. */
const MAX_PROBES = 32;

export class RelabelMemory {
  readonly #maxBytes: number;
  /** Labels as they came, each followed by what was made of them where that is something else. */
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES + SLACK);
  view = viewOf(this.bytes);
  #bytesEnd = 0;
  #count = 0;
  /** Numbers of series, counted from 1; 0 is a free slot. */
  #slots = new Int32Array(2 * FIRST_SERIES);
  #hashes = new Int32Array(FIRST_SERIES);
  #starts = new Int32Array(FIRST_SERIES);
  #lengths = new Int32Array(FIRST_SERIES);
  #madeLengths = new Int32Array(FIRST_SERIES);
  #madeHashes = new Int32Array(FIRST_SERIES);
  #fates = new Uint8Array(FIRST_SERIES);

  /** `maxBytes` bounds the labels that are remembered. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The number of the series with these labels, and -1 where it is not known. */
  find(view: DataView, start: number, length: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = spread(hash) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const series = this.#slots[slot]! - 1;
      if (series < 0) return -1;
      const isAlike = this.#hashes[series] === hash && this.#lengths[series] === length;
      if (isAlike && equalRanges(this.view, this.#starts[series]!, view, start, length)) return series;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  fate(series: number): Fate {
    return this.#fates[series] as Fate;
  }

  /** What was made of the labels, as a range of `bytes`, and its hash; only where they changed. */
  madeStart(series: number): number {
    return this.#starts[series]! + this.#lengths[series]!;
  }

  madeLength(series: number): number {
    return this.#madeLengths[series]!;
  }

  madeHash(series: number): number {
    return this.#madeHashes[series]!;
  }

  /** Remembers a series that `find` does not know; not one that would push many others out. */
  add(labels: Buffer, hash: number, fate: Fate, made: Buffer): void {
    const needed = labels.length + made.length;
    if (needed > this.#maxBytes >> 6) return;
    if (this.#count === MAX_SERIES || this.#bytesEnd + needed > this.#maxBytes) this.#clear();
    if (2 * (this.#count + 1) > this.#slots.length) this.#growColumns();
    this.#reserve(needed);
    if (!this.#enter(this.#count + 1, hash)) return;
    const series = this.#count++;
    this.#hashes[series] = hash;
    this.#starts[series] = this.#bytesEnd;
    this.#lengths[series] = labels.length;
    this.#madeLengths[series] = made.length;
    this.#fates[series] = fate;
    const madeAt = this.#bytesEnd + labels.copy(this.bytes, this.#bytesEnd);
    this.#bytesEnd = madeAt + made.copy(this.bytes, madeAt);
    this.#madeHashes[series] = hashRange(this.view, madeAt, made.length);
  }

  /** False where all slots that `find` would look at are taken. */
  #enter(number: number, hash: number): boolean {
    const mask = this.#slots.length - 1;
    let slot = spread(hash) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      if (this.#slots[slot] === 0) {
        this.#slots[slot] = number;
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#bytesEnd = 0;
  }

  #growColumns(): void {
    const size = this.#slots.length;
    const grow = <T extends Int32Array | Uint8Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.#hashes = grow(this.#hashes, new Int32Array(size));
    this.#starts = grow(this.#starts, new Int32Array(size));
    this.#lengths = grow(this.#lengths, new Int32Array(size));
    this.#madeLengths = grow(this.#madeLengths, new Int32Array(size));
    this.#madeHashes = grow(this.#madeHashes, new Int32Array(size));
    this.#fates = grow(this.#fates, new Uint8Array(size));
    this.#slots = new Int32Array(2 * size);
    for (let series = 0; series < this.#count; series++) this.#enter(series + 1, this.#hashes[series]!);
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

/** The low bits choose the slot, and products leave them poor. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
