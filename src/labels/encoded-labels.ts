// Labels as a series in a remote-write request has them: `labels` fields, back to back, each a Label { name, value }.
// Writes, finds, compares and hashes them without making strings. All reading is only for bytes that this program wrote.

import { compareRanges, hashRange } from '../wire/byte-ranges.ts';
import { fieldEnd, readVarint, varintEnd, varintLength, writeVarint } from '../wire/varint.ts';
import { LabelTag, TimeSeriesTag } from '../wire/write-request-tags.ts';

/** The name of the label that holds a series' metric name. */
export const METRIC_LABEL = Buffer.from('__name__');

/** One label as a `labels` field. */
export function encodeLabel(name: Buffer, value: Buffer): Buffer {
  const inner = labelLength(name.length, value.length);
  const bytes = Buffer.alloc(1 + varintLength(inner) + inner);
  bytes[0] = TimeSeriesTag.labels;
  let at = writeVarint(bytes, 1, inner);
  bytes[at++] = LabelTag.name;
  at = writeVarint(bytes, at, name.length);
  at += name.copy(bytes, at);
  bytes[at++] = LabelTag.value;
  at = writeVarint(bytes, at, value.length);
  value.copy(bytes, at);
  return bytes;
}

/** The length of a `Label` message, without the field's tag and length in front of it. */
export function labelLength(nameLength: number, valueLength: number): number {
  return 2 + varintLength(nameLength) + nameLength + varintLength(valueLength) + valueLength;
}

/** Where the labels that begin at `start` end: at the first other field, or at `end`. */
export function labelsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === TimeSeriesTag.labels) at = fieldEnd(bytes, at);
  return at;
}

/** Orders the name of the label at `at` against `name`, as `memcmp` does. */
export function compareLabelName(bytes: Uint8Array, at: number, name: Buffer): number {
  const lengthAt = varintEnd(bytes, at + 1) + 1;
  const start = varintEnd(bytes, lengthAt);
  return compareRanges(bytes, start, start + readVarint(bytes, lengthAt), name, 0, name.length);
}

/** Where the value of the label at `at` begins; it ends with the field. */
export function labelValueStart(bytes: Uint8Array, at: number): number {
  const nameLengthAt = varintEnd(bytes, at + 1) + 1;
  return varintEnd(bytes, varintEnd(bytes, nameLengthAt) + readVarint(bytes, nameLengthAt) + 1);
}

/** Where the label with the metric's name is among the labels in `[start, end)`; -1 if there is none. */
export function findMetricLabel(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at = fieldEnd(bytes, at)) {
    if (compareLabelName(bytes, at, METRIC_LABEL) === 0) return at;
  }
  return -1;
}

/**
 * The hash of the labels in `[start, end)`, which is the sum of what `hashLabel` gives for each. The encoder works out the
 * same hash while it writes them, label by label.
 */
export function hashEncodedLabels(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; ) {
    const nameLengthAt = varintEnd(bytes, at + 1) + 1;
    const nameAt = varintEnd(bytes, nameLengthAt);
    const nameLength = readVarint(bytes, nameLengthAt);
    const valueLengthAt = nameAt + nameLength + 1;
    const valueAt = varintEnd(bytes, valueLengthAt);
    const valueLength = readVarint(bytes, valueLengthAt);
    hash = (hash + hashLabel(hashRange(view, nameAt, nameLength), hashRange(view, valueAt, valueLength))) | 0;
    at = valueAt + valueLength;
  }
  return hash;
}

/** What one label adds to the hash, from the hashes of its name and its value. */
export function hashLabel(nameHash: number, valueHash: number): number {
  return Math.imul(nameHash ^ ((valueHash << 13) | (valueHash >>> 19)), 0x9e3779b1);
}
