// The labels that every series of a push gets in addition to its own: those of the grouping key, which win over the body's,
// and the configured defaults, which fill gaps. Encoded once per grouping key.
import { SLACK } from '../wire/byte-ranges.ts';
import { encodeLabel, hashEncodedLabels } from './encoded-labels.ts';

const MAX_LAYOUTS = 1024;

/** Fixed labels, sorted by the bytes of their names, no name twice. All lists have one entry for each. */
export interface FixedLabels {
  readonly names: readonly Buffer[];
  /** Whether this label replaces one of the body with the same name. */
  readonly overrides: readonly boolean[];
  /** Each label as a `labels` field of a `TimeSeries`: a range of `bytes`, empty if the label is to be absent. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly bytes: Buffer;
  readonly view: DataView;
  /** What each label adds to the hash of a series' labels. */
  readonly shares: Int32Array;
  /** Equal for fixed labels with equal names that override alike. */
  readonly layout: number;
  /** Whether the grouping key has a label of the name that a histogram, or a summary, needs for itself. */
  readonly hasLe: boolean;
  readonly hasQuantile: boolean;
}

interface Fixed {
  readonly name: Buffer;
  readonly value: string;
  readonly overrides: boolean;
}

/** Numbers the sets of fixed names. It starts over after many, which only costs work: a number is never given twice. */
export class LayoutNumbers {
  readonly #numbers = new Map<string, number>();
  #next = 0;

  numberOf(names: string): number {
    const known = this.#numbers.get(names);
    if (known !== undefined) return known;
    if (this.#numbers.size === MAX_LAYOUTS) this.#numbers.clear();
    this.#numbers.set(names, this.#next);
    return this.#next++;
  }
}

/** Joins a grouping key with the defaults: the grouping key wins, also with an empty value. */
export function fixLabels(
  grouping: ReadonlyMap<string, string>,
  defaults: Readonly<Record<string, string>>,
  layouts: LayoutNumbers,
): FixedLabels {
  const fixed: Fixed[] = [];
  for (const [name, value] of grouping) fixed.push({ name: Buffer.from(name), value, overrides: true });
  for (const [name, value] of Object.entries(defaults)) {
    if (!grouping.has(name) && value !== '') fixed.push({ name: Buffer.from(name), value, overrides: false });
  }
  return encode(
    fixed.sort((a, b) => Buffer.compare(a.name, b.name)),
    layouts,
  );
}

function encode(fixed: readonly Fixed[], layouts: LayoutNumbers): FixedLabels {
  const encoded = fixed.map(({ name, value }) =>
    value === '' ? Buffer.alloc(0) : encodeLabel(name, Buffer.from(value)),
  );
  const bytes = Buffer.concat([...encoded, Buffer.alloc(SLACK)]);
  const ends = new Int32Array(fixed.length);
  let end = 0;
  for (const [i, field] of encoded.entries()) {
    end += field.length;
    ends[i] = end;
  }
  const starts = ends.map((at, i) => at - encoded[i]!.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    names: fixed.map(({ name }) => name),
    overrides: fixed.map(({ overrides }) => overrides),
    starts,
    ends,
    bytes,
    view,
    shares: starts.map((start, i) => hashEncodedLabels(bytes, view, start, ends[i]!)),
    hasLe: hasName(fixed, 'le'),
    hasQuantile: hasName(fixed, 'quantile'),
    layout: layouts.numberOf(
      JSON.stringify(fixed.map(({ name, overrides }) => [name.toString(), overrides])),
    ),
  };
}

function hasName(fixed: readonly Fixed[], wanted: string): boolean {
  return fixed.some(({ name, overrides }) => overrides && name.equals(Buffer.from(wanted)));
}
