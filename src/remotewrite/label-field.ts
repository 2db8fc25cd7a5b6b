// Looks into an encoded `labels = 1` field of a `TimeSeries` without decoding it; only for bytes this program wrote.
import { readVarint, varintEnd } from '../wire/varint.ts';
import { compareRanges } from '../wire/words.ts';

/** Where the field at `at` ends, exclusive. */
export function fieldEnd(bytes: Uint8Array, at: number): number {
  return varintEnd(bytes, at + 1) + readVarint(bytes, at + 1);
}

/** Orders the name of the label field at `at` against `name`, as `memcmp` does. */
export function compareFieldName(bytes: Uint8Array, at: number, name: Buffer): number {
  const lengthAt = varintEnd(bytes, at + 1) + 1;
  const start = varintEnd(bytes, lengthAt);
  return compareRanges(bytes, start, start + readVarint(bytes, lengthAt), name, 0, name.length);
}

/** Where the value of the label field at `at` begins; it ends with the field. */
export function fieldValueStart(bytes: Uint8Array, at: number): number {
  const nameLengthAt = varintEnd(bytes, at + 1) + 1;
  return varintEnd(bytes, varintEnd(bytes, nameLengthAt) + readVarint(bytes, nameLengthAt) + 1);
}
