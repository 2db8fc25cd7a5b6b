// Writes a `histograms = 4` field of a `TimeSeries`: `prometheus.Histogram` of remote write
// (https://github.com/prometheus/prometheus/blob/main/prompb/types.proto). Count and zero count are written even where
// they are zero, since each is one of two fields that tell the kind of histogram.
import type { BucketRun } from '../labels/bucket-run.ts';
import {
  FLOAT_COUNT,
  FLOAT_ZERO_COUNT,
  type NativeHistogram,
  SUM,
  ZERO_THRESHOLD,
} from '../labels/native-histogram.ts';
import { settleNaNs, writeDouble } from '../wire/double.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { varintLength, writeInt64, writeVarint, writeVarint64, zigzag32 } from '../wire/varint.ts';

const HISTOGRAMS_TAG = 0x22;
const COUNT_INT_TAG = 0x08;
const COUNT_FLOAT_TAG = 0x11;
const SUM_TAG = 0x19;
const SCHEMA_TAG = 0x20;
const ZERO_THRESHOLD_TAG = 0x29;
const ZERO_COUNT_INT_TAG = 0x30;
const ZERO_COUNT_FLOAT_TAG = 0x39;
const RESET_HINT_TAG = 0x70;
const RESET_HINT_GAUGE = 3;
const TIMESTAMP_TAG = 0x78;
const SPAN_OFFSET_TAG = 0x08;
const SPAN_LENGTH_TAG = 0x10;

/** Tags of the fields of one side of zero: spans, differences of whole counts, counts as doubles. */
interface SideTags {
  readonly spans: number;
  readonly deltas: number;
  readonly counts: number;
}
const NEGATIVE: SideTags = { spans: 0x42, deltas: 0x4a, counts: 0x52 };
const POSITIVE: SideTags = { spans: 0x5a, deltas: 0x62, counts: 0x6a };

const MAX_SPAN_BYTES = 14;
/** Everything but spans and buckets. */
const MAX_SCALAR_BYTES = 128;
/** Room for the length in front of the content, until that is known. */
const HEADER_BYTES = 1 + 4;

/** A bound on what `writeHistogram` writes. */
export function maxHistogramLength({ negative, positive }: NativeHistogram): number {
  const spans = negative.spanCount + positive.spanCount;
  return MAX_SCALAR_BYTES + MAX_SPAN_BYTES * spans + negative.byteLength + positive.byteLength;
}

/** Writes the histogram at `start`, for which there is room; returns where it ends. */
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
    bytes[at] = RESET_HINT_TAG;
    bytes[at + 1] = RESET_HINT_GAUGE;
    at += 2;
  }
  if (timestampMs !== 0) {
    bytes[at] = TIMESTAMP_TAG;
    at = writeInt64(bytes, at + 1, timestampMs);
  }
  const length = at - contentAt;
  bytes[start] = HISTOGRAMS_TAG;
  const settledAt = writeVarint(bytes, start + 1, length);
  bytes.copyWithin(settledAt, contentAt, at);
  return settledAt + length;
}

function writeCounts(out: OutputBuffer, start: number, histogram: NativeHistogram): number {
  const { bytes, view } = out;
  const { numbers, schema, isFloat } = histogram;
  let at = start;
  if (isFloat) at = writeDoubleField(out, at, COUNT_FLOAT_TAG, numbers[FLOAT_COUNT]!);
  else at = writeWholeField(bytes, at, COUNT_INT_TAG, histogram.count);
  if (!Object.is(numbers[SUM], 0)) at = writeDoubleField(out, at, SUM_TAG, numbers[SUM]!);
  if (schema !== 0) {
    bytes[at] = SCHEMA_TAG;
    at = writeVarint(bytes, at + 1, zigzag32(schema));
  }
  if (numbers[ZERO_THRESHOLD] !== 0) {
    bytes[at] = ZERO_THRESHOLD_TAG;
    at = writeDouble(view, at + 1, numbers[ZERO_THRESHOLD]!);
  }
  if (isFloat) return writeDoubleField(out, at, ZERO_COUNT_FLOAT_TAG, numbers[FLOAT_ZERO_COUNT]!);
  return writeWholeField(bytes, at, ZERO_COUNT_INT_TAG, histogram.zeroCount);
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
    bytes[at] = SPAN_OFFSET_TAG;
    at = writeVarint(bytes, at + 1, shownOffset);
  }
  if (length === 0) return at;
  bytes[at] = SPAN_LENGTH_TAG;
  return writeVarint(bytes, at + 1, length);
}
