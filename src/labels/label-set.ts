// The labels of one series, as ranges of the push's arena: a reused register file, never an object per series.
// Invariant after `recall` or `settle`: `shape.order` lists the labels sorted by the bytes of their names, none twice.
import type { ByteArena } from '../wire/byte-arena.ts';
import { compareRanges, hashRange } from '../wire/words.ts';
import { type LabelShape, ShapeTable } from './label-shape.ts';

/** More labels than any backend takes; a bound on the work that one line can ask for. */
export const MAX_LABELS = 1000;

/** Places in `sample`. */
export const VALUE = 0;
export const TIMESTAMP_MS = 1;

/** Above this, sorting by insertion would let a hostile line cost too much. */
const INSERTION_SORT_MAX = 32;

export class LabelSet {
  readonly arena: ByteArena;
  /** The metric name. */
  metricStart = 0;
  metricEnd = 0;
  /** How many labels there are; the metric name is not among them. */
  count = 0;
  readonly nameStart = new Int32Array(MAX_LABELS);
  readonly nameEnd = new Int32Array(MAX_LABELS);
  readonly valueStart = new Int32Array(MAX_LABELS);
  readonly valueEnd = new Int32Array(MAX_LABELS);
  /** Value and timestamp in ms. In a typed array, since a double in an argument or field costs an allocation. */
  readonly sample = new Float64Array(2);
  /** An upper bound on the bytes of all names and values together. */
  maxBytes = 0;
  /** The names' order. The same object as long as the names stay the same. */
  shape: LabelShape;
  /** Whether a label value is empty, which means that the label is absent. */
  hasEmpty = false;
  readonly #shapes = new ShapeTable();
  readonly #order = new Int32Array(MAX_LABELS);
  readonly #noLabels: LabelShape;

  constructor(arena: ByteArena) {
    this.arena = arena;
    this.#noLabels = this.#shapes.add(0, this.#names(), this.#order);
    this.shape = this.#noLabels;
  }

  /** Takes all labels away. */
  clear(): void {
    this.count = 0;
    this.shape = this.#noLabels;
  }

  /** Looks for the shape of the names as they are now. False where they are new and have to be checked and settled. */
  recall(): boolean {
    const known = this.#shapes.find(this.#hashNames(), this.#names());
    if (known) this.shape = known;
    return known !== undefined;
  }

  /** Sorts new names. Returns the index of a label whose name another one has too, or -1. */
  settle(): number {
    const order = this.#order;
    const { count } = this;
    for (let i = 0; i < count; i++) order[i] = i;
    if (count > INSERTION_SORT_MAX) order.subarray(0, count).sort((a, b) => this.#compareNames(a, b));
    else this.#insertionSort();
    for (let i = 1; i < count; i++) {
      if (this.#compareNames(order[i - 1]!, order[i]!) === 0) return order[i]!;
    }
    this.shape = this.#shapes.add(this.#hashNames(), this.#names(), order);
    return -1;
  }

  /** The index of the label of this name, or -1. */
  indexOf(name: Buffer): number {
    const { bytes } = this.arena;
    for (let i = 0; i < this.count; i++) {
      if (compareRanges(bytes, this.nameStart[i]!, this.nameEnd[i]!, name, 0, name.length) === 0) return i;
    }
    return -1;
  }

  /** For messages only. */
  nameOf(index: number): string {
    return this.arena.bytes.toString('utf8', this.nameStart[index], this.nameEnd[index]);
  }

  #names() {
    const { count, nameStart, nameEnd } = this;
    return { bytes: this.arena.bytes, count, nameStart, nameEnd };
  }

  #hashNames(): number {
    let hash = this.count;
    for (let i = 0; i < this.count; i++) {
      const length = this.nameEnd[i]! - this.nameStart[i]!;
      hash = Math.imul(hash, 31) + hashRange(this.arena.view, this.nameStart[i]!, length);
    }
    return hash | 0;
  }

  #insertionSort(): void {
    const order = this.#order;
    for (let i = 1; i < this.count; i++) {
      const moving = order[i]!;
      let at = i;
      for (; at > 0 && this.#compareNames(order[at - 1]!, moving) > 0; at--) order[at] = order[at - 1]!;
      order[at] = moving;
    }
  }

  #compareNames(a: number, b: number): number {
    const { bytes } = this.arena;
    return compareRanges(
      bytes,
      this.nameStart[a]!,
      this.nameEnd[a]!,
      bytes,
      this.nameStart[b]!,
      this.nameEnd[b]!,
    );
  }
}
