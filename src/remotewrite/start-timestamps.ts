// Start ("created") timestamps in the internal form: `start_timestamp`, field 3 of a Sample and field 17 of a Histogram,
// as remote write 2.0 numbers them, always the last field. Version 1.0 has none: they must not leave in its messages.
import { int64Length, readVarint, varintEnd, varintLength, writeInt64, writeVarint } from '../wire/varint.ts';
import { TIMESERIES_TAG } from './fragments.ts';

const SAMPLES_TAG = 0x12;
const HISTOGRAMS_TAG = 0x22;
const SAMPLE_TIMESTAMP_TAG = 0x10;
const SAMPLE_START_TAG = 0x18;
const HISTOGRAM_TIMESTAMP_TAG = 0x78;
/** Field 17 as a varint. */
const HISTOGRAM_START_TAG = [0x88, 0x01] as const;
const NOTHING = new Uint8Array(0);

/** The most bytes that a start timestamp adds to a series: tag, number, and a byte more for each of two lengths. */
export const MAX_START_BYTES = 14;

/** A series and what it holds a value of: a sample or a native histogram. */
export interface SeriesValue {
  /** Where the labels begin. */
  readonly contentAt: number;
  /** The field of the sample or histogram, and its content. */
  readonly fieldAt: number;
  readonly valueAt: number;
  readonly end: number;
}

/** `bytes`, whole fields as this program writes them, without start timestamps; the same array where there are none. */
export function stripStartTimestamps(bytes: Uint8Array): Uint8Array {
  let out: Uint8Array | undefined;
  let to = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = endOfField(bytes, at);
    const value = bytes[at] === TIMESERIES_TAG ? findValue(bytes, at, end) : undefined;
    const startAt = value === undefined ? -1 : findStart(bytes, value);
    if (startAt >= 0 && out === undefined) {
      out = new Uint8Array(bytes.length);
      out.set(bytes.subarray(0, at));
      to = at;
    }
    if (startAt >= 0) to = writeSeries(out!, to, bytes, end, value!, startAt, NOTHING);
    else if (out !== undefined) to = copy(out, to, bytes, at, end);
    at = end;
  }
  return out === undefined ? bytes : out.subarray(0, to);
}

/** Finds the value of the series whose field is `[at, end)`; undefined where it has none. */
export function findValue(bytes: Uint8Array, at: number, end: number): SeriesValue | undefined {
  const contentAt = varintEnd(bytes, at + 1);
  for (let fieldAt = contentAt; fieldAt < end; ) {
    const fieldEnd = endOfField(bytes, fieldAt);
    const tag = bytes[fieldAt];
    if (tag === SAMPLES_TAG || tag === HISTOGRAMS_TAG)
      return { contentAt, fieldAt, valueAt: varintEnd(bytes, fieldAt + 1), end: fieldEnd };
    fieldAt = fieldEnd;
  }
  return undefined;
}

/** The timestamp of a sample or histogram, in ms; 0 where it is not written. */
export function timestampOf(bytes: Uint8Array, value: SeriesValue): number {
  const tag = isHistogram(bytes, value) ? HISTOGRAM_TIMESTAMP_TAG : SAMPLE_TIMESTAMP_TAG;
  const at = findField(bytes, value, tag);
  return at < 0 ? 0 : readInt64(bytes, at + 1);
}

/**
 * Writes the series of `bytes` that ends at `seriesEnd` with a start timestamp, which it does not have yet, to `to` of
 * `out`, where there is room; returns where it ends.
 */
export function writeWithStart(
  out: Uint8Array,
  to: number,
  bytes: Uint8Array,
  seriesEnd: number,
  value: SeriesValue,
  startMs: number,
): number {
  const tag = isHistogram(bytes, value) ? HISTOGRAM_START_TAG : [SAMPLE_START_TAG];
  const field = new Uint8Array(tag.length + int64Length(startMs));
  field.set(tag);
  writeInt64(field, tag.length, startMs);
  return writeSeries(out, to, bytes, seriesEnd, value, value.end, field);
}

/** Writes the series with its value cut at `keptEnd` and `added` behind that. */
function writeSeries(
  out: Uint8Array,
  to: number,
  bytes: Uint8Array,
  seriesEnd: number,
  { contentAt, fieldAt, valueAt, end }: SeriesValue,
  keptEnd: number,
  added: Uint8Array,
): number {
  const valueLength = keptEnd - valueAt + added.length;
  const length = fieldAt - contentAt + 1 + varintLength(valueLength) + valueLength + seriesEnd - end;
  out[to] = TIMESERIES_TAG;
  let at = copy(out, writeVarint(out, to + 1, length), bytes, contentAt, fieldAt);
  out[at] = bytes[fieldAt]!;
  at = copy(out, writeVarint(out, at + 1, valueLength), bytes, valueAt, keptEnd);
  out.set(added, at);
  return copy(out, at + added.length, bytes, end, seriesEnd);
}

function findStart(bytes: Uint8Array, value: SeriesValue): number {
  return findField(bytes, value, isHistogram(bytes, value) ? HISTOGRAM_START_TAG[0] : SAMPLE_START_TAG);
}

/** Where in a value the field begins whose tag begins with this byte; -1 without one. No two fields' tags begin alike. */
function findField(bytes: Uint8Array, { valueAt, end }: SeriesValue, tag: number): number {
  for (let at = valueAt; at < end; ) {
    if (bytes[at] === tag) return at;
    const behindTag = varintEnd(bytes, at);
    const wireType = bytes[at]! & 7;
    if (wireType === 0) at = varintEnd(bytes, behindTag);
    else if (wireType === 1) at = behindTag + 8;
    else at = varintEnd(bytes, behindTag) + readVarint(bytes, behindTag);
  }
  return -1;
}

function isHistogram(bytes: Uint8Array, { fieldAt }: SeriesValue): boolean {
  return bytes[fieldAt] === HISTOGRAMS_TAG;
}

/** A negative one takes ten bytes. */
function readInt64(bytes: Uint8Array, at: number): number {
  if (varintEnd(bytes, at) - at < 10) return readVarint(bytes, at);
  let value = 0n;
  for (let i = 9; i >= 0; i--) value = (value << 7n) | BigInt(bytes[at + i]! & 127);
  return Number(BigInt.asIntN(64, value));
}

function copy(out: Uint8Array, to: number, bytes: Uint8Array, start: number, end: number): number {
  out.set(bytes.subarray(start, end), to);
  return to + end - start;
}

function endOfField(bytes: Uint8Array, at: number): number {
  return varintEnd(bytes, at + 1) + readVarint(bytes, at + 1);
}
