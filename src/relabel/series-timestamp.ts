// The time of a `TimeSeries` with one sample or native histogram, read from its bytes; only for bytes this program wrote.
import { readVarint, varintEnd } from '../wire/varint.ts';

const SAMPLES = 2;
const HISTOGRAMS = 4;
const SAMPLE_TIMESTAMP = 2;
const HISTOGRAM_TIMESTAMP = 15;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
/** A negative number takes all of them. */
const MAX_VARINT = 10;

/** Milliseconds; `[start, end)` holds the fields behind the labels. Zero where none is written, as in proto3. */
export function seriesTimestampMs(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const field = bytes[at]! >> 3;
    const contentAt = varintEnd(bytes, at + 1);
    const contentEnd = contentAt + readVarint(bytes, at + 1);
    if (field === SAMPLES) return timestampIn(bytes, contentAt, contentEnd, SAMPLE_TIMESTAMP);
    if (field === HISTOGRAMS) return timestampIn(bytes, contentAt, contentEnd, HISTOGRAM_TIMESTAMP);
    at = contentEnd;
  }
  return 0;
}

function timestampIn(bytes: Buffer, start: number, end: number, wanted: number): number {
  for (let at = start; at < end; ) {
    const tag = readVarint(bytes, at);
    const valueAt = varintEnd(bytes, at);
    if (tag === 8 * wanted + VARINT) return readInt64(bytes, valueAt);
    at = behind(bytes, valueAt, tag & 7);
  }
  return 0;
}

/** Where the value of this wire type at `at` ends. */
function behind(bytes: Buffer, at: number, wireType: number): number {
  switch (wireType) {
    case VARINT:
      return varintEnd(bytes, at);
    case FIXED64:
      return at + 8;
    case BYTES:
      return varintEnd(bytes, at) + readVarint(bytes, at);
    default:
      return at + 4;
  }
}

function readInt64(bytes: Buffer, at: number): number {
  const end = varintEnd(bytes, at);
  if (end - at < MAX_VARINT) return readVarint(bytes, at);
  let value = 0n;
  for (let i = end - 1; i >= at; i--) value = (value << 7n) | BigInt(bytes[i]! & 127);
  return Number(BigInt.asIntN(64, value));
}
