// Writes a `histograms = 4` field of a `TimeSeries`: `prometheus.Histogram` of remote write
// (https://github.com/prometheus/prometheus/blob/main/prompb/types.proto). Count and zero count are written even if
// they are zero, because each is one of two fields that show the kind of histogram.
import {
  type BucketRun,
  FLOAT_COUNT,
  FLOAT_ZERO_COUNT,
  type NativeHistogram,
  SUM,
  ZERO_THRESHOLD,
} from '../labels/native-histogram.ts';
import { settleNaNs, writeDouble } from '../wire/double.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { varintLength, writeInt64, writeVarint, writeVarint64, zigzag32 } from '../wire/varint.ts';
import { BucketSpanTag, HistogramTag, TimeSeriesTag } from '../wire/write-request-tags.ts';

const RESET_HINT_GAUGE = 3;

/** Tags of the fields of one side of zero: spans, differences of whole counts, counts as doubles. */
interface SideTags {
  readonly spans: number;
  readonly deltas: number;
  readonly counts: number;
}
const NEGATIVE: SideTags = {
  spans: HistogramTag.negativeSpans,
  deltas: HistogramTag.negativeDeltas,
  counts: HistogramTag.negativeCounts,
};
const POSITIVE: SideTags = {
  spans: HistogramTag.positiveSpans,
  deltas: HistogramTag.positiveDeltas,
  counts: HistogramTag.positiveCounts,
};

const MAX_SPAN_BYTES = 14;
/** Everything except spans and buckets. */
const MAX_SCALAR_BYTES = 128;
/** Room for the length in front of the content, until that is known. */
const HEADER_BYTES = 1 + 4;

/** A bound on what `writeHistogram` writes. */
export function maxHistogramLength({ negative, positive }: NativeHistogram): number {
  const spans = negative.spanCount + positive.spanCount;
  return MAX_SCALAR_BYTES + MAX_SPAN_BYTES * spans + negative.byteLength + positive.byteLength;
}

/** Writes the histogram at `start`, where there must be room; returns where it ends. */
export function writeHistogram(
  out: OutputBuffer,
  start: number,
  histogram: NativeHistogram,
  timestampMs: number,
): number {
  const { bytes } = out;
  const contentAt = start + HEADER_BYTES;
  let at = writeCounts(out, contentAt, histogram);
  at = writeSide(out, at, histogram.negative, NEGATIVE, histogram.isFloat);
  at = writeSide(out, at, histogram.positive, POSITIVE, histogram.isFloat);
  if (histogram.isGauge) {
    bytes[at] = HistogramTag.resetHint;
    bytes[at + 1] = RESET_HINT_GAUGE;
    at += 2;
  }
  if (timestampMs !== 0) {
    bytes[at] = HistogramTag.timestamp;
    at = writeInt64(bytes, at + 1, timestampMs);
  }
  const length = at - contentAt;
  bytes[start] = TimeSeriesTag.histograms;
  const settledAt = writeVarint(bytes, start + 1, length);
  bytes.copyWithin(settledAt, contentAt, at);
  return settledAt + length;
}

function writeCounts(out: OutputBuffer, start: number, histogram: NativeHistogram): number {
  const { bytes, view } = out;
  const { numbers, schema, isFloat } = histogram;
  let at = start;
  if (isFloat) at = writeDoubleField(out, at, HistogramTag.countFloat, numbers[FLOAT_COUNT]!);
  else at = writeWholeField(bytes, at, HistogramTag.countInt, histogram.count);
  if (!Object.is(numbers[SUM], 0)) at = writeDoubleField(out, at, HistogramTag.sum, numbers[SUM]!);
  if (schema !== 0) {
    bytes[at] = HistogramTag.schema;
    at = writeVarint(bytes, at + 1, zigzag32(schema));
  }
  if (numbers[ZERO_THRESHOLD] !== 0) {
    bytes[at] = HistogramTag.zeroThreshold;
    at = writeDouble(view, at + 1, numbers[ZERO_THRESHOLD]!);
  }
  if (isFloat) return writeDoubleField(out, at, HistogramTag.zeroCountFloat, numbers[FLOAT_ZERO_COUNT]!);
  return writeWholeField(bytes, at, HistogramTag.zeroCountInt, histogram.zeroCount);
}

function writeDoubleField({ bytes, view }: OutputBuffer, at: number, tag: number, value: number): number {
  bytes[at] = tag;
  return writeDouble(view, at + 1, value);
}

function writeWholeField(bytes: Buffer, at: number, tag: number, [low = 0, high = 0]: Uint32Array): number {
  bytes[at] = tag;
  return writeVarint64(bytes, at + 1, low, high);
}

function writeSide(
  out: OutputBuffer,
  start: number,
  run: BucketRun,
  tags: SideTags,
  isFloat: boolean,
): number {
  const { bytes } = out;
  let at = start;
  for (let i = 0; i < run.spanCount; i++) {
    bytes[at] = tags.spans;
    at = writeSpan(bytes, at + 1, run.offsets[i]!, run.lengths[i]!);
  }
  if (run.byteLength === 0) return at;
  bytes[at] = isFloat ? tags.counts : tags.deltas;
  at = writeVarint(bytes, at + 1, run.byteLength);
  const end = at + run.bytes.copy(bytes, at, 0, run.byteLength);
  if (isFloat) settleNaNs(out.view, at, end);
  return end;
}

/** The content of a `BucketSpan { offset = 1 (sint32), length = 2 (uint32) }` with its length in front. */
function writeSpan(bytes: Buffer, start: number, offset: number, length: number): number {
  const shownOffset = zigzag32(offset);
  bytes[start] =
    (offset === 0 ? 0 : 1 + varintLength(shownOffset)) + (length === 0 ? 0 : 1 + varintLength(length));
  let at = start + 1;
  if (offset !== 0) {
    bytes[at] = BucketSpanTag.offset;
    at = writeVarint(bytes, at + 1, shownOffset);
  }
  if (length === 0) return at;
  bytes[at] = BucketSpanTag.length;
  return writeVarint(bytes, at + 1, length);
}
