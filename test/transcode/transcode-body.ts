// Runs a body through a transcoder and decodes what comes out with the published message, never with Sluice's own code.

import { isUtf8 } from 'node:buffer';
import protobuf from 'protobufjs';
import { compress } from 'snappyjs';
import { ExpositionError } from '../../src/exposition/exposition-error.ts';
import { type FixedLabels, fixLabels, LayoutNumbers } from '../../src/labels/fixed-labels.ts';
import { SeriesTooLargeError } from '../../src/remotewrite/encoded-series.ts';
import type { BodyFormat } from '../../src/transcode/body-format.ts';
import { Transcoder, type TranscoderOptions } from '../../src/transcode/transcoder.ts';
import { OutputLimitError } from '../../src/wire/output-buffer.ts';
import { type DecodedRequest, decodeWriteRequest } from '../support/decode-write-request.ts';

export const RECEIVED_AT_MS = 1_700_000_000_123;

export type Labels = Readonly<Record<string, string>>;

export interface FlatSeries {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly timestampMs: number;
}

export function newTranscoder(options: Partial<TranscoderOptions> = {}): Transcoder {
  return new Transcoder({
    utf8Names: false,
    bucketLabels: 'canonical',
    timestamps: 'honor',
    lineEndings: 'strict',
    maxEncodedBytes: 1 << 26,
    maxSeriesBytes: 1 << 22,
    metadataIntervalMs: undefined,
    pushTimeMetrics: false,
    startTimestamps: false,
    profiles: [{ exemplars: true, nativeHistograms: true, classicHistograms: false }],
    ...options,
  });
}

/** All of a program's fixed labels share their numbers. */
const LAYOUTS = new LayoutNumbers();

/** The fixed labels of a grouping key and defaults. */
export function fixed(grouping: Labels = { job: 'test' }, defaults: Labels = {}): FixedLabels {
  return fixLabels(new Map(Object.entries(grouping)), defaults, LAYOUTS);
}

/** The encoded push, copied; or the message of one of the three errors a body can be refused with. */
export function transcodeBody(
  transcoder: Transcoder,
  body: string | Uint8Array,
  labels: FixedLabels = fixed(),
  receivedAtMs = RECEIVED_AT_MS,
  format: BodyFormat = 'text',
): Buffer | string {
  const bytes = Buffer.from(body as string);
  try {
    const pushed = { chunks: [bytes], length: bytes.length, format };
    return Buffer.from(transcoder.transcode(pushed, labels, receivedAtMs)[0]!.bytes);
  } catch (error) {
    if (error instanceof ExpositionError) return error.message;
    if (error instanceof SeriesTooLargeError || error instanceof OutputLimitError) return error.message;
    throw error;
  }
}

export function decodePush(encoded: Buffer): DecodedRequest {
  return decodeWriteRequest(compress(encoded));
}

/** The series of a push, each with its one sample; or the message it was refused with. */
export function seriesOf(encoded: Buffer | string): readonly FlatSeries[] | string {
  if (typeof encoded === 'string') return encoded;
  return decodePush(encoded).series.map(({ labels, samples }) => {
    if (samples.length !== 1) throw new Error(`expected one sample, found ${samples.length}`);
    return { labels, ...samples[0]! };
  });
}

/** The series of a body by their labels as text, each with its value: for tests of a few series. */
export function push(
  body: string | Uint8Array,
  options: Partial<TranscoderOptions> = {},
  labels?: FixedLabels,
): unknown {
  const series = seriesOf(transcodeBody(newTranscoder(options), body, labels));
  if (typeof series === 'string') return series;
  return series.map((one) => [
    one.labels.map(([name, value]) => `${name}=${value}`).join(' '),
    one.value,
    ...(one.timestampMs === RECEIVED_AT_MS ? [] : [one.timestampMs]),
  ]);
}

/** Walks the bytes of a push by hand; what is wrong with its series, whatever the body was. */
export function wireProblems(
  encoded: Buffer,
  isName: (name: string, isMetric: boolean) => boolean,
): string[] {
  const problems: string[] = [];
  for (const labels of rawLabelSets(encoded)) {
    let last: Buffer | undefined;
    for (const [name, value] of labels) {
      const isMetric = name.toString() === '__name__';
      if (last && Buffer.compare(last, name) >= 0) problems.push(`${name} after ${last}`);
      if (name.length === 0 || value.length === 0) problems.push('an empty name or value');
      if (!isUtf8(name) || !isUtf8(value)) problems.push('invalid UTF-8');
      if (isMetric ? !isName(value.toString(), true) : !isName(name.toString(), false))
        problems.push(`the name ${isMetric ? value : name}`);
      last = name;
    }
    if (!labels.some(([name]) => name.toString() === '__name__')) problems.push('no metric name');
  }
  return problems;
}

function* rawLabelSets(encoded: Buffer): Generator<[Buffer, Buffer][]> {
  for (const series of fields(encoded, 1)) {
    yield fields(series, 1).map((label) => [only(fields(label, 1)), only(fields(label, 2))]);
  }
}

/** The contents of all length-delimited fields with this number. */
function fields(message: Buffer, number: number): Buffer[] {
  const reader = protobuf.Reader.create(message);
  const found: Buffer[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === number * 8 + 2) found.push(Buffer.from(reader.bytes()));
    else reader.skipType(tag & 7);
  }
  return found;
}

function only(found: readonly Buffer[]): Buffer {
  if (found.length !== 1) throw new Error(`expected one field, found ${found.length}`);
  return found[0]!;
}
