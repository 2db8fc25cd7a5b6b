// The labels of a `TimeSeries` between their bytes and text, for the few series that rules have not seen before.
// Invariant: what is encoded is sorted by the bytes of the names.
import { encodeLabel } from '../labels/fixed-labels.ts';
import type { Label } from '../labels/label-builder.ts';
import { readVarint, varintEnd } from '../wire/varint.ts';

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
  const encoded = labels.map(([name, value]) => ({ name: Buffer.from(name), value: Buffer.from(value) }));
  encoded.sort((a, b) => Buffer.compare(a.name, b.name));
  return Buffer.concat(encoded.map(({ name, value }) => encodeLabel(name, value)));
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
