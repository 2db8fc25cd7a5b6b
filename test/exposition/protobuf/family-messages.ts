// Bodies of delimited MetricFamily messages for tests, encoded by protobufjs from the published message.
import type protobuf from 'protobufjs';
import { loadProtoType } from '../../../src/devbackend/protobuf-messages.ts';

export const METRIC_FAMILY: protobuf.Type = loadProtoType(
  ['io/prometheus/client/metrics.proto'],
  'io.prometheus.client.MetricFamily',
);

/** Whole numbers of 64 bits may be strings. Names are those of the published message. */
export type PlainMessage = Readonly<Record<string, unknown>>;

/** Numbers of the types of families in a message. */
export const Type = {
  counter: 0,
  gauge: 1,
  summary: 2,
  untyped: 3,
  histogram: 4,
  gaugeHistogram: 5,
} as const;

export function encodeFamily(family: PlainMessage): Buffer {
  return Buffer.from(METRIC_FAMILY.encode(METRIC_FAMILY.fromObject(family)).finish());
}

/** Messages with their lengths in front, one after the other. */
export function delimit(...messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(messages.flatMap((message) => [varint(message.length), message]));
}

export function bodyOf(...families: readonly PlainMessage[]): Buffer {
  return delimit(...families.map(encodeFamily));
}

/** A family of one metric. */
export function oneMetric(name: string, type: number, metric: PlainMessage): Buffer {
  return bodyOf({ name, type, metric: [metric] });
}

export function labelPairs(labels: Readonly<Record<string, string>>): PlainMessage[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A field with a length: its number and content. */
export function field(number: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A field that is a varint. */
export function varintField(number: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

/** A field that is a double. */
export function doubleField(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(number * 8 + 1), bytes]);
}
