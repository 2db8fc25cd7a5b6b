// A hash table of byte ranges: numbers the distinct ranges of one growing buffer from 0 on, in the order they were added.
// Open addressing in typed arrays, no object per range. Families, series, symbols and relabeled labels are looked up in it.
// Invariant: ranges chosen to collide never make it quadratic; what happens instead is the owner's choice.
import { equalRanges } from './byte-ranges.ts';

/** A search by chance takes one or two steps, hardly ever so many. */
const ORDINARY_STEPS = 32;
/** Longer searches may take so many steps in all until the next `reset`, and so many more for each entry. */
const FREE_STEPS = 65_536;
const STEPS_PER_ENTRY = 16;
const NO_SLOT = -1;

/**
 * What to do with ranges that collide far more often than by chance: refuse them with a CollisionError, go on with a Map of
 * texts, whose hash function no client can predict, or leave each one out that is hard to place.
 */
export type WhenColliding = 'refuse' | 'use a map' | 'leave out';

export interface RangeTableOptions {
  readonly firstEntries: number;
  /** `reset` gives back the memory of a table that has grown beyond this. */
  readonly keptEntries: number;
  readonly whenColliding: WhenColliding;
}

/** The names or labels of a push were chosen to collide. */
export class CollisionError extends RangeError {
  constructor() {
    super(
      'Cannot read exposition: expected names and labels that seldom share a hash, found too many that do',
    );
  }
}

export class RangeTable {
  readonly #owner: { readonly view: DataView };
  readonly #options: RangeTableOptions;
  /** How many ranges there are. */
  count = 0;
  // For each range, by its number.
  starts: Int32Array;
  lengths: Int32Array;
  hashes: Int32Array;
  /**
   * For each slot the number of its range, counted from 1, and the hash: side by side, so that a search reads nothing else until
   * hashes agree. The number is 0 for a free slot. Only slots up to `#mask` are used: half of them at most.
   */
  #slots: Int32Array;
  #mask: number;
  /** Where the range goes that `find` has just not found. */
  #freeSlot = NO_SLOT;
  #steps = 0;
  /** In place of the slots, for `use a map`, once ranges collide. */
  #byText: Map<string, number> | undefined;

  /** Ranges are of `owner.view`, which may become another view of the same bytes and more, and has SLACK bytes after them. */
  constructor(owner: { readonly view: DataView }, options: RangeTableOptions) {
    const { firstEntries } = options;
    this.#owner = owner;
    this.#options = options;
    this.starts = new Int32Array(firstEntries);
    this.lengths = new Int32Array(firstEntries);
    this.hashes = new Int32Array(firstEntries);
    this.#slots = new Int32Array(4 * firstEntries);
    this.#mask = 2 * firstEntries - 1;
  }

