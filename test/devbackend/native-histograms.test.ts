import { expect, test } from 'vitest';
import {
  customHistogram,
  floatHistogram,
  type HistogramInput,
  integerHistogram,
} from './receiver/histogram-inputs.ts';
import { runningBackend } from './running-backend.ts';

const NOW_MS = Date.now();
const NAME = [['__name__', 'h']] as const;
const SHOWN = 'Cannot store series {"__name__"="h"}: ';

const backend = runningBackend(NOW_MS);

function refuses(histogram: HistogramInput, fault: string): Promise<void> {
  return backend.refuses({ labels: NAME, histograms: [histogram] }, `${SHOWN}${fault}`);
}

function refusesInteger(changes: HistogramInput, fault: string): Promise<void> {
  return refuses(integerHistogram(NOW_MS, changes), fault);
}

function refusesFloat(changes: HistogramInput, fault: string): Promise<void> {
  return refuses(floatHistogram(NOW_MS, changes), fault);
}

function refusesCustom(changes: HistogramInput, fault: string): Promise<void> {
  return refuses(customHistogram(NOW_MS, changes), fault);
}

async function takes(name: string, histogram: HistogramInput): Promise<void> {
  await backend.takes({ labels: [['__name__', name]], histograms: [histogram] });
}

/** The newest histogram of a series, as an instant query shows it. */
async function queried(name: string): Promise<unknown> {
  const { result } = (await backend.asked(`/api/v1/query?query=${name}`)) as {
    result: { histogram: [number, unknown] }[];
  };
  return result[0]?.histogram[1];
}

test('a series has samples or native histograms, and never neither', async () => {
  const both = { labels: NAME, samples: [[1, NOW_MS]] as const, histograms: [integerHistogram(NOW_MS)] };
  await backend.refuses(both, `${SHOWN}expected samples or native histograms, found both in one series`);
  await backend.refuses({ labels: NAME }, `${SHOWN}expected a sample or native histogram, found none`);
});

test('a histogram without a count, and a reset hint that is none, are refused', async () => {
  await refuses({ timestamp: NOW_MS }, 'expected a native histogram with a count, found none');
  await refusesInteger({ reset_hint: 4 }, 'expected a reset hint from 0 to 3, found 4');
  await refusesInteger({ reset_hint: -1 }, 'expected a reset hint from 0 to 3, found -1');
});

test('an unknown schema is refused', async () => {
  const expected = 'expected a schema from -4 to 8, or -53 for custom buckets, found';
  for (const schema of [-52, -5, 9, 127]) await refusesInteger({ schema }, `${expected} ${schema}`);
});

test('spans and buckets must agree', async () => {
  await refusesInteger(
    { positive_deltas: [1, 1] },
    'expected as many positive buckets as the spans have (3), found 2',
  );
  await refusesInteger(
    { negative_deltas: [1, 0] },
    'expected as many negative buckets as the spans have (1), found 2',
  );
  const backwards = [
    { offset: 0, length: 2 },
    { offset: -1, length: 1 },
  ];
  const expected = 'spans whose offsets after the first are not negative, found -1';
  await refusesInteger({ positive_spans: backwards }, `expected positive ${expected}`);
  await refusesInteger({ negative_spans: backwards }, `expected negative ${expected}`);
  await refusesFloat(
    { positive_spans: [{ offset: 0, length: 4294967295 }] },
    'expected as many positive buckets as the spans have (4294967295), found 3',
  );
});

test('no count may be below zero', async () => {
  const expected = 'buckets with counts that are not negative, found';
  await refusesInteger({ positive_deltas: [1, -2, 3] }, `expected positive ${expected} -1`);
  await refusesInteger({ negative_deltas: [-1] }, `expected negative ${expected} -1`);
  await refusesFloat({ positive_counts: [1, -0.5, 3] }, `expected positive ${expected} -0.5`);
  await refusesFloat({ count_float: -1 }, 'expected a count that is not negative, found -1');
  await refusesFloat(
    { zero_count_float: -1 },
    'expected a zero bucket whose count is not negative, found -1',
  );
  await refusesInteger(
    { zero_threshold: -0.1 },
    'expected a zero threshold that is not negative, found -0.1',
  );
});

