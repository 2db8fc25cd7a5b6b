// TYPE, HELP and UNIT as a `metadata = 3` field of a `prometheus.WriteRequest` 1.0.
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { varintLength, writeVarint } from '../wire/varint.ts';
import { MetricMetadataTag, WriteRequestTag } from '../wire/write-request-tags.ts';

export interface FamilyMetadata {
  /** A `MetricMetadata.MetricType`. */
  readonly type: number;
  /** In UTF-8, like the others; `help` and `unit` are empty if there is none. */
  readonly name: Buffer;
  readonly help: Buffer;
  readonly unit: Buffer;
}

/** Appends one family's metadata. Throws OutputLimitError. */
export function appendMetadata(out: OutputBuffer, { type, name, help, unit }: FamilyMetadata): void {
  const length = (type === 0 ? 0 : 2) + fieldLength(name) + fieldLength(help) + fieldLength(unit);
  out.reserve(1 + varintLength(length) + length);
  const { bytes } = out;
  bytes[out.length] = WriteRequestTag.metadata;
  let at = writeVarint(bytes, out.length + 1, length);
  if (type !== 0) {
    bytes[at] = MetricMetadataTag.type;
    bytes[at + 1] = type;
    at += 2;
  }
  at = writeField(bytes, at, MetricMetadataTag.metricFamilyName, name);
  at = writeField(bytes, at, MetricMetadataTag.help, help);
  out.length = writeField(bytes, at, MetricMetadataTag.unit, unit);
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
