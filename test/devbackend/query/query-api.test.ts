import { expect, test } from 'vitest';
import { type ApiBody, answerQuery } from '../../../src/devbackend/query/query-api.ts';
import { SampleStore } from '../../../src/devbackend/store/sample-store.ts';

const NOW_MS = 1_700_000_000_123;
const MINUTE_MS = 60_000;

const store = new SampleStore({
  maxSeries: 100,
  maxSamplesPerSeries: 10,
  maxBytes: 10_000,
  maxFamilies: 10,
});
append('up', { job: 'a' }, [1, NOW_MS - 2 * MINUTE_MS], [0, NOW_MS - 1000]);
append('up', { job: 'b' }, [Number.POSITIVE_INFINITY, NOW_MS - 1000]);
append('old', {}, [7, NOW_MS - 5 * MINUTE_MS]);
append('bad', { text: `${'a'.repeat(40)}!` }, [1, NOW_MS]);
store.append(
  { timeseries: [], metadata: [{ metricFamilyName: 'up', type: 'gauge', help: 'Is it up?', unit: '' }] },
  NOW_MS,
);

function append(name: string, labels: Record<string, string>, ...samples: [number, number][]): void {
  const pairs = Object.entries({ __name__: name, ...labels });
  const series = {
    labels: pairs.map(([label, value]) => ({ name: label, value })),
    samples: samples.map(([value, timestampMs]) => ({ value, timestampMs })),
    exemplars: [],
    histograms: [],
  };
  store.append({ timeseries: [series], metadata: [] }, NOW_MS);
}

function answer(path: string, search: string | [string, string][] = '') {
  return answerQuery(path, new URLSearchParams(search), store, NOW_MS);
}

function body(path: string, search: string | [string, string][] = ''): ApiBody | undefined {
  return answer(path, search)?.body;
}

function refuses(path: string, search: string, error: string): void {
  expect(answer(path, search)).toEqual({
    status: 400,
    body: { status: 'error', errorType: 'bad_data', error },
  });
}

function succeeds(path: string, search: string | [string, string][], data: unknown): void {
  expect(body(path, search)).toEqual({ status: 'success', data });
}

test('a query that cannot be answered is refused as bad data', () => {
  const read = 'Cannot read parameter';
  refuses(
    '/api/v1/query',
    '',
    'Cannot parse query at position 1: expected a metric name or "{", found the end',
  );
  refuses(
    '/api/v1/query',
    'query=rate(up[5m])',
    'Cannot parse query at position 5: expected the end (this backend answers only selectors such as up{job="a"} or up[5m]), found "("',
  );
  refuses(
    '/api/v1/query',
    'query=up&time=noon',
    `${read} "time": expected seconds since the epoch or RFC 3339, found "noon"`,
  );
  refuses('/api/v1/series', '', `${read} "match[]": expected at least one selector, found none`);
  refuses(
    '/api/v1/series',
    'match[]=up[5m]',
    `${read} "match[]": expected a selector without a range, found "up[5m]"`,
  );
  refuses('/api/v1/series', 'match[]=up&limit=x', `${read} "limit": expected a whole number, found "x"`);
  refuses(
    '/api/v1/label/%FF/values',
    '',
    'Cannot read label name: expected percent-encoded UTF-8, found "%FF"',
  );
  refuses(
    '/api/v1/query_range',
    'query=up&start=0&end=9',
    `${read} "step": expected seconds or a duration such as 15s, found none`,
  );
  refuses(
    '/api/v1/query_range',
    'query=up&end=9&step=1',
    `${read} "start": expected seconds since the epoch or RFC 3339, found none`,
  );
  refuses(
    '/api/v1/query_range',
    'query=up&start=9&end=0&step=1',
    'Cannot run query: expected an end after the start, found it before',
  );
  refuses(
    '/api/v1/query_range',
    'query=up&start=0&end=11000&step=1',
    'Cannot run query: expected at most 11000 steps, found 11001',
  );
  refuses(
    '/api/v1/query_range',
    'query=up[5m]&start=0&end=9&step=1',
    'Cannot run query: expected a selector without a range, found one with a range',
  );
});

test('a pattern that would backtrack for ever in another engine is answered', () => {
  expect(answer('/api/v1/query', [['query', 'bad{text=~"(a+)+"}']])).toEqual({
    status: 200,
    body: { status: 'success', data: { resultType: 'vector', result: [] } },
  });
});

