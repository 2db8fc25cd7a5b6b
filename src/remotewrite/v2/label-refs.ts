// The labels of one series, as numbers of symbols: name and value in turn. A label is mostly the same as the one at
// the same place of the series before, and then nothing is looked up. Only for bytes that this program wrote.
import { METRIC_LABEL } from '../../labels/encoded-labels.ts';
import { equalRange } from '../../wire/byte-ranges.ts';
import { readVarint, varintEnd, varintLength, writeVarint } from '../../wire/varint.ts';
import { TimeSeriesTag } from '../../wire/write-request-tags.ts';
import type { SymbolTable } from './symbol-table.ts';

const FIRST_LABELS = 64;

export class LabelRefs {
  readonly #symbols: SymbolTable;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** How many labels the series has that was read last. */
  count = 0;
  /** Bytes that its references take. */
  length = 0;
  /** The symbol of its metric name; 0 without one. */
  metric = 0;
  // For each place: the label read there last. Lengths are 0 where there was none.
  #starts = new Int32Array(FIRST_LABELS);
  #lengths = new Int32Array(FIRST_LABELS);
  #nameStarts = new Int32Array(FIRST_LABELS);
  #nameLengths = new Int32Array(FIRST_LABELS);
  #names = new Int32Array(FIRST_LABELS);
  #values = new Int32Array(FIRST_LABELS);
  /** Bytes of both references. */
  #refLengths = new Int32Array(FIRST_LABELS);
  /** The symbol of `__name__`; 0 until it is met. */
  #metricLabel = 0;

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
  }

  /** Starts a request whose labels are in `bytes`. */
  start(bytes: Buffer, view: DataView): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#lengths.fill(0);
    this.#nameLengths.fill(0);
    this.#metricLabel = 0;
  }

  /** Reads the `labels = 1` fields from `start` on; returns where the first other field begins. */
  read(start: number, end: number): number {
    this.count = 0;
    this.length = 0;
    this.metric = 0;
    let at = start;
    while (at < end && this.#bytes[at] === TimeSeriesTag.labels) at = this.#label(at);
    return at;
  }

  /** Writes the references; returns where they end. */
  write(bytes: Buffer, start: number): number {
    let at = start;
    for (let i = 0; i < this.count; i++) {
      at = writeVarint(bytes, at, this.#names[i]!);
      at = writeVarint(bytes, at, this.#values[i]!);
    }
    return at;
  }

  #label(at: number): number {
    const place = this.count++;
    if (place === this.#starts.length) this.#grow();
    const known = this.#lengths[place]!;
    // A field of another length differs in its first bytes, which hold the length: nothing after the field is compared.
    const isKnown = known > 0 && equalRange(this.#view, this.#starts[place]!, at, known);
    const end = isKnown ? at + known : this.#lookUp(place, at);
    if (this.#names[place] === this.#metricLabel) this.metric = this.#values[place]!;
    this.length += this.#refLengths[place]!;
    return end;
  }

  #lookUp(place: number, at: number): number {
    const bytes = this.#bytes;
    const nameLengthAt = varintEnd(bytes, at + 1) + 1;
    const nameStart = varintEnd(bytes, nameLengthAt);
    const nameLength = readVarint(bytes, nameLengthAt);
    this.#useName(place, nameStart, nameLength);
    const valueLengthAt = nameStart + nameLength + 1;
    const valueStart = varintEnd(bytes, valueLengthAt);
    const valueLength = readVarint(bytes, valueLengthAt);
    const value = this.#symbols.refOf(bytes, this.#view, valueStart, valueLength);
    this.#values[place] = value;
    this.#refLengths[place] = varintLength(this.#names[place]!) + varintLength(value);
    const end = valueStart + valueLength;
    this.#starts[place] = at;
    this.#lengths[place] = end - at;
    return end;
  }

  #useName(place: number, start: number, length: number): void {
    const isKnown =
      this.#nameLengths[place] === length && equalRange(this.#view, this.#nameStarts[place]!, start, length);
    this.#nameStarts[place] = start;
    this.#nameLengths[place] = length;
    if (isKnown) return;
    this.#names[place] = this.#symbols.refOf(this.#bytes, this.#view, start, length);
    if (METRIC_LABEL.compare(this.#bytes, start, start + length) === 0)
      this.#metricLabel = this.#names[place];
  }

  #grow(): void {
    const grow = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(2 * old.length);
      made.set(old);
      return made;
    };
    this.#starts = grow(this.#starts);
    this.#lengths = grow(this.#lengths);
    this.#nameStarts = grow(this.#nameStarts);
    this.#nameLengths = grow(this.#nameLengths);
    this.#names = grow(this.#names);
    this.#values = grow(this.#values);
    this.#refLengths = grow(this.#refLengths);
  }
}
