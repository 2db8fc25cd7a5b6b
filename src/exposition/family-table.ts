// The metric families of one push, by name. All parsers fill it; the transcoder reads types and metadata from it. Typed arrays,
// because a body may name as many families as it has lines. Names are ranges of the push's arena.
import { BYTE_CLASS, METRIC } from '../wire/ascii.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import { compareRanges, equalRange, hashRange } from '../wire/byte-ranges.ts';
import { RangeTable } from '../wire/range-table.ts';
import { show } from './exposition-error.ts';

/** The type of a family, numbered as `MetricMetadata.MetricType` of remote write 1.0; `notSet` until its first line. */
export const FamilyType = {
  notSet: -1,
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugeHistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
} as const;

/** Whether families of this type have samples whose name is that of the family plus a suffix. */
export function hasSuffixes(type: number): boolean {
  return type >= FamilyType.histogram && type <= FamilyType.summary;
}

/** Which value of its family a sample is. Only OpenMetrics text has samples for the time of creation. */
export const Role = { own: 0, sum: 1, count: 2, bucket: 3, created: 4 } as const;

/** An ending that the samples of families of these types have after the name of the family. */
export interface NameSuffix {
  readonly text: Buffer;
  readonly role: number;
  readonly types: readonly number[];
}

const FIRST_FAMILIES = 64;
const { histogram, gaugeHistogram, summary } = FamilyType;

/** The suffixes that Prometheus's expfmt knows in the text format. */
export const TEXT_SUFFIXES: readonly NameSuffix[] = [
  { text: Buffer.from('_sum'), role: Role.sum, types: [histogram, gaugeHistogram, summary] },
  { text: Buffer.from('_count'), role: Role.count, types: [histogram, gaugeHistogram, summary] },
  { text: Buffer.from('_bucket'), role: Role.bucket, types: [histogram, gaugeHistogram] },
];

export class FamilyTable {
  readonly #arena: ByteArena;
  readonly isHelpEscaped: boolean;
  readonly #suffixes: readonly NameSuffix[];
  /** A bit for each type that has suffixes. */
  readonly #suffixedTypes: number;
  readonly #names: RangeTable;
  /** The entry resolved last, or -1. The next name is usually the same. */
  latest = -1;
  /** Whether a family with suffixes has been declared: only then do suffixes have a meaning. */
  hasSuffixed = false;
  // One entry each; grown together.
  nameEnd = new Int32Array(FIRST_FAMILIES);
  type = new Int8Array(FIRST_FAMILIES);
  /** The entry itself, or the family whose name plus a suffix its name is. */
  owner = new Int32Array(FIRST_FAMILIES);
  role = new Int8Array(FIRST_FAMILIES);
  hasSamples = new Uint8Array(FIRST_FAMILIES);
  /** The line of the first sample, if there is one. */
  firstLine = new Int32Array(FIRST_FAMILIES);
  /** The raw text of HELP; start -1 without one. */
  helpStart = new Int32Array(FIRST_FAMILIES);
  helpEnd = new Int32Array(FIRST_FAMILIES);
  /** The text of UNIT, never escaped; start -1 without one. */
  unitStart = new Int32Array(FIRST_FAMILIES);
  unitEnd = new Int32Array(FIRST_FAMILIES);

