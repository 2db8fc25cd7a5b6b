// Which parts of a push each backend gets: exemplars, native histograms, and classic ones with them.
import { expect, test } from 'vitest';
import { loadProtoType } from '../../src/devbackend/protobuf-messages.ts';
import type { SendProfile } from '../../src/transcode/send-profile.ts';
import { decodePush, fixed, newTranscoder, RECEIVED_AT_MS } from './transcode-body.ts';

const FAMILY = loadProtoType(['io/prometheus/client/metrics.proto'], 'io.prometheus.client.MetricFamily');
const NATIVE = { schema: 3, positive_span: [{ offset: 1, length: 2 }], positive_delta: [1, 0] };
const COUNTS = { sample_count: 2, sample_sum: 3.5 };
const BUCKETS = { bucket: [{ upper_bound: 1, cumulative_count: 1, exemplar: exemplar('b') }] };
const ALL: SendProfile = { exemplars: true, nativeHistograms: true, classicHistograms: false };

function exemplar(trace: string) {
  return { label: [{ name: 'trace_id', value: trace }], value: 1 };
}

/** For each backend: names with `le`, `(native)` and `(exemplar)`, and how many native histograms were withheld. */
function sendTo(profiles: readonly SendProfile[], ...metrics: readonly object[]) {
  const families = metrics.map((histogram, i) =>
    FAMILY.encodeDelimited(FAMILY.fromObject({ name: `h${i}`, type: 4, metric: [{ histogram }] })).finish(),
  );
  const body = Buffer.concat(families);
  const pushed = { chunks: [body], length: body.length, format: 'protobuf' as const };
  const results = newTranscoder({ profiles }).transcode(pushed, fixed(), RECEIVED_AT_MS);
  return results.map(({ bytes, sampleCount, withheldHistograms }) => {
    const { series } = decodePush(Buffer.from(bytes));
    expect(series).toHaveLength(sampleCount);
    return { sent: series.map(describeSeries), withheldHistograms };
  });
}

function describeSeries({ labels, histograms, exemplars }: ReturnType<typeof decodePush>['series'][number]) {
  const { __name__: name, le } = Object.fromEntries(labels) as Record<string, string>;
  const bound = le === undefined ? '' : ` ${le}`;
  const traces = exemplars?.map((each) => each.labels[0]?.[1]).join(',');
  return `${name}${bound}${histograms ? ' (native)' : ''}${traces ? ` (exemplar ${traces})` : ''}`;
}

test('a backend gets native histograms alone, unless it asks for the classic ones too', () => {
  const both = { ...ALL, classicHistograms: true };
  expect(sendTo([ALL, both], { ...NATIVE, ...COUNTS, ...BUCKETS })).toEqual([
    { sent: ['h0 (native) (exemplar b)'], withheldHistograms: 0 },
    {
      sent: ['h0 (native) (exemplar b)', 'h0_bucket 1 (exemplar b)', 'h0_bucket +Inf', 'h0_sum', 'h0_count'],
      withheldHistograms: 0,
    },
  ]);
});

test('a backend that takes none gets what is classic, and what it misses is counted', () => {
  const classic = { ...ALL, nativeHistograms: false };
  expect(sendTo([classic], { ...NATIVE, ...COUNTS, ...BUCKETS }, { ...NATIVE, ...COUNTS })).toEqual([
    {
      sent: [
        'h0_bucket 1 (exemplar b)',
        'h0_bucket +Inf',
        'h0_sum',
        'h0_count',
        'h1_bucket +Inf',
        'h1_sum',
        'h1_count',
      ],
      withheldHistograms: 2,
    },
  ]);
});

test('a native histogram without a classic part gets none', () => {
  const both = { ...ALL, classicHistograms: true };
  expect(sendTo([both], { ...NATIVE, ...COUNTS })).toEqual([
    { sent: ['h0 (native)'], withheldHistograms: 0 },
  ]);
});

test('a classic histogram goes to every backend', () => {
  const sent = ['h0_bucket 1 (exemplar b)', 'h0_bucket +Inf', 'h0_sum', 'h0_count'];
  const classic = { ...ALL, nativeHistograms: false };
  expect(sendTo([ALL, classic], { ...COUNTS, ...BUCKETS })).toEqual([
    { sent, withheldHistograms: 0 },
    { sent, withheldHistograms: 0 },
  ]);
});

test('a backend that takes no exemplars gets the same samples without them', () => {
  const plain = { ...ALL, exemplars: false };
  expect(sendTo([plain, ALL, plain], { ...COUNTS, ...BUCKETS }).map(({ sent }) => sent[0])).toEqual([
    'h0_bucket 1',
    'h0_bucket 1 (exemplar b)',
    'h0_bucket 1',
  ]);
});

test('custom buckets cannot be sent: the classic part is, and the loss is counted for every backend', () => {
  const custom = { ...NATIVE, schema: -53, ...COUNTS };
  const sent = ['h0_bucket +Inf', 'h0_sum', 'h0_count'];
  expect(sendTo([ALL, { ...ALL, exemplars: false }], custom)).toEqual([
    { sent, withheldHistograms: 1 },
    { sent, withheldHistograms: 1 },
  ]);
});
