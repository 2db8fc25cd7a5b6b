// The labels and the sample of one series, as ranges of the push's arena. One object is reused for all series of all pushes.
// Invariant after `recall` or `settle`: `shape.order` lists the labels sorted by the bytes of their names, none twice.
import type { ByteArena } from '../wire/byte-arena.ts';
import { compareRanges, hashRange } from '../wire/byte-ranges.ts';

/** More labels than any backend takes; a bound on the work that one line can ask for. */
export const MAX_LABELS = 1000;

/** Places in `sample`. */
export const VALUE = 0;
export const TIMESTAMP_MS = 1;

/** With more labels, sorting by insertion would let a hostile line cost too much. */
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

  /** Looks for the shape of the names as they are now. False if they are new: then they have to be checked and settled. */
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

/** Shapes kept at one time. */
export const MAX_SHAPES = 1024;
/** Longer lists of names are not kept. */
const MAX_KEPT_BYTES = 4096;

/** The number of all shapes that are not kept. */
export const NOT_KEPT = -1;

/**
 * The list of label names of a series, in the order they were pushed. Lists repeat from series to series and from push to
 * push, so each is checked and sorted once and then kept, in a bounded table.
 */
export interface LabelShape {
  /** Below MAX_SHAPES, and may be given to another shape later; or NOT_KEPT. */
  readonly id: number;
  /** The labels' places sorted by the bytes of their names. */
  readonly order: Int32Array;
  /** All names, back to back, and where each ends. */
  readonly names: Buffer;
  readonly ends: Int32Array;
}

/** Names of labels as ranges of bytes. */
export interface LabelNames {
  readonly bytes: Buffer;
  readonly count: number;
  readonly nameStart: Int32Array;
  readonly nameEnd: Int32Array;
}

export class ShapeTable {
  readonly #byHash = new Map<number, LabelShape>();
  #nextId = 0;

  /** The known shape of these names. */
  find(hash: number, { bytes, count, nameStart, nameEnd }: LabelNames): LabelShape | undefined {
    const shape = this.#byHash.get(hash);
    if (shape === undefined || shape.ends.length !== count) return undefined;
    let start = 0;
    for (let i = 0; i < count; i++) {
      const end = shape.ends[i]!;
      if (compareRanges(shape.names, start, end, bytes, nameStart[i]!, nameEnd[i]!) !== 0) return undefined;
      start = end;
    }
    return shape;
  }

  /** A shape for these names in this order, kept if it is not too long. */
  add(hash: number, names: LabelNames, order: Int32Array): LabelShape {
    const shape = makeShape(this.#nextId, names, order);
    if (shape.names.length > MAX_KEPT_BYTES) return { ...shape, id: NOT_KEPT };
    this.#nextId = (this.#nextId + 1) % MAX_SHAPES;
    if (this.#nextId === 0) this.#byHash.clear();
    this.#byHash.set(hash, shape);
    return shape;
  }
}

function makeShape(
  id: number,
  { bytes, count, nameStart, nameEnd }: LabelNames,
  order: Int32Array,
): LabelShape {
  const names: Buffer[] = [];
  const ends = new Int32Array(count);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const name = bytes.subarray(nameStart[i], nameEnd[i]);
    names.push(name);
    end += name.length;
    ends[i] = end;
  }
  return { id, order: order.slice(0, count), names: Buffer.concat(names), ends };
}
