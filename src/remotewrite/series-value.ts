// Finds the one sample or native histogram of an encoded series, and its timestamp; only for bytes that this program wrote.

import { WireType } from '../wire/protobuf-reader.ts';
import { fieldEnd, readInt64, readVarint, varintEnd } from '../wire/varint.ts';
import {
  HISTOGRAM_START_TIMESTAMP,
  HistogramTag,
  SampleTag,
  TimeSeriesTag,
} from '../wire/write-request-tags.ts';

/** A series and what it holds a value of: a sample or a native histogram. */
export interface SeriesValue {
  /** Where the labels begin. */
  readonly contentAt: number;
  /** The field of the sample or histogram, and its content. */
  readonly fieldAt: number;
  readonly valueAt: number;
  readonly end: number;
}

/** Finds the value of the series whose field is `[at, end)`; undefined if it has none. */
export function findValue(bytes: Uint8Array, at: number, end: number): SeriesValue | undefined {
  const contentAt = varintEnd(bytes, at + 1);
  const fieldAt = findValueField(bytes, contentAt, end);
  if (fieldAt < 0) return undefined;
  return { contentAt, fieldAt, valueAt: varintEnd(bytes, fieldAt + 1), end: fieldEnd(bytes, fieldAt) };
}

/** The timestamp in ms of the series whose fields are `[start, end)`; 0 if none is written. Makes no object. */
export function seriesTimestampMs(bytes: Uint8Array, start: number, end: number): number {
  const fieldAt = findValueField(bytes, start, end);
  if (fieldAt < 0) return 0;
  const tag = isHistogramAt(bytes, fieldAt) ? HistogramTag.timestamp : SampleTag.timestamp;
  const at = findField(bytes, varintEnd(bytes, fieldAt + 1), fieldEnd(bytes, fieldAt), tag);
  return at < 0 ? 0 : readInt64(bytes, at + 1);
}

/** Where the start timestamp of a value begins; -1 if it has none. It is the last field. */
export function findStartTimestamp(bytes: Uint8Array, { fieldAt, valueAt, end }: SeriesValue): number {
  const tag = isHistogramAt(bytes, fieldAt) ? HISTOGRAM_START_TIMESTAMP[0] : SampleTag.startTimestamp;
  return findField(bytes, valueAt, end, tag);
}

export function isHistogramAt(bytes: Uint8Array, fieldAt: number): boolean {
  return bytes[fieldAt] === TimeSeriesTag.histograms;
}

function findValueField(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at = fieldEnd(bytes, at)) {
    if (bytes[at] === TimeSeriesTag.samples || bytes[at] === TimeSeriesTag.histograms) return at;
  }
  return -1;
}

/** Where in `[start, end)` the field begins whose tag has `tag` as its first byte; -1 if there is none. No two tags share it. */
function findField(bytes: Uint8Array, start: number, end: number, tag: number): number {
  for (let at = start; at < end; ) {
    if (bytes[at] === tag) return at;
    const wireType = bytes[at]! & 7;
    const contentAt = varintEnd(bytes, at);
    if (wireType === WireType.varint) at = varintEnd(bytes, contentAt);
    else if (wireType === WireType.fixed64) at = contentAt + 8;
    else at = varintEnd(bytes, contentAt) + readVarint(bytes, contentAt);
  }
  return -1;
}
