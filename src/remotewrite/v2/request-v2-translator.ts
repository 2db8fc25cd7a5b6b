// Turns the fields of a `prometheus.WriteRequest` 1.0 into an `io.prometheus.write.v2.Request`, bytes to bytes
// (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message). Samples and histograms have the same
// fields in both and are copied; labels become references to symbols, metadata goes into each series.
import { OutputBuffer } from '../../wire/output-buffer.ts';
import { fieldEnd, readVarint, varintEnd, varintLength, writeVarint } from '../../wire/varint.ts';
import {
  ExemplarV2Tag,
  RequestV2Tag,
  TimeSeriesTag,
  TimeSeriesV2Tag,
  WriteRequestTag,
} from '../../wire/write-request-tags.ts';
import { FamilyRefs, NO_METADATA } from './family-refs.ts';
import type { FamilyRegistry } from './family-registry.ts';
import { LabelRefs } from './label-refs.ts';
import { SymbolTable } from './symbol-table.ts';

/** A text of one byte and its header take three bytes, and a reference can take more. */
const GROWTH = 2;
const MORE_PER_SERIES = 64;

export class RequestV2Translator {
  readonly #registry: FamilyRegistry;
  readonly #symbols: SymbolTable;
  readonly #series: OutputBuffer;
  readonly #labels: LabelRefs;
  readonly #exemplarLabels: LabelRefs;
  readonly #families: FamilyRefs;
  #fields: Buffer = Buffer.alloc(0);
  #withMetadata = true;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Bytes of the length of the series written last: the next one's is most often as long. */
  #headerBytes = 1;
  /** Exemplars of the request translated last. */
  exemplarCount = 0;

  /** `maxBytes` bounds what is written, before compression. */
  constructor(registry: FamilyRegistry, maxBytes: number) {
    this.#registry = registry;
    this.#symbols = new SymbolTable(maxBytes);
    this.#series = new OutputBuffer(maxBytes);
    this.#labels = new LabelRefs(this.#symbols);
    this.#exemplarLabels = new LabelRefs(this.#symbols);
    this.#families = new FamilyRefs(this.#symbols, registry);
  }

  /**
   * `fields` are as this program writes them, and have `SLACK` bytes after them in their memory. The result is valid until
   * the next call. Without metadata the field is there and empty. Throws OutputLimitError if the result would be larger than `maxBytes`.
   */
  translate(fields: Buffer, withMetadata = true): Buffer {
    this.#registry.noteMetadata(fields);
    this.#fields = fields;
    this.#view = new DataView(fields.buffer, fields.byteOffset);
    this.#symbols.reset();
    this.#series.reset();
    this.#labels.start(fields, this.#view);
    this.#exemplarLabels.start(fields, this.#view);
    this.#families.start();
    this.exemplarCount = 0;
    this.#withMetadata = withMetadata;
    for (let at = 0; at < fields.length; ) {
      const start = varintEnd(fields, at + 1);
      const end = start + readVarint(fields, at + 1);
      if (fields[at] === WriteRequestTag.timeseries) this.#translateSeries(start, end);
      at = end;
    }
    return this.#joined();
  }

  /** The symbols followed by the series. */
  #joined(): Buffer {
    const { out } = this.#symbols;
    out.reserve(this.#series.length);
    out.length += this.#series.bytes.copy(out.bytes, out.length, 0, this.#series.length);
    return out.written();
  }

  #translateSeries(start: number, end: number): void {
    const out = this.#series;
    out.reserve(GROWTH * (end - start) + MORE_PER_SERIES);
    const afterLabels = this.#labels.read(start, end);
    const contentAt = out.length + 1 + this.#headerBytes;
    let at = this.#writeRefs(contentAt, this.#labels, TimeSeriesV2Tag.labelsRefs);
    at = this.#copyValues(at, afterLabels, end);
    at = this.#writeExemplars(at, afterLabels, end);
    const metadata = this.#withMetadata ? this.#families.fieldFor(this.#labels.metric) : NO_METADATA;
    for (let i = 0; i < metadata.length; i++) out.bytes[at++] = metadata[i]!;
    this.#finishSeries(contentAt, at);
  }

  #writeRefs(at: number, labels: LabelRefs, tag: number): number {
    const { bytes } = this.#series;
    bytes[at] = tag;
    return labels.write(bytes, writeVarint(bytes, at + 1, labels.length));
  }

  /** Copies the samples and histograms among the fields in `[start, end)`. */
  #copyValues(at: number, start: number, end: number): number {
    const fields = this.#fields;
    const { bytes } = this.#series;
    let to = at;
    for (let from = start; from < end; ) {
      const next = fieldEnd(fields, from);
      const tag = fields[from];
      if (tag === TimeSeriesTag.samples || tag === TimeSeriesTag.histograms) {
        to += copyShort(fields, from, next, bytes, to);
        if (tag === TimeSeriesTag.histograms) bytes[to - (next - from)] = TimeSeriesV2Tag.histograms;
      }
      from = next;
    }
    return to;
  }

  #writeExemplars(at: number, start: number, end: number): number {
    const fields = this.#fields;
    let to = at;
    for (let from = start; from < end; ) {
      const next = fieldEnd(fields, from);
      if (fields[from] === TimeSeriesTag.exemplars)
        to = this.#writeExemplar(to, varintEnd(fields, from + 1), next);
      from = next;
    }
    return to;
  }

  /** Value and timestamp have the same fields in both versions. */
  #writeExemplar(at: number, start: number, end: number): number {
    const { bytes } = this.#series;
    const labels = this.#exemplarLabels;
    const afterLabels = labels.read(start, end);
    const refsLength = labels.count === 0 ? 0 : 1 + varintLength(labels.length) + labels.length;
    bytes[at] = TimeSeriesV2Tag.exemplars;
    let to = writeVarint(bytes, at + 1, refsLength + end - afterLabels);
    if (labels.count > 0) to = this.#writeRefs(to, labels, ExemplarV2Tag.labelsRefs);
    this.exemplarCount++;
    return to + this.#fields.copy(bytes, to, afterLabels, end);
  }

  /** Writes tag and length in front of the content. Moves the content if the length does not take the room that was kept. */
  #finishSeries(contentAt: number, end: number): void {
    const out = this.#series;
    const length = end - contentAt;
    this.#headerBytes = varintLength(length);
    const settledAt = out.length + 1 + this.#headerBytes;
    if (settledAt !== contentAt) out.bytes.copyWithin(settledAt, contentAt, end);
    out.bytes[out.length] = RequestV2Tag.timeseries;
    writeVarint(out.bytes, out.length + 1, length);
    out.length = settledAt + length;
  }
}

/** A sample has about twenty bytes, for which a call into native code costs more than the copy. */
function copyShort(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  if (end - start > 64) return from.copy(to, at, start, end);
  for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
  return end - start;
}
