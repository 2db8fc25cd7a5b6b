// The labels of a `TimeSeries` between their bytes and text, for the few series that rules have not seen before.
// Invariant: what is encoded is sorted by the bytes of the names.
import { labelLength } from '../labels/encoded-labels.ts';
import { readVarint, varintEnd, writeVarint } from '../wire/varint.ts';
import { LabelTag, TimeSeriesTag } from '../wire/write-request-tags.ts';
import type { Label } from './label-builder.ts';

/** Three tags, three lengths. */
const MAX_OVERHEAD = 3 + 3 * 5;
const MAX_BYTES_PER_UNIT = 3;
const SURROGATE = /[\ud800-\udfff]/;
const MAX_SHOWN = 200;
/** What would move a cursor or end a line. */
const UNSEEN = /[\p{Cc}\u2028\u2029]/gu;

/** Reads the `labels = 1` fields in `[start, end)`; only for bytes this program wrote. */
export function* readLabels(bytes: Buffer, start: number, end: number): Generator<Label> {
  for (let at = start; at < end; ) {
    const nameLengthAt = varintEnd(bytes, at + 1) + 1;
    const nameAt = varintEnd(bytes, nameLengthAt);
    const nameEnd = nameAt + readVarint(bytes, nameLengthAt);
    const valueAt = varintEnd(bytes, nameEnd + 1);
    at = valueAt + readVarint(bytes, nameEnd + 1);
    yield [bytes.toString('utf8', nameAt, nameEnd), bytes.toString('utf8', valueAt, at)];
  }
}

/** As `labels = 1` fields, back to back. */
export function encodeLabels(labels: readonly Label[]): Buffer {
  const sorted = labels.toSorted(([a], [b]) => compareUtf8(a, b));
  let most = 0;
  for (const [name, value] of sorted)
    most += MAX_OVERHEAD + MAX_BYTES_PER_UNIT * (name.length + value.length);
  const bytes = Buffer.allocUnsafe(most);
  let at = 0;
  for (const [name, value] of sorted) at = writeLabel(bytes, at, name, value);
  return bytes.subarray(0, at);
}

/** Orders texts by their bytes in UTF-8, which is another order than that of their units only where these are surrogates. */
function compareUtf8(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

function writeLabel(bytes: Buffer, start: number, name: string, value: string): number {
  const nameLength = Buffer.byteLength(name);
  const valueLength = Buffer.byteLength(value);
  bytes[start] = TimeSeriesTag.labels;
  let at = writeVarint(bytes, start + 1, labelLength(nameLength, valueLength));
  bytes[at] = LabelTag.name;
  at = writeVarint(bytes, at + 1, nameLength);
  at += bytes.write(name, at, 'utf8');
  bytes[at] = LabelTag.value;
  at = writeVarint(bytes, at + 1, valueLength);
  return at + bytes.write(value, at, 'utf8');
}

/** A series as people write it, for messages: `up{job="x"}` on one line, cut to a readable length. */
export function showSeries(labels: Iterable<Label>): string {
  let metric = '';
  const pairs: string[] = [];
  for (const [name, value] of labels) {
    if (name === '__name__') metric = value;
    else pairs.push(`${name}=${JSON.stringify(value)}`);
  }
  const text = pairs.length > 0 ? `${metric}{${pairs.join(',')}}` : metric;
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return shown.replace(UNSEEN, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
