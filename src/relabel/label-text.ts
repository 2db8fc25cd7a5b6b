// The labels of a series as text, for the few series that rules have not seen before: read from their encoded form, changed
// by rules, and encoded again, sorted by the bytes of their names.
import { labelLength } from '../labels/encoded-labels.ts';
import { readVarint, varintEnd, writeVarint } from '../wire/varint.ts';
import { LabelTag, TimeSeriesTag } from '../wire/write-request-tags.ts';

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

/** Orders texts by their bytes in UTF-8. That differs from the order of their UTF-16 units only if there are surrogates. */
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

/** A series as people write it, for error messages: `up{job="x"}` on one line, cut to a readable length. */
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

export type Label = readonly [name: string, value: string];

/**
 * The labels of one series while rules change them. Invariant: names are unique and no value is empty. The order is that of
 * Prometheus, since a later rule may depend on it: first what was there, then what was set, each in its order.
 */
export class LabelBuilder {
  readonly #given = new Map<string, string>();
  readonly #set = new Map<string, string>();
  /** Whether anything may be different from what it was at the start. */
  isChanged = false;

  /** Starts over with these labels, whose values are not empty. */
  reset(labels: Iterable<Label>): void {
    this.#given.clear();
    this.#set.clear();
    this.isChanged = false;
    for (const [name, value] of labels) this.#given.set(name, value);
  }

  /** '' if there is no such label. */
  get(name: string): string {
    return this.#set.get(name) ?? this.#given.get(name) ?? '';
  }

  /** An empty value is no label. */
  set(name: string, value: string): void {
    if (this.get(name) !== value) this.isChanged = true;
    this.#given.delete(name);
    if (value === '') this.#set.delete(name);
    else this.#set.set(name, value);
  }

  delete(name: string): void {
    this.set(name, '');
  }

  /** A copy, which later changes do not touch. */
  labels(): Label[] {
    return [...this.#given, ...this.#set];
  }
}
