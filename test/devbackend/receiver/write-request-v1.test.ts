import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { loadProtoType, MalformedError } from '../../../src/devbackend/protobuf-messages.ts';
import { decodeWriteRequest } from '../../../src/devbackend/receiver/write-request-v1.ts';
import { decodeWriteRequest as judgeWriteRequest } from '../../support/decode-write-request.ts';
import { encodeWriteRequest } from './encode-write-request.ts';
import { floatHistogram, integerHistogram } from './histogram-inputs.ts';

const MAX_BYTES = 1000;

function decodeHex(hex: string) {
  return decodeWriteRequest(compress(Buffer.from(hex.replaceAll(' ', ''), 'hex')), MAX_BYTES);
}

function decodeHistograms(...histograms: Readonly<Record<string, unknown>>[]) {
  return decodeWriteRequest(encodeWriteRequest([{ labels: [], histograms }]), MAX_BYTES).timeseries[0]!
    .histograms;
}

function refuses(hex: string, message: string): void {
  expect(() => decodeHex(hex)).toThrow(new MalformedError(message));
}

test('a body that is not the message is refused with the reason', () => {
  refuses('0a05', 'Cannot decode write request: expected protobuf, found index out of range');
  refuses(
    '0a06 0a04 0a02c328',
    'Cannot decode write request: expected protobuf, found The encoded data was not valid for encoding utf-8',
  );
});

test('fields that remote write 1.0 does not have are refused', () => {
  const expected = 'Cannot decode write request: expected the fields of remote write 1.0, found';
  refuses('22 00', `${expected} field 4 of wire type 2 in the request`);
  refuses('08 01', `${expected} field 1 of wire type 0 in the request`);
  refuses('0a02 2801', `${expected} field 5 of wire type 0 in a series`);
  refuses('0a04 0a02 1801', `${expected} field 3 of wire type 0 in a label`);
  refuses('0a04 1202 1801', `${expected} field 3 of wire type 0 in a sample`);
  refuses('0a04 1a02 2001', `${expected} field 4 of wire type 0 in an exemplar`);
  refuses('0a06 1a04 0a02 1801', `${expected} field 3 of wire type 0 in a label`);
  refuses('0a05 2203 880101', `${expected} field 17 of wire type 0 in a histogram`);
  refuses('0a06 2204 4202 1801', `${expected} field 3 of wire type 0 in a bucket span`);
  refuses('0a06 2204 5a02 1801', `${expected} field 3 of wire type 0 in a bucket span`);
  refuses('1a02 1801', `${expected} field 3 of wire type 0 in metadata`);
});

test('a body that decompresses to more than the limit is refused as a range error', () => {
  expect(() => decodeWriteRequest(compress(Buffer.alloc(MAX_BYTES + 1)), MAX_BYTES)).toThrow(RangeError);
});

test('the bytes of a message decode to labels and samples', () => {
  const request = decodeHex('0a1e 0a0e0a085f5f6e616d655f5f12027570 120c09000000000000f03f10e807');
  const labels = [{ name: '__name__', value: 'up' }];
  expect(request).toEqual({
    timeseries: [{ labels, samples: [{ value: 1, timestampMs: 1000 }], exemplars: [], histograms: [] }],
    metadata: [],
  });
});