test('whole numbers and floats are not mixed in one histogram', async () => {
  const float = 'expected only whole numbers, like the count, found a float';
  await refusesInteger({ positive_deltas: [], positive_counts: [1, 2, 1] }, float);
  await refusesInteger({ zero_count_int: undefined, zero_count_float: 1 }, float);
  const whole = 'expected only floats, like the count, found a whole number';
  await refusesFloat({ negative_counts: [], negative_deltas: [1] }, whole);
  await refusesFloat({ zero_count_float: undefined, zero_count_int: 1 }, whole);
});

test('the buckets of an integer histogram hold the count, or less if the sum is NaN', async () => {
  const inAll = 'observations in total, like the count, found';
  await refusesInteger({ count_int: 5 }, `expected buckets with 5 ${inAll} 6`);
  await refusesInteger({ count_int: 7 }, `expected buckets with 7 ${inAll} 6`);
  await refusesInteger({ zero_count_int: 2 }, `expected buckets with 6 ${inAll} 7`);
  const notANumber = { sum: Number.NaN };
  await refusesInteger({ ...notANumber, count_int: 5 }, `expected buckets with at most 5 ${inAll} 6`);
  await takes('nan', integerHistogram(NOW_MS, { ...notANumber, count_int: 7 }));
});

test('counts are exact even beyond the precision of a double', async () => {
  const large = { zero_count_int: 0, negative_spans: [], negative_deltas: [], positive_spans: [] };
  await refusesInteger(
    { ...large, positive_deltas: [], count_int: '9007199254740993', zero_count_int: '9007199254740992' },
    'expected buckets with 9007199254740993 observations in total, like the count, found 9007199254740992',
  );
});

test('the buckets of a float histogram hold no more than was counted, rounding aside', async () => {
  await refusesFloat(
    { count_float: 5.5 },
    'expected buckets with at most 5.5 observations in total, like the count, found 6.5',
  );
  await takes('float_less', floatHistogram(NOW_MS, { count_float: 7 }));
  await takes('float_rounded', floatHistogram(NOW_MS, { count_float: 6.499999999999999 }));
});

test('custom values belong to their schema, rise and bound all buckets', async () => {
  await refusesInteger(
    { custom_values: [1] },
    'expected custom values in schema -53 only, found some in schema 1',
  );
  for (const custom_values of [
    [2, 1],
    [1, 1],
    [1, Infinity],
    [-Infinity, 1],
    [Number.NaN, 1],
  ]) {
    await refusesCustom({ custom_values }, 'expected finite custom values in rising order, found others');
  }
  await refusesCustom(
    { custom_values: [1] },
    'expected the last bucket at index 1, above all custom values, found index 2',
  );
  await refusesCustom(
    { positive_spans: [{ offset: -1, length: 2 }] },
    'expected a first bucket index of at least 0 with custom values, found -1',
  );
  await refusesCustom(
    { negative_spans: [{ offset: 0, length: 1 }], negative_deltas: [0] },
    'expected only positive buckets with custom values, found negative ones',
  );
  const zero = 'expected no zero bucket with custom values, found one';
  await refusesCustom({ zero_threshold: 1 }, zero);
  await refusesCustom({ zero_count_int: 1 }, zero);
});

test('nothing of a request with an unsound histogram is kept', async () => {
  const { status } = await backend.write(
    { labels: [['__name__', 'other']], samples: [[1, NOW_MS]] },
    { labels: NAME, histograms: [integerHistogram(NOW_MS, { count_int: 1 })] },
  );
  expect(status).toBe(400);
  expect(await queried('other')).toBeUndefined();
});

test('an integer histogram is answered with its buckets from the lowest to the highest', async () => {
  await takes('whole', integerHistogram(NOW_MS));
  expect(await backend.asked('/api/v1/query?query=whole')).toEqual({
    resultType: 'vector',
    result: [
      {
        metric: { __name__: 'whole' },
        histogram: [
          NOW_MS / 1000,
          {
            count: '6',
            sum: '12.5',
            buckets: [
              [1, '-1', '-0.7071067811865476', '1'],
              [3, '-0.001', '0.001', '1'],
              [0, '0.7071067811865476', '1', '1'],
              [0, '1', '1.4142135623730951', '2'],
              [0, '2', '2.8284271247461903', '1'],
            ],
          },
        ],
      },
    ],
  });
});

