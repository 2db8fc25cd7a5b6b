import { expect, test } from 'vitest';
import { SampleStore, type StoreLimits } from '../../src/devbackend/sample-store.ts';
import type { DecodedWriteRequest } from '../../src/devbackend/write-request-codec.ts';

const LIMITS: StoreLimits = { maxSeries: 3, maxSamplesPerSeries: 2, maxLabelLength: 1000, maxFamilies: 2 };

function request(name: string, ...samples: [value: number, timestampMs: number][]): DecodedWriteRequest {
  return {
    timeseries: [
      {
        labels: [{ name: '__name__', value: name }],
        samples: samples.map(([value, timestampMs]) => ({ value, timestampMs })),
      },
    ],
    metadata: [],
  };
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

test('a sample behind its series is refused', () => {
  const store = new SampleStore(LIMITS);
  store.append(request('a', [1, 1000]), 0);
  refuses(store, request('a', [2, 999]), 'wanted a sample after 1000, found an out-of-order one at 999');
  refuses(
    store,
    request('a', [2, 2000], [3, 1500]),
    'wanted a sample after 2000, found an out-of-order one at 1500',
  );
});

test('another value at the same time is refused, and 0 is another value than -0', () => {
  const store = new SampleStore(LIMITS);
  store.append(request('a', [1, 1000]), 0);
  refuses(store, request('a', [2, 1000]), 'wanted one value at 1000, found 1 and 2');
  store.append(request('a', [0, 2000]), 0);
  refuses(store, request('a', [-0, 2000]), 'wanted one value at 2000, found 0 and 0');
});

test('two runs of one series within a request are held to the same order', () => {
  const store = new SampleStore(LIMITS);
  const body = both(request('a', [1, 2000]), request('a', [1, 1000]));
  refuses(store, body, 'wanted a sample after 2000, found an out-of-order one at 1000');
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
  const store = new SampleStore({ ...LIMITS, maxLabelLength: 110 });
  for (const name of ['a', 'b', 'x'.repeat(80)]) store.append(request(name, [1, 1]), 0);
  expect(names(store)).toEqual(['x'.repeat(80)]);
});

test('a series without samples leaves no trace', () => {
  const store = new SampleStore(LIMITS);
  store.append(request('a'), 0);
  expect(store.series()).toEqual([]);
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