test('values keep their bits and timestamps their sign', () => {
  const values = [0, -0, 1, 5e-324, 1.7976931348623157e308, Number.NaN, Infinity, -Infinity, 0.1];
  const samples = values.map((value, i) => [value, i - 4] as const);
  const body = encodeWriteRequest([{ labels: [['__name__', 'x']], samples }]);
  const decoded = decodeWriteRequest(body, MAX_BYTES).timeseries[0]!.samples;
  expect(decoded.map(({ value }) => value)).toEqual(values);
  expect(decoded.map(({ timestampMs }) => timestampMs)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
});

test('exemplars decode to labels, value and time', () => {
  const exemplars = [
    { labels: [['trace_id', 'é']] as const, value: -0, timestampMs: -1 },
    { labels: [], value: Infinity, timestampMs: 1000 },
  ];
  const body = encodeWriteRequest([{ labels: [], exemplars }]);
  expect(decodeWriteRequest(body, MAX_BYTES).timeseries[0]!.exemplars).toEqual([
    { labels: [{ name: 'trace_id', value: 'é' }], value: -0, timestampMs: -1 },
    { labels: [], value: Infinity, timestampMs: 1000 },
  ]);
});

test('whole numbers of a native histogram stay exact over all of their 64 bits', () => {
  const histogram = {
    count_int: '18446744073709551615',
    zero_count_int: '9007199254740993',
    positive_spans: [
      { offset: -5, length: 2 },
      { offset: 3, length: 1 },
    ],
    positive_deltas: ['9007199254740993', '-1', '2'],
    negative_spans: [{ offset: 2147483647, length: 4294967295 }],
    negative_deltas: ['-9223372036854775808'],
    reset_hint: 3,
    timestamp: -7,
  };
  const [decoded] = decodeHistograms(histogram);
  expect(decoded).toEqual({
    count: 18446744073709551615n,
    zeroCount: 9007199254740993n,
    sum: 0,
    schema: 0,
    zeroThreshold: 0,
    positive: {
      spans: histogram.positive_spans,
      counts: [9007199254740993n, 9007199254740992n, 9007199254740994n],
    },
    negative: { spans: histogram.negative_spans, counts: [-9223372036854775808n] },
    customValues: [],
    resetHint: 3,
    timestampMs: -7,
  });
});

test('a float histogram has numbers for counts, and what was not written is undefined', () => {
  const float = {
    count_float: 0.5,
    zero_count_float: 0,
    sum: Number.NaN,
    schema: -53,
    zero_threshold: 1e-128,
    positive_counts: [0.25, -0],
    custom_values: [0.1, 5],
  };
  const noBuckets = { spans: [], counts: [] };
  const common = { negative: noBuckets, resetHint: 0, timestampMs: 0 };
  expect(decodeHistograms(float, {})).toEqual([
    {
      ...common,
      count: 0.5,
      zeroCount: 0,
      sum: Number.NaN,
      schema: -53,
      zeroThreshold: 1e-128,
      positive: { spans: [], counts: [0.25, -0] },
      customValues: [0.1, 5],
    },
    {
      ...common,
      count: undefined,
      zeroCount: undefined,
      sum: 0,
      schema: 0,
      zeroThreshold: 0,
      positive: noBuckets,
      customValues: [],
    },
  ]);
});

test('the decoder that judges what Sluice sends distinguishes whole numbers from floats', () => {
  const timestampMs = 1000;
  const exemplars = [{ labels: [['trace_id', 'x']] as const, value: 0.5, timestampMs }];
  const histograms = [integerHistogram(timestampMs), floatHistogram(timestampMs, { reset_hint: 3 }), {}];
  const body = encodeWriteRequest([{ labels: [['__name__', 'h']], exemplars, histograms }]);
  const { series } = judgeWriteRequest(body);
  const common = {
    ...{ sum: 12.5, schema: 1, zeroThreshold: 0.001, timestampMs, customValues: [] },
    negativeSpans: [{ offset: 0, length: 1 }],
    positiveSpans: [
      { offset: 0, length: 2 },
      { offset: 1, length: 1 },
    ],
  };
  const whole = { count: 6n, zeroCount: 1n, negativeDeltas: [1n], positiveDeltas: [1n, 1n, -1n] };
  const float = { count: 6.5, zeroCount: 1.5, negativeCounts: [1], positiveCounts: [1, 2, 1] };
  const none = { negativeCounts: [], positiveCounts: [], negativeDeltas: [], positiveDeltas: [] };
  const empty = {
    ...{ sum: 0, schema: 0, zeroThreshold: 0, timestampMs: 0 },
    customValues: [],
    resetHint: 0,
  };
  expect(series).toEqual([
    {
      labels: [['__name__', 'h']],
      samples: [],
      exemplars,
      histograms: [
        { ...none, ...common, ...whole, resetHint: 0 },
        { ...none, ...common, ...float, resetHint: 3 },
        { ...none, ...empty, negativeSpans: [], positiveSpans: [], count: undefined, zeroCount: undefined },
      ],
    },
  ]);
});

test('metadata carries the type in the words of the exposition format', () => {
  const body = encodeWriteRequest(
    [],
    [
      { name: 'a', type: 5, help: 'Über' },
      { name: 'b', type: 0, help: '' },
    ],
  );
  expect(decodeWriteRequest(body, MAX_BYTES)).toEqual({
    timeseries: [],
    metadata: [
      { metricFamilyName: 'a', type: 'summary', help: 'Über', unit: '' },
      { metricFamilyName: 'b', type: 'unknown', help: '', unit: '' },
    ],
  });
});

test('an empty body is a request without series', () => {
  expect(decodeHex('')).toEqual({ timeseries: [], metadata: [] });
});

test('the client model can be loaded', () => {
  const family = loadProtoType(['io/prometheus/client/metrics.proto'], 'io.prometheus.client.MetricFamily');
  const bytes = family.encode({ name: 'up', type: 1, metric: [{ gauge: { value: 1 } }] }).finish();
  expect(Buffer.from(bytes).toString('hex')).toBe('0a0275701801220b120909000000000000f03f');
});
