// Native histograms as they leave, judged by the published message.
import { expect, test } from 'vitest';
import { ExemplarSet } from '../../src/labels/exemplar-set.ts';
import {
  FLOAT_COUNT,
  FLOAT_ZERO_COUNT,
  NativeHistogram,
  SUM,
  ZERO_THRESHOLD,
} from '../../src/labels/native-histogram.ts';
import { maxHistogramLength, writeHistogram } from '../../src/remotewrite/histogram-writer.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { OutputBuffer } from '../../src/wire/output-buffer.ts';
import type { DecodedHistogram } from '../support/decode-histogram.ts';
import { holdsForSeeds, SeededRandom } from '../support/seeded-random.ts';
import { decodeSeries, EncoderUnderTest } from './label-registers.ts';
import {
  fillHistogram,
  type PlainHistogram,
  type PlainRun,
  rollHistogram,
  toWire,
} from './plain-histogram.ts';

const EMPTY: PlainHistogram = {
  count: 0n,
  sum: 0,
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0n,
  isGauge: false,
  negative: { spans: [], buckets: [] },
  positive: { spans: [], buckets: [] },
};

function written(plain: PlainHistogram, timestampMs = 1_700_000_000_123): Buffer {
  const out = new OutputBuffer(1 << 20);
  const histogram = new NativeHistogram();
  fillHistogram(histogram, plain);
  const limit = maxHistogramLength(histogram);
  out.reserve(limit);
  out.length = writeHistogram(out, 0, histogram, timestampMs);
  expect(out.length).toBeLessThanOrEqual(limit);
  return out.written();
}

test('an integer histogram has the bytes of the specification’s field table', () => {
  const plain: PlainHistogram = {
    ...EMPTY,
    count: 3n,
    sum: 4.5,
    schema: -1,
    zeroThreshold: 0.001,
    positive: { spans: [[-2, 2]], buckets: [1n, 1n] },
  };
  // Made with protoc from the published message.
  const content =
    '0803190000000000001240200129fca9f1d24d62503f30005a04080310026202020278fbd095ffbc31'.toLowerCase();
  expect(written(plain).toString('hex')).toBe(`22${(content.length / 2).toString(16)}${content}`);
});

test('count and zero count are written even if they are zero, and show whether they are whole', () => {
  expect(written(EMPTY, 0).toString('hex')).toBe('220408003000');
  const floats = { ...EMPTY, count: 0, zeroCount: 0 };
  expect(written(floats, 0).toString('hex')).toBe('2212110000000000000000390000000000000000');
});

test('a sum of minus zero keeps its sign, and no NaN leaves as a staleness marker', () => {
  const encoder = new EncoderUnderTest();
  const stale = Buffer.from('020000000000f07f', 'hex').readDoubleLE();
  const read = (plain: PlainHistogram) => leaves(encoder, plain);
  expect(Object.is(read({ ...EMPTY, sum: -0 }).sum, -0)).toBe(true);
  const positive: PlainRun = { spans: [[0, 2]], buckets: [1, stale] };
  const bytes = written({ ...EMPTY, count: 1, zeroCount: 0, sum: stale, positive });
  expect(bytes.includes(Buffer.from('020000000000f07f', 'hex'))).toBe(false);
  expect(bytes.includes(Buffer.from('010000000000f87f', 'hex'))).toBe(true);
});

test('any histogram leaves as it was pushed, with the labels of its series', () => {
  const encoder = new EncoderUnderTest();
  holdsForSeeds(300, (random) => {
    const plain = rollHistogram(random);
    expect(leaves(encoder, plain)).toEqual(toWire(plain, 1_700_000_000_123));
  });
});

test('exemplars come before the histogram in its series', () => {
  const arena = new ByteArena();
  const body = Buffer.from('trace_idabc');
  arena.load([body], body.length, 0);
  const exemplars = new ExemplarSet(arena);
  exemplars.addLabel(0, 8, 8, 11);
  exemplars.values[0] = 0.5;
  exemplars.timestampsMs[0] = 1_700_000_000_000;
  expect(exemplars.finish()).toBe(-1);
  const encoder = new EncoderUnderTest();
  const histogram = new NativeHistogram();
  const [series] = decodeSeries(encoder.encodeHistogram('h', histogram, exemplars));
  expect(series?.exemplars).toEqual([
    { labels: [['trace_id', 'abc']], value: 0.5, timestampMs: 1_700_000_000_000 },
  ]);
  expect(series?.histograms).toHaveLength(1);
  expect(series?.samples).toEqual([]);
});

function leaves(encoder: EncoderUnderTest, plain: PlainHistogram): DecodedHistogram {
  const histogram = new NativeHistogram();
  fillHistogram(histogram, plain);
  const series = decodeSeries(encoder.encodeHistogram('h', histogram, undefined, 1_700_000_000_123));
  expect(series).toHaveLength(1);
  expect(series[0]?.labels).toEqual([
    ['__name__', 'h'],
    ['job', 'test'],
  ]);
  expect(series[0]?.samples).toEqual([]);
  return series[0]!.histograms![0]!;
}

test('a cleared histogram has nothing of the one before', () => {
  const histogram = new NativeHistogram();
  fillHistogram(histogram, rollHistogram(new SeededRandom(7)));
  histogram.numbers.fill(1);
  histogram.clear();
  const { numbers, positive, negative } = histogram;
  const scalars = [SUM, ZERO_THRESHOLD, FLOAT_COUNT, FLOAT_ZERO_COUNT].map((place) => numbers[place]);
  expect(scalars).toEqual([0, 0, 0, 0]);
  expect([positive.spanCount, positive.byteLength, negative.spanCount, negative.byteLength]).toEqual([
    0, 0, 0, 0,
  ]);
});
