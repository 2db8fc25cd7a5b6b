// Start ("created") timestamps in the internal form: `start_timestamp`, field 3 of a Sample and field 17 of a Histogram,
// as remote write 2.0 numbers them, always the last field. Version 1.0 does not have them: its messages must not contain any.
import { fieldEnd, int64Length, varintLength, writeInt64, writeVarint } from '../wire/varint.ts';
import { HISTOGRAM_START_TIMESTAMP, SampleTag, WriteRequestTag } from '../wire/write-request-tags.ts';
import { findStartTimestamp, findValue, isHistogramAt, type SeriesValue } from './series-value.ts';

const NOTHING = new Uint8Array(0);

/** The most bytes that a start timestamp adds to a series: tag, number, and a byte more for each of two lengths. */
export const MAX_START_BYTES = 14;

/** `bytes`, whole fields as this program writes them, without start timestamps; the same array if there are none. */
export function stripStartTimestamps(bytes: Uint8Array): Uint8Array {
  let out: Uint8Array | undefined;
  let to = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = fieldEnd(bytes, at);
    const value = bytes[at] === WriteRequestTag.timeseries ? findValue(bytes, at, end) : undefined;
    const startAt = value === undefined ? -1 : findStartTimestamp(bytes, value);
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

/**
 * Writes the series of `bytes` that ends at `seriesEnd` with a start timestamp, which it does not have yet, to `to` of
 * `out`, where there must be room; returns where it ends.
 */
export function writeWithStart(
  out: Uint8Array,
  to: number,
  bytes: Uint8Array,
  seriesEnd: number,
  value: SeriesValue,
  startMs: number,
): number {
  const tag = isHistogramAt(bytes, value.fieldAt) ? HISTOGRAM_START_TIMESTAMP : [SampleTag.startTimestamp];
  const field = new Uint8Array(tag.length + int64Length(startMs));
  field.set(tag);
  writeInt64(field, tag.length, startMs);
  return writeSeries(out, to, bytes, seriesEnd, value, value.end, field);
}

/** Writes the series with its value cut at `keptEnd`, followed by `added`. */
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
  out[to] = WriteRequestTag.timeseries;
  let at = copy(out, writeVarint(out, to + 1, length), bytes, contentAt, fieldAt);
  out[at] = bytes[fieldAt]!;
  at = copy(out, writeVarint(out, at + 1, valueLength), bytes, valueAt, keptEnd);
  out.set(added, at);
  return copy(out, at + added.length, bytes, end, seriesEnd);
}

function copy(out: Uint8Array, to: number, bytes: Uint8Array, start: number, end: number): number {
  out.set(bytes.subarray(start, end), to);
  return to + end - start;
}
