// TYPE, HELP and UNIT of the families that were sent to one backend recently. Remote write 2.0 needs them in every series,
// but the internal form has them only now and then. Bounded in bytes: families not used for longest are dropped.

import { SLACK } from '../../wire/byte-ranges.ts';
import { fieldEnd, readVarint, varintEnd } from '../../wire/varint.ts';
import { MetricMetadataTag, WriteRequestTag } from '../../wire/write-request-tags.ts';

export interface KnownFamily {
  /** A `MetricMetadata.MetricType`. */
  readonly type: number;
  /** In UTF-8, with `SLACK` bytes after the text in its memory; empty if there is none. */
  readonly help: Buffer;
  readonly unit: Buffer;
}

/** About what an entry takes in addition to its texts. */
const ENTRY_BYTES = 200;
const NO_TEXT = Buffer.alloc(0);

const COUNTER = 1;
const HISTOGRAM = 3;
const GAUGE_HISTOGRAM = 4;
const SUMMARY = 5;
const INFO = 6;

/** What series of families of these types have after the family's name. */
const SUFFIXES: readonly { readonly text: string; readonly types: readonly number[] }[] = [
  { text: '_bucket', types: [HISTOGRAM, GAUGE_HISTOGRAM] },
  { text: '_count', types: [HISTOGRAM, GAUGE_HISTOGRAM, SUMMARY] },
  { text: '_sum', types: [HISTOGRAM, GAUGE_HISTOGRAM, SUMMARY] },
  { text: '_gcount', types: [GAUGE_HISTOGRAM] },
  { text: '_gsum', types: [GAUGE_HISTOGRAM] },
  { text: '_total', types: [COUNTER] },
  { text: '_info', types: [INFO] },
];

export class FamilyRegistry {
  readonly #maxBytes: number;
  /** Names are the bytes of UTF-8, each as one character. */
  #young = new Map<string, KnownFamily>();
  #youngBytes = 0;
  #old = new Map<string, KnownFamily>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes the metadata among `fields`, whole fields of a `prometheus.WriteRequest` as this program writes them. */
  noteMetadata(fields: Buffer): void {
    for (let at = 0; at < fields.length; at = fieldEnd(fields, at)) {
      if (fields[at] === WriteRequestTag.metadata)
        this.#note(fields, varintEnd(fields, at + 1), fieldEnd(fields, at));
    }
  }

  /** The family of a series with this name; undefined if none is known. */
  find(name: string): KnownFamily | undefined {
    const own = this.#get(name);
    if (own !== undefined) return own;
    for (const { text, types } of SUFFIXES) {
      if (!name.endsWith(text)) continue;
      const family = this.#get(name.slice(0, -text.length));
      if (family !== undefined && types.includes(family.type)) return family;
    }
    return undefined;
  }

  #note(bytes: Buffer, start: number, end: number): void {
    let type = 0;
    let name = '';
    let help: Buffer = NO_TEXT;
    let unit: Buffer = NO_TEXT;
    for (let at = start; at < end; ) {
      const tag = bytes[at]!;
      const contentAt = varintEnd(bytes, at + 1);
      const value = readVarint(bytes, at + 1);
      const next = tag === MetricMetadataTag.type ? contentAt : contentAt + value;
      if (tag === MetricMetadataTag.type) type = value;
      else if (tag === MetricMetadataTag.metricFamilyName) name = bytes.toString('latin1', contentAt, next);
      else if (tag === MetricMetadataTag.help) help = bytes.subarray(contentAt, next);
      else if (tag === MetricMetadataTag.unit) unit = bytes.subarray(contentAt, next);
      at = next;
    }
    const known = this.#get(name);
    if (known?.type === type && known.help.equals(help) && known.unit.equals(unit)) return;
    this.#set(name, { type, help: copyOf(help), unit: copyOf(unit) });
  }

  #get(name: string): KnownFamily | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) {
      this.#old.delete(name);
      this.#set(name, old);
    }
    return old;
  }

  #set(name: string, family: KnownFamily): void {
    const replaced = this.#young.get(name);
    if (replaced !== undefined) this.#youngBytes -= bytesOf(name, replaced);
    this.#old.delete(name);
    this.#young.set(name, family);
    this.#youngBytes += bytesOf(name, family);
    if (2 * this.#youngBytes < this.#maxBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

function bytesOf(name: string, { help, unit }: KnownFamily): number {
  return ENTRY_BYTES + name.length + help.length + unit.length;
}

function copyOf(text: Buffer): Buffer {
  if (text.length === 0) return NO_TEXT;
  const memory = Buffer.allocUnsafeSlow(text.length + SLACK);
  text.copy(memory);
  return memory.subarray(0, text.length);
}
