// The exemplars of one sample or native histogram, as ranges of the push's arena. Like the LabelSet, one object is reused.
// Invariant after `finish`: the labels of each exemplar are sorted by the bytes of their names, none twice, none empty.
import type { ByteArena } from '../wire/byte-arena.ts';
import { compareRanges } from '../wire/byte-ranges.ts';

/** More than any client keeps for one histogram; a bound on what one sample can ask for. */
export const MAX_EXEMPLARS = 64;
export const MAX_EXEMPLAR_LABELS = 1024;

export class ExemplarSet {
  readonly arena: ByteArena;
  count = 0;
  /** The labels of all exemplars: those of the first one, then those of the next. */
  labelCount = 0;
  readonly nameStart = new Int32Array(MAX_EXEMPLAR_LABELS);
  readonly nameEnd = new Int32Array(MAX_EXEMPLAR_LABELS);
  readonly valueStart = new Int32Array(MAX_EXEMPLAR_LABELS);
  readonly valueEnd = new Int32Array(MAX_EXEMPLAR_LABELS);
  /** For each exemplar the index after its last label. */
  readonly labelsEnd = new Int32Array(MAX_EXEMPLARS);
  readonly values = new Float64Array(MAX_EXEMPLARS);
  /** In ms; NaN for an exemplar that has the time of its sample. */
  readonly timestampsMs = new Float64Array(MAX_EXEMPLARS);

  constructor(arena: ByteArena) {
    this.arena = arena;
  }

  clear(): void {
    this.count = 0;
    this.labelCount = 0;
  }

  get isFull(): boolean {
    return this.count === MAX_EXEMPLARS;
  }

  /** Where the labels of exemplar `index` begin. */
  labelsStart(index: number): number {
    return index === 0 ? 0 : this.labelsEnd[index - 1]!;
  }

  /** Adds a label to the exemplar that `finish` will end. False if there is no more room. */
  addLabel(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): boolean {
    const at = this.labelCount;
    if (at === MAX_EXEMPLAR_LABELS) return false;
    this.nameStart[at] = nameStart;
    this.nameEnd[at] = nameEnd;
    this.valueStart[at] = valueStart;
    this.valueEnd[at] = valueEnd;
    this.labelCount++;
    return true;
  }

  /**
   * Ends an exemplar, whose value and timestamp are already in `values[count]` and `timestampsMs[count]`. Not to be called
   * if `isFull`. Returns a label whose name another one has too, or -1.
   */
  finish(): number {
    const start = this.labelsStart(this.count);
    this.#sort(start);
    for (let i = start + 1; i < this.labelCount; i++) if (this.#compareNames(i - 1, i) === 0) return i;
    this.#dropEmpty(start);
    this.labelsEnd[this.count++] = this.labelCount;
    return -1;
  }

  #sort(start: number): void {
    for (let i = start + 1; i < this.labelCount; i++) {
      for (let at = i; at > start && this.#compareNames(at - 1, at) > 0; at--) this.#swap(at - 1, at);
    }
  }

  #compareNames(a: number, b: number): number {
    const { nameStart, nameEnd } = this;
    const { bytes } = this.arena;
    return compareRanges(bytes, nameStart[a]!, nameEnd[a]!, bytes, nameStart[b]!, nameEnd[b]!);
  }

  #swap(a: number, b: number): void {
    for (const column of [this.nameStart, this.nameEnd, this.valueStart, this.valueEnd]) {
      const kept = column[a]!;
      column[a] = column[b]!;
      column[b] = kept;
    }
  }

  #dropEmpty(start: number): void {
    let to = start;
    for (let at = start; at < this.labelCount; at++) {
      if (this.valueStart[at] === this.valueEnd[at]) continue;
      if (to !== at) this.#swap(to, at);
      to++;
    }
    this.labelCount = to;
  }
}
