// From the times of creation that a client pushes to the start timestamps of remote write 2.0, judged by the
// published definition of 2.0; without a backend of 2.0 nothing changes.
import { describe, expect, test } from 'vitest';
import { stripStartTimestamps } from '../../src/remotewrite/start-timestamps.ts';
import { FamilyRegistry } from '../../src/remotewrite/v2/family-registry.ts';
import { RequestV2Translator } from '../../src/remotewrite/v2/request-v2-translator.ts';
import type { BodyFormat } from '../../src/transcode/body-format.ts';
import type { Transcoder, TranscoderOptions } from '../../src/transcode/transcoder.ts';
import { SLACK } from '../../src/wire/byte-ranges.ts';
import {
  bodyOf,
  labelPairs,
  oneMetric,
  type PlainMessage,
  Type,
} from '../exposition/protobuf/family-messages.ts';
import { decodeMessageV2 } from '../support/decode-request-v2.ts';
import { decodePush, fixed, type Labels, newTranscoder, RECEIVED_AT_MS } from './transcode-body.ts';

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('');

function transcode(transcoder: Transcoder, body: string | Uint8Array, format: BodyFormat, labels?: Labels) {
  const bytes = Buffer.from(body as string);
  const pushed = { chunks: [bytes], length: bytes.length, format };
  const [encoded] = transcoder.transcode(pushed, fixed(labels), RECEIVED_AT_MS);
  return { ...encoded!, bytes: Buffer.from(encoded!.bytes) };
}

/** As they leave as 2.0. */
function decode(bytes: Buffer) {
  const fields = Buffer.allocUnsafeSlow(bytes.length + SLACK);
  bytes.copy(fields);
  const translator = new RequestV2Translator(new FamilyRegistry(1 << 20), 1 << 26);
  return decodeMessageV2(translator.translate(fields.subarray(0, bytes.length))).series;
}

/** Series as `name{label=value}`, all labels but the job's, each with its start timestamp. */
function starts(
  body: string | Uint8Array,
  format: BodyFormat = 'openMetrics',
  options: Partial<TranscoderOptions> = {},
  labels?: Labels,
): Record<string, number> {
  const { bytes } = transcode(newTranscoder({ startTimestamps: true, ...options }), body, format, labels);
  const found: Record<string, number> = {};
  for (const series of decode(bytes)) {
    const own = series.labels.filter(([name]) => name !== '__name__' && name !== 'job');
    const name = series.labels.find(([label]) => label === '__name__')![1];
    const text = own.map(([label, value]) => `${label}=${value}`).join(',');
    const { timestampMs } = series.samples[0] ?? series.histograms![0]!;
    const time = timestampMs === RECEIVED_AT_MS ? '' : `@${timestampMs}`;
    found[`${name}{${text}}${time}`] = series.startsMs[0]!;
  }
  return found;
}

const COUNTER = lines('# TYPE c counter', 'c_total 101.13', 'c_created 1600000000.123', '# EOF');