  /** `isHelpEscaped`: whether HELP is escaped as in the text formats. */
  constructor(arena: ByteArena, isHelpEscaped: boolean, suffixes: readonly NameSuffix[] = TEXT_SUFFIXES) {
    this.#arena = arena;
    this.#names = new RangeTable(arena, {
      firstEntries: FIRST_FAMILIES,
      keptEntries: FIRST_FAMILIES,
      whenColliding: 'refuse',
    });
    this.#suffixes = suffixes;
    this.#suffixedTypes = suffixes
      .flatMap(({ types }) => types)
      .reduce((bits, type) => bits | (1 << type), 0);
    this.isHelpEscaped = isHelpEscaped;
  }

  get count(): number {
    return this.#names.count;
  }

  get hash(): Int32Array {
    return this.#names.hashes;
  }

  get nameStart(): Int32Array {
    return this.#names.starts;
  }

  reset(): void {
    this.#names.reset();
    if (this.type.length > FIRST_FAMILIES) this.#allocate(FIRST_FAMILIES);
    this.latest = -1;
    this.hasSuffixed = false;
  }

  /** The entry for the name of a sample, as expfmt resolves it: a known name, else a declared family plus a suffix, else new. */
  resolve(start: number, end: number): number {
    const hash = hashRange(this.#arena.view, start, end - start);
    this.latest = this.#find(hash, start, end);
    if (this.latest < 0) {
      this.latest = this.#add(hash, start, end);
      if (this.hasSuffixed) this.#attach(this.latest);
    }
    return this.latest;
  }

  /** The entry for the name of a family, even if it looks like another family plus a suffix; made if there is none. */
  declare(start: number, end: number): number {
    const hash = hashRange(this.#arena.view, start, end - start);
    const known = this.#find(hash, start, end);
    this.latest = known >= 0 ? known : this.#add(hash, start, end);
    return this.latest;
  }

  /** Notes that the family has a sample in this line. */
  addSample(family: number, line: number): void {
    if (this.hasSamples[family] === 1) return;
    this.hasSamples[family] = 1;
    this.firstLine[family] = line;
  }

  /** Where the bare name at `start` ends, if it is the one resolved last; otherwise 0. */
  matchLatest(start: number): number {
    const { latest } = this;
    if (latest < 0) return 0;
    const { bytes, view, bodyEnd } = this.#arena;
    const length = this.nameEnd[latest]! - this.nameStart[latest]!;
    const end = start + length;
    if (end >= bodyEnd || (BYTE_CLASS[bytes[end]!]! & METRIC) !== 0) return 0;
    return equalRange(view, this.nameStart[latest]!, start, length) ? end : 0;
  }

  /** Sets the type of an entry that is its own owner. */
  setType(family: number, type: number): void {
    this.type[family] = type;
    if (type >= 0 && (this.#suffixedTypes & (1 << type)) !== 0) this.hasSuffixed = true;
  }

  /**
   * A family with samples whose name is that of another family with samples plus one of its suffixes; -1 if there is none.
   */
  findCollision(): number {
    if (!this.hasSuffixed) return -1;
    for (let family = 0; family < this.count; family++) {
      if (this.owner[family] === family && this.hasSamples[family] === 1 && this.#collides(family))
        return family;
    }
    return -1;
  }

  name(family: number): string {
    return this.#arena.bytes.toString('utf8', this.nameStart[family], this.nameEnd[family]);
  }

  /** The name for messages, in quotes and cut. */
  shownName(family: number): string {
    return show(this.#arena.bytes, this.nameStart[family]!, this.nameEnd[family]!);
  }

  #collides(family: number): boolean {
    const found = this.#baseOf(family);
    return found !== undefined && this.hasSamples[found.base] === 1;
  }

  #attach(added: number): void {
    const found = this.#baseOf(added);
    if (found === undefined) return;
    this.owner[added] = found.base;
    this.role[added] = found.role;
  }

  /** The declared family and the role that an entry's name belongs to by its suffix. */
  #baseOf(family: number): { base: number; role: number } | undefined {
    const { bytes } = this.#arena;
    const start = this.nameStart[family]!;
    const end = this.nameEnd[family]!;
    for (const { text, role, types } of this.#suffixes) {
      // The last byte rules out most names.
      if (bytes[end - 1] !== text[text.length - 1]) continue;
      const cut = end - text.length;
      if (cut <= start || compareRanges(bytes, cut, end, text, 0, text.length) !== 0) continue;
      const base = this.#find(hashRange(this.#arena.view, start, cut - start), start, cut);
      if (base >= 0 && this.owner[base] === base && types.includes(this.type[base]!)) return { base, role };
    }
    return undefined;
  }

  #find(hash: number, start: number, end: number): number {
    return this.#names.find(this.#arena.view, this.#arena.view, start, end - start, hash);
  }

  #add(hash: number, start: number, end: number): number {
    const family = this.#names.add(start, end - start, hash);
    if (family === this.type.length) this.#allocate(2 * family);
    this.nameEnd[family] = end;
    this.type[family] = FamilyType.notSet;
    this.owner[family] = family;
    this.role[family] = Role.own;
    this.hasSamples[family] = 0;
    this.helpStart[family] = -1;
    this.unitStart[family] = -1;
    return family;
  }

  #allocate(size: number): void {
    const kept = Math.min(this.count, size);
    const grow = <T extends Int32Array | Int8Array | Uint8Array>(old: T, made: T): T => {
      made.set(old.subarray(0, kept));
      return made;
    };
    this.nameEnd = grow(this.nameEnd, new Int32Array(size));
    this.type = grow(this.type, new Int8Array(size));
    this.owner = grow(this.owner, new Int32Array(size));
    this.role = grow(this.role, new Int8Array(size));
    this.hasSamples = grow(this.hasSamples, new Uint8Array(size));
    this.firstLine = grow(this.firstLine, new Int32Array(size));
    this.helpStart = grow(this.helpStart, new Int32Array(size));
    this.helpEnd = grow(this.helpEnd, new Int32Array(size));
    this.unitStart = grow(this.unitStart, new Int32Array(size));
    this.unitEnd = grow(this.unitEnd, new Int32Array(size));
  }
}