test('a float histogram keeps its fractions, and empty buckets are left out', async () => {
  await takes('float', floatHistogram(NOW_MS, { positive_counts: [0, 0.25, 0], sum: -0.5 }));
  expect(await queried('float')).toEqual({
    count: '6.5',
    sum: '-0.5',
    buckets: [
      [1, '-1', '-0.7071067811865476', '1'],
      [3, '-0.001', '0.001', '1.5'],
      [0, '1', '1.4142135623730951', '0.25'],
    ],
  });
});

test('an empty histogram is answered without buckets', async () => {
  await takes('empty', { count_int: 0, zero_count_int: 0, schema: 8, timestamp: NOW_MS });
  expect(await queried('empty')).toEqual({ count: '0', sum: '0' });
  await takes('empty_float', { count_float: 0, timestamp: NOW_MS, reset_hint: 3 });
  expect(await queried('empty_float')).toEqual({ count: '0', sum: '0' });
});

test('custom buckets are bounded by the values that came with them', async () => {
  await takes('custom', customHistogram(NOW_MS));
  expect(await queried('custom')).toEqual({
    count: '3',
    sum: '9',
    buckets: [
      [3, '-Inf', '1', '1'],
      [0, '2.5', '+Inf', '2'],
    ],
  });
});

test('a bucket that overlaps the zero bucket is cut at its end', async () => {
  await takes('wide_zero', integerHistogram(NOW_MS, { zero_threshold: 0.8 }));
  const { buckets } = (await queried('wide_zero')) as { buckets: unknown[] };
  expect(buckets.slice(0, 3)).toEqual([
    [1, '-1', '-0.8', '1'],
    [3, '-0.8', '0.8', '1'],
    [0, '0.8', '1', '1'],
  ]);
});

test('a range shows histograms and floats, each at its time', async () => {
  const labels = [['__name__', 'both_kinds']] as const;
  await backend.takes(
    { labels, samples: [[1, NOW_MS - 60_000]] },
    { labels, histograms: [customHistogram(NOW_MS - 30_000), customHistogram(NOW_MS - 1000)] },
  );
  const histogram = { count: '3', sum: '9', buckets: expect.any(Array) };
  const metric = { __name__: 'both_kinds' };
  expect(await backend.asked('/api/v1/query?query=both_kinds[5m]')).toEqual({
    resultType: 'matrix',
    result: [
      {
        metric,
        values: [[(NOW_MS - 60_000) / 1000, '1']],
        histograms: [
          [(NOW_MS - 30_000) / 1000, histogram],
          [(NOW_MS - 1000) / 1000, histogram],
        ],
      },
    ],
  });
  const [start, end] = [(NOW_MS - 60_000) / 1000, NOW_MS / 1000];
  expect(
    await backend.asked(`/api/v1/query_range?query=both_kinds&start=${start}&end=${end}&step=60`),
  ).toEqual({
    resultType: 'matrix',
    result: [{ metric, values: [[start, '1']], histograms: [[end, histogram]] }],
  });
});

test('a histogram older than its series is refused, the newest one sent again is not', async () => {
  const labels = [['__name__', 'ordered']] as const;
  const shown = 'Cannot store series {"__name__"="ordered"}:';
  await takes('ordered', integerHistogram(NOW_MS));
  await takes('ordered', integerHistogram(NOW_MS));
  await backend.refuses(
    { labels, histograms: [integerHistogram(NOW_MS - 1)] },
    `${shown} expected a sample after ${NOW_MS}, found an out-of-order one at ${NOW_MS - 1}`,
  );
  const other = integerHistogram(NOW_MS, { count_int: 7, zero_count_int: 2 });
  await backend.refuses(
    { labels, histograms: [other] },
    `${shown} expected one value at ${NOW_MS}, found a native histogram of 6 observations and a native histogram of 7 observations`,
  );
  await backend.refuses(
    { labels, samples: [[6, NOW_MS]] },
    `${shown} expected one value at ${NOW_MS}, found a native histogram of 6 observations and 6`,
  );
});
