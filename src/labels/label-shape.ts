// The list of label names of a series, in the order they were pushed. Lists repeat from series to series and from push to
// push, so each is checked and sorted once and then remembered, in a bounded table.
import { compareRanges } from '../wire/words.ts';

/** Shapes remembered at one time. */
export const MAX_SHAPES = 1024;
/** Longer lists of names are not remembered. */
const MAX_REMEMBERED_BYTES = 4096;

/** The number of a shape that nothing may be kept for. */
export const UNREMEMBERED = -1;

export interface LabelShape {
  /** Below MAX_SHAPES, and may be given to another shape later; or UNREMEMBERED. */
  readonly id: number;
  /** The labels' places sorted by the bytes of their names. */
  readonly order: Int32Array;
  /** All names, one behind the other, and where each ends. */
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

  /** The remembered shape of these names. */
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

  /** A shape for these names in this order, remembered where it is not too long. */
  add(hash: number, names: LabelNames, order: Int32Array): LabelShape {
    const shape = makeShape(this.#nextId, names, order);
    if (shape.names.length > MAX_REMEMBERED_BYTES) return { ...shape, id: UNREMEMBERED };
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