  /** Takes all ranges out. */
  reset(): void {
    this.count = 0;
    this.#steps = 0;
    this.#byText = undefined;
    if (this.hashes.length > this.#options.keptEntries) this.#shrink();
    this.#mask = 2 * this.#options.firstEntries - 1;
    this.#slots.fill(0, 0, 2 * (this.#mask + 1));
  }

  /**
   * The number of the range with the `length` bytes at `start` of `view`, which have this hash; -1 if there is none. `own` is the
   * owner's view: reading it here, where owners differ, costs a few percent of a push.
   */
  find(own: DataView, view: DataView, start: number, length: number, hash: number): number {
    if (this.#byText !== undefined) return this.#byText.get(textOf(view, start, length)) ?? -1;
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = spread(hash) & mask;
    for (let steps = 0; steps < ORDINARY_STEPS; steps++) {
      const range = slots[2 * slot]! - 1;
      if (range < 0) {
        this.#freeSlot = slot;
        return -1;
      }
      const isAlike = slots[2 * slot + 1] === hash && this.lengths[range] === length;
      if (isAlike && equalRanges(own, this.starts[range]!, view, start, length)) return range;
      slot = (slot + 1) & mask;
    }
    return this.#findFar(slot, view, start, length, hash);
  }

  /**
   * Adds a range of the owner's view that the last call of `find` has not found; returns its number. With `leave out` it is
   * -1 if the range was hard to place.
   */
  add(start: number, length: number, hash: number): number {
    if (this.#byText === undefined && this.#freeSlot === NO_SLOT) return -1;
    const range = this.count++;
    if (range === this.hashes.length) this.#growColumns();
    this.starts[range] = start;
    this.lengths[range] = length;
    this.hashes[range] = hash;
    if (this.#byText !== undefined) this.#byText.set(this.#textOf(range), range);
    else {
      this.#fill(this.#freeSlot, range, hash);
      if (2 * this.count > this.#mask) this.#growSlots();
    }
    return range;
  }

  #is(range: number, view: DataView, start: number, length: number): boolean {
    return (
      this.lengths[range] === length &&
      equalRanges(this.#owner.view, this.starts[range]!, view, start, length)
    );
  }

  #fill(slot: number, range: number, hash: number): void {
    this.#slots[2 * slot] = range + 1;
    this.#slots[2 * slot + 1] = hash;
  }

  /** Goes on with a search that has taken more steps than are ordinary, at `slot`. */
  #findFar(from: number, view: DataView, start: number, length: number, hash: number): number {
    this.#freeSlot = NO_SLOT;
    if (this.#options.whenColliding === 'leave out') return -1;
    let slot = from;
    let range = this.#slots[2 * slot]! - 1;
    while (range >= 0 && !(this.hashes[range] === hash && this.#is(range, view, start, length))) {
      slot = (slot + 1) & this.#mask;
      range = this.#slots[2 * slot]! - 1;
    }
    this.#freeSlot = slot;
    this.#spend((slot - spread(hash)) & this.#mask);
    return range;
  }

  /** Counts a search of so many steps. Throws CollisionError, or falls back to the map, when they become too many. */
  #spend(steps: number): void {
    if (steps <= ORDINARY_STEPS) return;
    this.#steps += steps;
    if (this.#steps <= FREE_STEPS + STEPS_PER_ENTRY * this.count) return;
    if (this.#options.whenColliding === 'refuse') throw new CollisionError();
    this.#byText = new Map();
    for (let range = 0; range < this.count; range++) this.#byText.set(this.#textOf(range), range);
  }

  #textOf(range: number): string {
    return textOf(this.#owner.view, this.starts[range]!, this.lengths[range]!);
  }

  #shrink(): void {
    const size = this.#options.firstEntries;
    this.starts = new Int32Array(size);
    this.lengths = new Int32Array(size);
    this.hashes = new Int32Array(size);
    this.#slots = new Int32Array(4 * size);
  }

  #growColumns(): void {
    this.starts = doubled(this.starts);
    this.lengths = doubled(this.lengths);
    this.hashes = doubled(this.hashes);
  }

  #growSlots(): void {
    const size = 2 * (this.#mask + 1);
    this.#mask = size - 1;
    if (2 * size > this.#slots.length) this.#slots = new Int32Array(2 * size);
    else this.#slots.fill(0, 0, 2 * size);
    for (let range = 0; range < this.count && this.#byText === undefined; range++) this.#place(range);
  }

  #place(range: number): void {
    const first = spread(this.hashes[range]!) & this.#mask;
    let slot = first;
    while (this.#slots[2 * slot] !== 0) {
      slot = (slot + 1) & this.#mask;
      const isFar = ((slot - first) & this.#mask) >= ORDINARY_STEPS;
      if (isFar && this.#options.whenColliding === 'leave out') return;
    }
    this.#spend((slot - first) & this.#mask);
    this.#fill(slot, range, this.hashes[range]!);
  }
}

/** The low bits choose the slot, and products and sums of products leave them poor. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

function doubled(column: Int32Array): Int32Array {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}

/** Each byte as one character. */
function textOf(view: DataView, start: number, length: number): string {
  return Buffer.from(view.buffer, view.byteOffset + start, length).toString('latin1');
}
