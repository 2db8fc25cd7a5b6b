// Writes one series with one sample as a `timeseries = 1` field of `prometheus.WriteRequest`
// (https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol): labels merged and sorted, value bit-exact.
// Bytes in, bytes out; nothing is allocated per series.
import { hashLabel, labelLength } from '../labels/encoded-labels.ts';
import type { ExemplarSet } from '../labels/exemplar-set.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { type LabelSet, MAX_LABELS, MAX_SHAPES, NOT_KEPT, TIMESTAMP_MS } from '../labels/label-set.ts';
import type { NativeHistogram } from '../labels/native-histogram.ts';
import { copyRange, hashRange } from '../wire/byte-ranges.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { readVarint, varintLength, writeVarint } from '../wire/varint.ts';
import { WriteRequestTag } from '../wire/write-request-tags.ts';
import { maxHistogramLength, writeHistogram } from './histogram-writer.ts';
import { exemplarsLength, SampleWriter, writeExemplars } from './sample-writer.ts';
import type { SeriesPieces } from './series-pieces.ts';
import { METRIC_SLOT, makeTemplate, NO_VALUE, type SeriesTemplate } from './series-template.ts';

/** Tag and length of a label, and of its value, at their longest. */
const MAX_LABEL_OVERHEAD = 18;
const MAX_SERIES_OVERHEAD = 64;

export class SeriesEncoder {
  readonly #out: OutputBuffer;
  readonly #sample = new SampleWriter();
  /** By the number of the shape. A template itself says which shape and layout it is for. */
  readonly #templates: (SeriesTemplate | undefined)[] = new Array(MAX_SHAPES).fill(undefined);
  #template: SeriesTemplate | undefined;
  /** Absent labels are no part of the shape, so a template made without some serves only series that lack the same labels. */
  #isOneOff = false;
  readonly #absent = new Uint8Array(MAX_LABELS);
  #fixed: FixedLabels | undefined;
  #allFixed = 0;
  /** Bytes of the length of the series written last: the next one's is most often as long. */
  #headerBytes = 2;
  /** Where the series written last begins, and its labels, as ranges of the output, and the labels' hash. */
  seriesStart = 0;
  labelsStart = 0;
  labelsEnd = 0;
  labelsHash = 0;

  constructor(out: OutputBuffer) {
    this.#out = out;
  }

  /** Starts a push: `fixed` are the labels that all its series get. */
  start(fixed: FixedLabels): void {
    this.#fixed = fixed;
    this.#template = undefined;
    this.#allFixed = 0;
    for (let i = 0; i < fixed.shares.length; i++) this.#allFixed = (this.#allFixed + fixed.shares[i]!) | 0;
  }

  /** Appends the series with the sample in `labels.sample`. Throws OutputLimitError if it does not fit. */
  append(labels: LabelSet): void {
    const headerBytes = this.#open(labels, 0);
    this.#header(this.#sample.write(this.#out, this.labelsEnd, labels.sample), headerBytes);
  }

  /** As `append`, with the exemplars of the sample. */
  appendWithExemplars(labels: LabelSet, exemplars: ExemplarSet): void {
    const timestampMs = labels.sample[TIMESTAMP_MS]!;
    const headerBytes = this.#open(labels, exemplarsLength(exemplars, timestampMs));
    const at = this.#sample.write(this.#out, this.labelsEnd, labels.sample);
    this.#header(writeExemplars(this.#out, at, exemplars, timestampMs), headerBytes);
  }

