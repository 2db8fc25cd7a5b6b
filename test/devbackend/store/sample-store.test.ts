import { expect, test } from 'vitest';
import type { DecodedWriteRequest } from '../../../src/devbackend/receiver/write-request-v1.ts';
import { SampleStore, type StoreLimits } from '../../../src/devbackend/store/sample-store.ts';

const LIMITS: StoreLimits = { maxSeries: 3, maxSamplesPerSeries: 2, maxBytes: 1000, maxFamilies: 2 };

function request(name: string, ...samples: [value: number, timestampMs: number][]): DecodedWriteRequest {
  return {
    timeseries: [
      {
        labels: [{ name: '__name__', value: name }],
        samples: samples.map(([value, timestampMs]) => ({ value, timestampMs })),
        exemplars: [],
        histograms: [],
      },
    ],
    metadata: [],
  };
}

/** One series with one histogram in `bucketCount` buckets, and an exemplar. */
function histogramRequest(name: string, bucketCount: number, timestampMs: number): DecodedWriteRequest {
  const histogram = {
    count: BigInt(bucketCount),
    zeroCount: 0n,
    sum: 1,
    schema: 0,
    zeroThreshold: 0,
    negative: { spans: [], counts: [] },
    positive: {
      spans: [{ offset: 0, length: bucketCount }],
      counts: Array.from({ length: bucketCount }, () => 1n),
    },
    customValues: [],
    resetHint: 0,
    timestampMs,
  };
  const exemplars = [{ labels: [{ name: 'trace_id', value: 'x' }], value: 1, timestampMs }];
  const labels = [{ name: '__name__', value: name }];
  return { timeseries: [{ labels, samples: [], exemplars, histograms: [histogram] }], metadata: [] };
}

function both(first: DecodedWriteRequest, second: DecodedWriteRequest): DecodedWriteRequest {
  return { timeseries: [...first.timeseries, ...second.timeseries], metadata: [] };
}

function names(store: SampleStore): (string | undefined)[] {
  return store.series().map(({ labels }) => labels.get('__name__'));
}

function refuses(store: SampleStore, body: DecodedWriteRequest, fault: string): void {
  expect(store.append(body, 0)).toEqual({
    kind: 'refused',
    reason: `Cannot store series {"__name__"="a"}: ${fault}`,
  });
}

test('a sample older than its series is refused', () => {
  const store = new SampleStore(LIMITS);
  store.append(request('a', [1, 1000]), 0);
  refuses(store, request('a', [2, 999]), 'expected a sample after 1000, found an out-of-order one at 999');
  refuses(
    store,
    request('a', [2, 2000], [3, 1500]),
    'expected a sample after 2000, found an out-of-order one at 1500',
  );
});

test('another value at the same time is refused, and 0 is another value than -0', () => {
  const store = new SampleStore(LIMITS);
  store.append(request('a', [1, 1000]), 0);
  refuses(store, request('a', [2, 1000]), 'expected one value at 1000, found 1 and 2');
  store.append(request('a', [0, 2000]), 0);
  refuses(store, request('a', [-0, 2000]), 'expected one value at 2000, found 0 and 0');
});

test('two runs of one series within a request are held to the same order', () => {
  const store = new SampleStore(LIMITS);
  const body = both(request('a', [1, 2000]), request('a', [1, 1000]));
  refuses(store, body, 'expected a sample after 2000, found an out-of-order one at 1000');
});

test('nothing of a refused request is kept', () => {
  const store = new SampleStore(LIMITS);
  store.append(request('a', [1, 1000]), 0);
  store.append(both(request('b', [1, 1]), request('a', [2, 1])), 0);
  expect(names(store)).toEqual(['a']);
});

test('the newest sample sent again is taken and kept once, also when it is not a number', () => {
  const store = new SampleStore(LIMITS);
  for (let i = 0; i < 2; i++)
    expect(store.append(request('a', [Number.NaN, 1000]), 0)).toEqual({ kind: 'stored' });
  expect(store.series()[0]?.samples).toEqual([{ value: Number.NaN, timestampMs: 1000 }]);
});

test('a series keeps its last samples only', () => {
  const store = new SampleStore(LIMITS);
  store.append(request('a', [1, 1], [2, 2], [3, 3]), 0);
  expect(store.series()[0]?.samples.map(({ value }) => value)).toEqual([2, 3]);
});

test('the series touched longest ago makes room for a new one', () => {
  const store = new SampleStore(LIMITS);
  for (const [i, name] of ['a', 'b', 'c', 'a', 'd'].entries()) store.append(request(name, [1, i]), i);
  expect(names(store)).toEqual(['c', 'a', 'd']);
});

test('the text of all labels is bounded, too', () => {
  const store = new SampleStore({ ...LIMITS, maxBytes: 220 });
  for (const name of ['a', 'b', 'x'.repeat(80)]) store.append(request(name, [1, 1]), 0);
  expect(names(store)).toEqual(['x'.repeat(80)]);
});

test('the buckets of native histograms are bounded: the series touched longest ago make room', () => {
  const store = new SampleStore({ ...LIMITS, maxBytes: 10_000 });
  store.append(request('float', [1, 1]), 0);
  for (const name of ['a', 'b']) store.append(histogramRequest(name, 100, 1), 0);
  expect(names(store)).toEqual(['b']);
  store.append(histogramRequest('b', 100, 2), 0);
  expect(names(store)).toEqual([]);
  store.append(histogramRequest('c', 10, 1), 0);
  expect(names(store)).toEqual(['c']);
});

test('what an evicted or shortened series took can be used again', () => {
  const store = new SampleStore({ ...LIMITS, maxBytes: 10_000 });
  for (let i = 0; i < 50; i++) store.append(histogramRequest('a', 60, i), 0);
  expect(store.series()[0]?.samples.map(({ timestampMs }) => timestampMs)).toEqual([48, 49]);
  for (let i = 0; i < 50; i++) store.append(histogramRequest(`b${i}`, 60, i), 0);
  expect(names(store)).toEqual(['b48', 'b49']);
});

test('exemplars count as bytes, too', () => {
  const store = new SampleStore({ ...LIMITS, maxBytes: 200 });
  store.append(histogramRequest('a', 0, 1), 0);
  expect(names(store)).toEqual([]);
  const [series] = histogramRequest('a', 0, 1).timeseries;
  store.append({ timeseries: [{ ...series!, exemplars: [] }], metadata: [] }, 0);
  expect(names(store)).toEqual(['a']);
});

test('metadata is kept for the families named last, and long help is cut', () => {
  const store = new SampleStore(LIMITS);
  for (const metricFamilyName of ['a', 'b', 'a', 'c']) {
    const metadata = [{ metricFamilyName, type: 'gauge', help: 'x'.repeat(5000), unit: '' }];
    store.append({ timeseries: [], metadata }, 0);
  }
  expect(store.families().map(({ metricFamilyName }) => metricFamilyName)).toEqual(['a', 'c']);
  expect(store.family('a')?.help.length).toBe(4096);
});
