// The samples of a write request with the bits of their values, which numbers do not keep if they are a NaN.
import protobuf from 'protobufjs';
import { uncompress } from 'snappyjs';
import { WRITE_REQUEST } from './write-request-type.ts';

export const STALE_BITS = '7ff0000000000002';

export interface BitSample {
  /** `name{label="value",…}`, labels in the order of the wire. */
  readonly series: string;
  /** Sixteen hexadecimal digits. */
  readonly bits: string;
  readonly timestampMs: number;
}

/** `body` is a snappy block. Series without a sample, such as those of native histograms, are left out. */
export function sampleBits(body: Uint8Array): BitSample[] {
  return fieldBits(uncompress(new Uint8Array(body)));
}

/** As `sampleBits`, of the fields of a write request before they are compressed. */
export function fieldBits(fields: Uint8Array): BitSample[] {
  const found: BitSample[] = [];
  for (const series of messages(fields, 1)) {
    const name = seriesName(messages(series, 1));
    for (const sample of messages(series, 2)) found.push({ series: name, ...readSample(sample) });
  }
  return found;
}

function seriesName(labels: readonly Uint8Array[]): string {
  const type = WRITE_REQUEST.lookupType('prometheus.Label');
  const pairs = labels.map((label) => type.decode(label) as unknown as { name: string; value: string });
  const metric = pairs.find(({ name }) => name === '__name__')?.value ?? '';
  const others = pairs.filter(({ name }) => name !== '__name__');
  return `${metric}{${others.map(({ name, value }) => `${name}="${value}"`).join(',')}}`;
}

/** The contents of the fields of this number that have a length. */
function messages(message: Uint8Array, number: number): Uint8Array[] {
  const reader = protobuf.Reader.create(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === number * 8 + 2) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}

/** Sample { value = 1 (double), timestamp = 2 (int64) }. */
function readSample(sample: Uint8Array): { bits: string; timestampMs: number } {
  const reader = protobuf.Reader.create(sample);
  let bits = '0'.repeat(16);
  let timestampMs = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x09) {
      const low = reader.fixed32();
      bits = [reader.fixed32(), low].map((half) => half.toString(16).padStart(8, '0')).join('');
    } else if (tag === 0x10) timestampMs = Number(reader.int64());
    else throw new SyntaxError(`unknown tag ${tag} in Sample`);
  }
  return { bits, timestampMs };
}