  /** Appends the series with a native histogram in place of a sample; its timestamp is in `labels.sample`. */
  appendHistogram(labels: LabelSet, histogram: NativeHistogram, exemplars: ExemplarSet | undefined): void {
    const timestampMs = labels.sample[TIMESTAMP_MS]!;
    const exemplarsBytes = exemplars ? exemplarsLength(exemplars, timestampMs) : 0;
    const headerBytes = this.#open(labels, maxHistogramLength(histogram) + exemplarsBytes);
    // Exemplars have the smaller field number.
    const at = exemplars ? writeExemplars(this.#out, this.labelsEnd, exemplars, timestampMs) : this.labelsEnd;
    this.#header(writeHistogram(this.#out, at, histogram, timestampMs), headerBytes);
  }

  /** Writes the labels of a series that has up to `more` bytes in addition to labels and sample; returns the room kept for its length. */
  #open(labels: LabelSet, more: number): number {
    const fixed = this.#fixed!;
    const out = this.#out;
    if (this.#template?.shape !== labels.shape || this.#isOneOff || labels.hasEmpty)
      this.#useTemplate(labels, fixed);
    out.reserve(
      labels.maxBytes + fixed.bytes.length + labels.count * MAX_LABEL_OVERHEAD + MAX_SERIES_OVERHEAD + more,
    );
    this.seriesStart = out.length;
    const headerBytes = this.#headerBytes;
    this.labelsStart = out.length + 1 + headerBytes;
    this.labelsEnd = this.#labels(labels, fixed, this.#template!);
    return headerBytes;
  }

  /** Appends a series that is known, with the sample in `sample`. Throws OutputLimitError if it does not fit. */
  appendKnown(pieces: SeriesPieces, firstPiece: number, piecesEnd: number, sample: Float64Array): void {
    const fixed = this.#fixed!;
    const out = this.#out;
    const own = pieces.end(piecesEnd - 1) - pieces.start(firstPiece);
    out.reserve(own + fixed.bytes.length + MAX_SERIES_OVERHEAD);
    this.seriesStart = out.length;
    const headerBytes = this.#headerBytes;
    this.labelsStart = out.length + 1 + headerBytes;
    let at = this.labelsStart;
    for (let piece = firstPiece; piece < piecesEnd; piece++) {
      const from = pieces.fixedFrom(piece);
      const to = pieces.fixedTo(piece);
      if (to > from) {
        const start = fixed.starts[from]!;
        at = copyRange(fixed.bytes, fixed.view, start, out.bytes, out.view, at, fixed.ends[to - 1]! - start);
      }
      const start = pieces.start(piece);
      at = copyRange(pieces.bytes, pieces.view, start, out.bytes, out.view, at, pieces.end(piece) - start);
    }
    this.labelsEnd = at;
    this.#header(this.#sample.write(out, at, sample), headerBytes);
  }

  #useTemplate(labels: LabelSet, fixed: FixedLabels): void {
    const wasOneOff = this.#isOneOff;
    this.#isOneOff = labels.hasEmpty;
    if (labels.hasEmpty) {
      if (wasOneOff && this.#template?.shape === labels.shape && this.#lacksTheSame(labels)) return;
      this.#template = makeTemplate(labels, fixed);
      for (let i = 0; i < labels.count; i++) this.#absent[i] = isAbsent(labels, i);
      return;
    }
    const { id } = labels.shape;
    let template = this.#templates[id];
    if (template?.shape !== labels.shape || template.layout !== fixed.layout) {
      template = makeTemplate(labels, fixed);
      if (id !== NOT_KEPT) this.#templates[id] = template;
    }
    template.hashedStart.fill(-1);
    this.#template = template;
  }

  /** Whether the labels without a value are those that the one-off template was made without. */
  #lacksTheSame(labels: LabelSet): boolean {
    for (let i = 0; i < labels.count; i++) if (this.#absent[i] !== isAbsent(labels, i)) return false;
    return true;
  }

  #labels(labels: LabelSet, fixed: FixedLabels, template: SeriesTemplate): number {
    const { slots, fixedFrom, fixedTo, headerStart, headerEnd, longFrom, hashedStart, share } = template;
    const { bytes: from, view: fromView } = labels.arena;
    const { bytes: to, view: toView } = this.#out;
    let hash = this.#allFixed;
    let expectedFixed = 0;
    let at = this.labelsStart;
    for (let i = 0; i < template.steps; i++) {
      const firstFixed = fixedFrom[i]!;
      const endFixed = fixedTo[i]!;
      for (; expectedFixed < firstFixed; expectedFixed++) hash = (hash - fixed.shares[expectedFixed]!) | 0;
      if (endFixed > firstFixed) {
        const start = fixed.starts[firstFixed]!;
        at = copyRange(fixed.bytes, fixed.view, start, to, toView, at, fixed.ends[endFixed - 1]! - start);
        expectedFixed = endFixed;
      }
      const slot = slots[i]!;
      if (slot === NO_VALUE) continue;
      const valueStart = slot === METRIC_SLOT ? labels.metricStart : labels.valueStart[slot]!;
      const length = (slot === METRIC_SLOT ? labels.metricEnd : labels.valueEnd[slot]!) - valueStart;
      const header = at;
      at = copyRange(
        template.bytes,
        template.view,
        headerStart[i]!,
        to,
        toView,
        at,
        headerEnd[i]! - headerStart[i]!,
      );
      if (length < longFrom[i]!) {
        to[header + 1] = to[header + 1]! + length;
        to[at++] = length;
      } else at = this.#longHeader(template, i, header, length);
      at = copyRange(from, fromView, valueStart, to, toView, at, length);
      // A value that the line before has too is the same range, and has its hash.
      if (valueStart !== hashedStart[i]) {
        hashedStart[i] = valueStart;
        share[i] = hashLabel(template.nameHash[i]!, hashRange(fromView, valueStart, length));
      }
      hash = (hash + share[i]!) | 0;
    }
    for (; expectedFixed < fixed.shares.length; expectedFixed++)
      hash = (hash - fixed.shares[expectedFixed]!) | 0;
    this.labelsHash = hash;
    return at;
  }

  /** Writes the header of step `i` again, because its lengths do not fit one byte each. */
  #longHeader(template: SeriesTemplate, i: number, header: number, valueLength: number): number {
    const { bytes } = template;
    const { bytes: to } = this.#out;
    const nameAt = template.headerStart[i]! + 2;
    let at = writeVarint(to, header + 1, labelLength(readVarint(bytes, nameAt + 1), valueLength));
    at += bytes.copy(to, at, nameAt, template.headerEnd[i]!);
    return writeVarint(to, at, valueLength);
  }

  /** Writes the tag and length in front. Moves the content if the length does not take the room that was kept for it. */
  #header(end: number, headerBytes: number): void {
    const out = this.#out;
    const length = end - this.labelsStart;
    const needed = varintLength(length);
    if (needed !== headerBytes) {
      const shift = needed - headerBytes;
      out.bytes.copyWithin(this.labelsStart + shift, this.labelsStart, end);
      this.labelsStart += shift;
      this.labelsEnd += shift;
      this.#headerBytes = needed;
    }
    out.bytes[this.seriesStart] = WriteRequestTag.timeseries;
    writeVarint(out.bytes, this.seriesStart + 1, length);
    out.length = this.labelsStart + length;
  }
}

function isAbsent({ valueStart, valueEnd }: LabelSet, label: number): number {
  return valueStart[label] === valueEnd[label] ? 1 : 0;
}
