import { expect, test } from 'vitest';
import { latestSamples, MAX_ROWS } from '../../../src/devbackend/page/latest-samples.ts';
import { summarize } from '../../../src/devbackend/page/page.ts';
import { PAGE_SCRIPT } from '../../../src/devbackend/page/page-script.ts';
import { SampleStore } from '../../../src/devbackend/store/sample-store.ts';

const NOW_MS = 1_700_000_000_000;

function storeWith(...names: string[]): SampleStore {
  const store = new SampleStore({
    maxSeries: 1000,
    maxSamplesPerSeries: 2,
    maxBytes: 100_000,
    maxFamilies: 10,
  });
  for (const [i, name] of names.entries()) append(store, name, NOW_MS, i);
  return store;
}

function append(store: SampleStore, name: string, timestampMs: number, receivedAtMs: number): void {
  const labels = [
    { name: '__name__', value: name },
    { name: 'job', value: 'Nightly' },
  ];
  store.append(
    {
      timeseries: [{ labels, samples: [{ value: 1, timestampMs }], exemplars: [], histograms: [] }],
      metadata: [],
    },
    receivedAtMs,
  );
}

function ageAt(timestampMs: number): string | undefined {
  const store = storeWith();
  append(store, 'a', timestampMs, 0);
  return latestSamples(store, '', NOW_MS).rows[0]?.age;
}

test('the series received last comes first, and every word of the filter counts', () => {
  const store = storeWith('first_total', 'second_total', 'third');
  const names = (filter: string) => latestSamples(store, filter, NOW_MS).rows.map(({ name }) => name);
  expect(names('')).toEqual(['third', 'second_total', 'first_total']);
  expect(names('  TOTAL job="night ')).toEqual(['second_total', 'first_total']);
  expect(names('total third')).toEqual([]);
});

test('rows are capped, and the summary says so', () => {
  const latest = latestSamples(storeWith(...Array.from({ length: 501 }, (_, i) => `m${i}`)), 'm', NOW_MS);
  expect(latest.rows.length).toBe(MAX_ROWS);
  expect(summarize(latest)).toBe('501 series; the newest 500 are shown');
  expect(summarize(latestSamples(storeWith('a', 'b'), 'a{', NOW_MS))).toBe('1 of 2 series match');
});

test('type and help are found under the name of the family', () => {
  const store = storeWith('t_seconds_bucket', 't_seconds', 'other');
  const metadata = [{ metricFamilyName: 't_seconds', type: 'histogram', help: 'Time.', unit: '' }];
  store.append({ timeseries: [], metadata }, NOW_MS);
  const abouts = latestSamples(store, '', NOW_MS).rows.map(({ about }) => about);
  expect(abouts).toEqual(['', 'histogram · Time.', 'histogram · Time.']);
});

test('times and ages are readable for any timestamp', () => {
  expect(ageAt(NOW_MS - 119_999)).toBe('119 s ago');
  expect(ageAt(NOW_MS - 120_000)).toBe('2 min ago');
  expect(ageAt(NOW_MS - 2 * 3_600_000)).toBe('2 h ago');
  expect(ageAt(NOW_MS - 48 * 3_600_000)).toBe('2 d ago');
  expect(ageAt(NOW_MS + 5000)).toBe('in 5 s');
  const store = storeWith();
  append(store, 'far', Number.MAX_SAFE_INTEGER, 0);
  append(store, 'now', NOW_MS, 1);
  const times = latestSamples(store, '', NOW_MS).rows.map(({ time }) => time);
  expect(times).toEqual(['2023-11-14 22:13:20.000Z', '9007199254740991 ms']);
});

test('a native histogram shows count, sum and buckets, and a series its newest exemplar', () => {
  const store = storeWith('plain');
  const none = { spans: [], counts: [] };
  const histogram = {
    ...{ count: 2.5, zeroCount: 1.5, sum: 1e-7, schema: 0, zeroThreshold: 0, resetHint: 0 },
    ...{ customValues: [], negative: none, positive: none, timestampMs: NOW_MS },
  };
  const exemplar = (value: number, text: string) => ({
    labels: [{ name: 'trace_id', value: text }],
    value,
    timestampMs: NOW_MS,
  });
  const labels = [{ name: '__name__', value: 'h' }];
  const exemplars = [exemplar(1, 'first'), exemplar(0.25, 'say "a"')];
  const series = { labels, samples: [], exemplars, histograms: [histogram] };
  store.append({ timeseries: [series], metadata: [] }, 1);
  const shown = latestSamples(store, '', NOW_MS).rows.map(({ value, detail, exemplar: text }) => [
    value,
    detail,
    text,
  ]);
  expect(shown).toEqual([
    ['count 2.5', 'sum 1e-07 · 1 bucket', 'exemplar 0.25 {trace_id="say \\"a\\""}'],
    ['1', '', ''],
  ]);
});

test('the script makes no markup out of text', () => {
  expect(PAGE_SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(/);
});
