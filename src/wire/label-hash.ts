// A hash of a series' labels that does not ask how they were found: by the encoder, label by label as it writes them, or
// from encoded bytes. The sum over the labels of a mix of name and value.
import { readVarint, varintEnd } from './varint.ts';
import { hashRange } from './words.ts';

/** One label's share, from the hashes of its name and its value. */
export function mixLabel(nameHash: number, valueHash: number): number {
  return Math.imul(nameHash ^ ((valueHash << 13) | (valueHash >>> 19)), 0x9e3779b1);
}

/** The hash of the `labels` fields of a `TimeSeries` in `[start, end)`. */
export function hashEncodedLabels(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; ) {
    const nameLengthAt = varintEnd(bytes, at + 1) + 1;
    const nameAt = varintEnd(bytes, nameLengthAt);
    const nameLength = readVarint(bytes, nameLengthAt);
    const valueLengthAt = nameAt + nameLength + 1;
    const valueAt = varintEnd(bytes, valueLengthAt);
    const valueLength = readVarint(bytes, valueLengthAt);
    hash = (hash + mixLabel(hashRange(view, nameAt, nameLength), hashRange(view, valueAt, valueLength))) | 0;
    at = valueAt + valueLength;
  }
  return hash;
}
