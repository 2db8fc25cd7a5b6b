// TYPE, HELP and UNIT as a `metadata = 3` field of `prometheus.WriteRequest` 1.0
// (MetricMetadata: type 1, metric_family_name 2, help 4, unit 5).
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { varintLength, writeVarint } from '../wire/varint.ts';
import { METADATA_TAG } from './fragments.ts';

const TYPE_TAG = 0x08;
const NAME_TAG = 0x12;
const HELP_TAG = 0x22;
const UNIT_TAG = 0x2a;

export interface FamilyMetadata {
  /** A `MetricMetadata.MetricType`. */
  readonly type: number;
  /** In UTF-8, as the others; `help` and `unit` are empty where there is none. */
  readonly name: Buffer;
  readonly help: Buffer;
  readonly unit: Buffer;
}

/** Appends one family's metadata. Throws OutputLimitError. */
export function appendMetadata(out: OutputBuffer, { type, name, help, unit }: FamilyMetadata): void {
  const length = (type === 0 ? 0 : 2) + fieldLength(name) + fieldLength(help) + fieldLength(unit);
  out.reserve(1 + varintLength(length) + length);
  const { bytes } = out;
  bytes[out.length] = METADATA_TAG;
  let at = writeVarint(bytes, out.length + 1, length);
  if (type !== 0) {
    bytes[at] = TYPE_TAG;
    bytes[at + 1] = type;
    at += 2;
  }
  at = writeField(bytes, at, NAME_TAG, name);
  at = writeField(bytes, at, HELP_TAG, help);
  out.length = writeField(bytes, at, UNIT_TAG, unit);
}

function fieldLength(content: Buffer): number {
  return content.length === 0 ? 0 : 1 + varintLength(content.length) + content.length;
}

function writeField(bytes: Buffer, start: number, tag: number, content: Buffer): number {
  if (content.length === 0) return start;
  bytes[start] = tag;
  const at = writeVarint(bytes, start + 1, content.length);
  return at + content.copy(bytes, at);
}