test('an answer has a million points at most, the buckets of histograms among them', () => {
  const wide = new SampleStore({ maxSeries: 1, maxSamplesPerSeries: 1, maxBytes: 100_000, maxFamilies: 1 });
  const counts = Array.from({ length: 1000 }, () => 1n);
  const histogram = {
    ...{ count: 1000n, zeroCount: 0n, sum: 1, schema: 0, zeroThreshold: 0, resetHint: 0 },
    ...{ customValues: [], negative: { spans: [], counts: [] }, timestampMs: NOW_MS },
    positive: { spans: [{ offset: 0, length: 1000 }], counts },
  };
  const labels = [{ name: '__name__', value: 'wide' }];
  wide.append(
    { timeseries: [{ labels, samples: [], exemplars: [], histograms: [histogram] }], metadata: [] },
    NOW_MS,
  );
  const answerSteps = (count: number) => {
    const end = (NOW_MS + 100 * (count - 1)) / 1000;
    const search = `query=wide&start=${NOW_MS / 1000}&end=${end}&step=0.1`;
    return answerQuery('/api/v1/query_range', new URLSearchParams(search), wide, NOW_MS);
  };
  expect(answerSteps(999)?.status).toBe(200);
  const error = 'Cannot run query: expected at most 1000000 points and histogram buckets, found 1001000';
  expect(answerSteps(1000)).toEqual({ status: 400, body: { status: 'error', errorType: 'bad_data', error } });
});

test('a path that the API does not have gets no answer', () => {
  expect(answer('/api/v1/rules')).toBeUndefined();
});

test('an instant query yields a vector at the time asked for', () => {
  succeeds('/api/v1/query', 'query=up', {
    resultType: 'vector',
    result: [
      { metric: { __name__: 'up', job: 'a' }, value: [1_700_000_000.123, '0'] },
      { metric: { __name__: 'up', job: 'b' }, value: [1_700_000_000.123, '+Inf'] },
    ],
  });
  succeeds('/api/v1/query', 'query=up&time=1699999900', {
    resultType: 'vector',
    result: [{ metric: { __name__: 'up', job: 'a' }, value: [1_699_999_900, '1'] }],
  });
  succeeds('/api/v1/query', 'query=up{job="a"}&time=2023-11-14T22:11:41Z', {
    resultType: 'vector',
    result: [{ metric: { __name__: 'up', job: 'a' }, value: [1_699_999_901, '1'] }],
  });
});

test('a query finds a sample for less than five minutes', () => {
  const seenAt = (timeMs: number) =>
    (body('/api/v1/query', `query=old&time=${timeMs / 1000}`) as { data: { result: [] } }).data.result.length;
  expect([seenAt(NOW_MS - 1), seenAt(NOW_MS)]).toEqual([1, 0]);
});

test('a range selector yields the samples with their own times', () => {
  succeeds('/api/v1/query', 'query=up{job="a"}[5m]', {
    resultType: 'matrix',
    result: [
      {
        metric: { __name__: 'up', job: 'a' },
        values: [
          [1_699_999_880.123, '1'],
          [1_699_999_999.123, '0'],
        ],
      },
    ],
  });
});

test('a range query yields a value for each step that has one', () => {
  succeeds('/api/v1/query_range', 'query=up{job="a"}&start=1699999820&end=1700000000&step=1m', {
    resultType: 'matrix',
    result: [
      {
        metric: { __name__: 'up', job: 'a' },
        values: [
          [1_699_999_940, '1'],
          [1_700_000_000, '0'],
        ],
      },
    ],
  });
});

test('the query with which Grafana tests a data source is answered', () => {
  succeeds('/api/v1/query', [['query', '1+1']], { resultType: 'scalar', result: [1_700_000_000.123, '2'] });
  expect(body('/api/v1/status/buildinfo')?.status).toBe('success');
});

test('series, labels and values are listed', () => {
  const up = [
    { __name__: 'up', job: 'a' },
    { __name__: 'up', job: 'b' },
  ];
  succeeds('/api/v1/series', 'match[]=up', up);
  succeeds('/api/v1/series', 'match[]=up&limit=1', up.slice(0, 1));
  succeeds('/api/v1/series', 'match[]=old&match[]=up{job="b"}', [up[1], { __name__: 'old' }]);
  succeeds('/api/v1/series', `match[]=up&end=${(NOW_MS - MINUTE_MS) / 1000}`, up.slice(0, 1));
  succeeds('/api/v1/labels', '', ['__name__', 'job', 'text']);
  succeeds('/api/v1/labels', 'match[]=old', ['__name__']);
  succeeds('/api/v1/label/job/values', '', ['a', 'b']);
  succeeds('/api/v1/label/__name__/values', 'match[]=up', ['up']);
  succeeds('/api/v1/label/none/values', '', []);
});

test('metadata is listed by family', () => {
  const up = { up: [{ type: 'gauge', help: 'Is it up?', unit: '' }] };
  succeeds('/api/v1/metadata', '', up);
  succeeds('/api/v1/metadata', 'metric=up', up);
  succeeds('/api/v1/metadata', 'metric=none', {});
});