describe('OpenMetrics text', () => {
  test('gives no start timestamp without _created, or to a family that does not count', () => {
    expect(starts(lines('# TYPE c counter', 'c_total 1', '# EOF'))).toEqual({ 'c_total{}': 0 });
    const gauge = lines('# TYPE g gauge', 'g 1', '# TYPE g_created gauge', 'g_created 5', '# EOF');
    expect(starts(gauge)).toEqual({ 'g{}': 0, 'g_created{}': 0 });
    expect(starts(lines('c_total 1', 'c_created 5', '# EOF'))).toEqual({ 'c_total{}': 0, 'c_created{}': 0 });
    expect(starts(lines('# TYPE c counter', 'c_total 1', 'c_created 5'), 'text')).toEqual({
      'c_total{}': 0,
      'c_created{}': 0,
    });
  });

  test('gives that of a counter, whose _created stays a series', () => {
    expect(starts(COUNTER)).toEqual({ 'c_total{}': 1_600_000_000_123, 'c_created{}': 0 });
  });

  test('also gives it if _created comes first, or between others', () => {
    const first = lines('# TYPE c counter', 'c_created{a="1"} 5', 'c_total{a="1"} 1', '# EOF');
    expect(starts(first)).toEqual({ 'c_created{a=1}': 0, 'c_total{a=1}': 5000 });
    const mixed = lines(
      '# TYPE c counter',
      'c_total{a="1"} 1',
      'c_total{a="2"} 1',
      'c_created{a="2"} 6',
      'c_total{a="3"} 1',
      'c_created{a="1"} 5',
      '# EOF',
    );
    expect(starts(mixed)).toMatchObject({ 'c_total{a=1}': 5000, 'c_total{a=2}': 6000, 'c_total{a=3}': 0 });
  });

  test('gives that of a histogram to its buckets, the one that is made among them, sum and count', () => {
    const body = lines(
      '# TYPE h histogram',
      'h_bucket{a="1",le="1"} 1',
      'h_count{a="1"} 2',
      'h_sum{a="1"} 3',
      'h_created{a="1"} 7',
      'h_bucket{le="1"} 1',
      'h_bucket{le="+Inf"} 1',
      '# EOF',
    );
    expect(starts(body)).toEqual({
      'h_bucket{a=1,le=1}': 7000,
      'h_bucket{a=1,le=+Inf}': 7000,
      'h_count{a=1}': 7000,
      'h_sum{a=1}': 7000,
      'h_created{a=1}': 0,
      'h_bucket{le=1}': 0,
      'h_bucket{le=+Inf}': 0,
    });
  });

  test('gives that of a summary to its quantiles, sum and count', () => {
    const body = lines(
      '# TYPE s summary',
      's{a="1",quantile="0.5"} 1',
      's_count{a="1"} 2',
      's_sum{a="1"} 3',
      's_created{a="1"} 7',
      's{quantile="0.5"} 1',
      '# EOF',
    );
    expect(starts(body)).toEqual({
      's{a=1,quantile=0.5}': 7000,
      's_count{a=1}': 7000,
      's_sum{a=1}': 7000,
      's_created{a=1}': 0,
      's{quantile=0.5}': 0,
    });
  });

  test('gives a counter with labels le and quantile that of the same ones', () => {
    const labels = (value: string) => `{le="${value}",quantile="${value}"}`;
    const body = lines(
      '# TYPE c counter',
      `c_total${labels('1')} 1`,
      `c_total${labels('2')} 1`,
      `c_created${labels('1')} 5`,
      '# EOF',
    );
    expect(starts(body)).toMatchObject({ 'c_total{le=1,quantile=1}': 5000, 'c_total{le=2,quantile=2}': 0 });
  });

  test('keeps it if the path has labels', () => {
    expect(starts(COUNTER, 'openMetrics', {}, { job: 'test', zone: 'a', __aa: 'b' })).toEqual({
      'c_total{__aa=b,zone=a}': 1_600_000_000_123,
      'c_created{__aa=b,zone=a}': 0,
    });
  });

  test('gives 1 for 0, and nothing for what is later than the sample or no time', () => {
    const at = (created: string, time = '') =>
      Object.values(
        starts(lines('# TYPE c counter', `c_total 1${time}`, `c_created ${created}`, '# EOF')),
      )[0];
    expect(at('0')).toBe(1);
    expect(at('-0.0001')).toBe(1);
    expect(at('1700000000.123')).toBe(RECEIVED_AT_MS);
    expect(at('1700000000.124')).toBe(0);
    expect(at('5', ' 5')).toBe(5000);
    expect(at('5.001', ' 5')).toBe(0);
    for (const created of ['NaN', '+Inf', '-Inf', '1e300']) expect(at(created)).toBe(0);
  });

  test('gives each of several samples of a series the latest that is not after it', () => {
    const body = lines(
      '# TYPE c counter',
      'c_total 9 100',
      'c_created 50 100',
      'c_total 3 200',
      'c_created 150 200',
      '# EOF',
    );
    expect(starts(body)).toMatchObject({ 'c_total{}@100000': 50_000, 'c_total{}@200000': 150_000 });
  });

  test('gives it again when the same body comes again, whatever is last in it', () => {
    const transcoder = newTranscoder({ startTimestamps: true });
    for (let i = 0; i < 4; i++) {
      const body = lines('# TYPE c counter', `c_created ${i}`, 'c_total 1', '# EOF');
      const encoded = transcode(transcoder, body, 'openMetrics');
      expect(decode(encoded.bytes)[1]?.startsMs).toEqual([Math.max(1, 1000 * i)]);
    }
  });

  test('gives it again when the same body comes again, and forgets it with the next', () => {
    const transcoder = newTranscoder({ startTimestamps: true });
    for (let i = 0; i < 3; i++) {
      const encoded = transcode(transcoder, COUNTER, 'openMetrics');
      expect(decode(encoded.bytes)[0]?.startsMs).toEqual([1_600_000_000_123]);
      expect(encoded.hasStartTimestamps).toBe(true);
      const plain = transcode(transcoder, lines('# TYPE c counter', 'c_total 2', '# EOF'), 'openMetrics');
      expect(decode(plain.bytes)[0]?.startsMs).toEqual([0]);
      expect(plain.hasStartTimestamps).toBe(false);
    }
  });

  test('gives no start timestamp to a series that would be too large with it', () => {
    const sizes = Array.from({ length: 40 }, (_, i) => 30 + i);
    const sent = sizes.map((maxSeriesBytes) => {
      try {
        return starts(COUNTER, 'openMetrics', { maxSeriesBytes })['c_total{}'];
      } catch {
        return -1;
      }
    });
    expect([...new Set(sent)]).toEqual([-1, 0, 1_600_000_000_123]);
  });
});

describe('protobuf', () => {
  const created = { seconds: 1_600_000_000, nanos: 123_400_000 };
  const of = (type: number, metric: PlainMessage) => starts(oneMetric('x', type, metric), 'protobuf');
  const CREATED_MS = 1_600_000_000_123;

  test('gives no start timestamp without a time of creation, nor to a gauge histogram', () => {
    expect(of(Type.counter, { counter: { value: 1 } })).toEqual({ 'x{}': 0 });
    expect(of(Type.gauge, { gauge: { value: 1 } })).toEqual({ 'x{}': 0 });
    const histogram = { sample_count: 1, sample_sum: 1, created_timestamp: created };
    expect(Object.values(of(Type.gaugeHistogram, { histogram }))).toEqual([0, 0, 0]);
  });

  test('gives that of a counter, a histogram and a summary to all their series', () => {
    expect(of(Type.counter, { counter: { value: 1, created_timestamp: created } })).toEqual({
      'x{}': CREATED_MS,
    });
    const bucket = [{ cumulative_count: 1, upper_bound: 1 }];
    const histogram = { sample_count: 1, sample_sum: 1, bucket, created_timestamp: created };
    expect(of(Type.histogram, { histogram })).toEqual({
      'x_bucket{le=1}': CREATED_MS,
      'x_bucket{le=+Inf}': CREATED_MS,
      'x_sum{}': CREATED_MS,
      'x_count{}': CREATED_MS,
    });
    const summary = {
      sample_count: 1,
      sample_sum: 1,
      quantile: [{ quantile: 0.5, value: 1 }],
      created_timestamp: created,
    };
    expect(of(Type.summary, { summary })).toEqual({
      'x{quantile=0.5}': CREATED_MS,
      'x_sum{}': CREATED_MS,
      'x_count{}': CREATED_MS,
    });
  });

  test('gives that of a native histogram', () => {
    const histogram = {
      sample_count: 3,
      sample_sum: 4.5,
      schema: 0,
      zero_threshold: 0.001,
      positive_span: [{ offset: 0, length: 2 }],
      positive_delta: [1, 1],
      created_timestamp: created,
    };
    expect(of(Type.histogram, { histogram })).toEqual({ 'x{}': CREATED_MS });
  });

  test('gives each metric its own, and 1 for an empty one', () => {
    const metric = (a: string, counter: PlainMessage) => ({ label: labelPairs({ a }), counter });
    const body = bodyOf({
      name: 'x',
      type: Type.counter,
      metric: [
        metric('1', { value: 1, created_timestamp: created }),
        metric('2', { value: 1 }),
        metric('3', { value: 1, created_timestamp: {} }),
        metric('4', { value: 1, created_timestamp: { nanos: 5_000_000 } }),
        metric('5', { value: 1, created_timestamp: { seconds: 4_000_000_000 } }),
      ],
    });
    expect(starts(body, 'protobuf')).toEqual({
      'x{a=1}': CREATED_MS,
      'x{a=2}': 0,
      'x{a=3}': 1,
      'x{a=4}': 5,
      'x{a=5}': 0,
    });
  });
});

describe('for backends of remote write 1.0', () => {
  const counter = { value: 1, created_timestamp: { seconds: 5 } };
  const bodies: readonly (readonly [BodyFormat, string | Uint8Array])[] = [
    ['openMetrics', COUNTER],
    ['protobuf', oneMetric('x', Type.counter, { counter })],
  ];

  test('alone, nothing is written and nothing is different', () => {
    for (const [format, body] of bodies) {
      const encoded = transcode(newTranscoder(), body, format);
      expect(encoded.hasStartTimestamps).toBe(false);
      expect(stripStartTimestamps(encoded.bytes)).toBe(encoded.bytes);
    }
  });

  test('with a backend of 2.0, what is left after stripping is what they got without it', () => {
    for (const [format, body] of bodies) {
      const alone = transcode(newTranscoder(), body, format);
      const beside = transcode(newTranscoder({ startTimestamps: true }), body, format);
      expect(beside.bytes.length).toBeGreaterThan(alone.bytes.length);
      expect(Buffer.from(stripStartTimestamps(beside.bytes))).toEqual(alone.bytes);
      expect(decodePush(Buffer.from(stripStartTimestamps(beside.bytes)))).toEqual(decodePush(alone.bytes));
    }
  });
});
