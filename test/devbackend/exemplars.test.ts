import { expect, test } from 'vitest';
import type { ExemplarInput } from './receiver/encode-write-request.ts';
import { integerHistogram } from './receiver/histogram-inputs.ts';
import { runningBackend } from './running-backend.ts';

const NOW_MS = Date.now();
const backend = runningBackend(NOW_MS);

type Labels = ExemplarInput['labels'];

function exemplar(labels: Labels, value = 1, timestampMs = NOW_MS): ExemplarInput {
  return { labels, value, timestampMs };
}

function refuses(labels: Labels, fault: string): Promise<void> {
  const series = {
    labels: [['__name__', 'e']] as const,
    samples: [[1, NOW_MS]] as const,
    exemplars: [exemplar([]), exemplar(labels)],
  };
  return backend.refuses(series, `Cannot store series {"__name__"="e"}: ${fault}`);
}

function takes(name: string, atMs: number, ...exemplars: readonly ExemplarInput[]): Promise<void> {
  return backend.takes({ labels: [['__name__', name]], samples: [[1, atMs]], exemplars });
}

function queried(query: string): Promise<unknown> {
  return backend.asked(`/api/v1/query_exemplars?query=${query}`);
}

async function refusesQuery(query: string, error: string): Promise<void> {
  const { status, body } = await backend.fetched(`/api/v1/query_exemplars?${query}`);
  expect([status, JSON.parse(body)]).toEqual([400, { status: 'error', errorType: 'bad_data', error }]);
}

test('labels of an exemplar that a backend would refuse are refused', async () => {
  await refuses([['', 'x']], 'expected label names that are not empty, found an empty one, in an exemplar');
  await refuses(
    [['trace_id', '']],
    'expected label values that are not empty, found "trace_id" without a value, in an exemplar',
  );
  await refuses(
    [
      ['a', '1'],
      ['a', '2'],
    ],
    'expected each label once, found "a" twice, in an exemplar',
  );
  await refuses(
    [
      ['b', '1'],
      ['a', '2'],
    ],
    'expected label names sorted by bytes, found "b" before "a", in an exemplar',
  );
});

test('the labels of an exemplar have 128 characters at most, names and all', async () => {
  const fault = 'expected at most 128 characters in the labels of an exemplar, found 129';
  await refuses([['id', 'x'.repeat(127)]], fault);
  await refuses(
    [
      ['a', '\u{1f600}'.repeat(64)],
      ['b', '\u{1f600}'.repeat(63)],
    ],
    fault,
  );
  await takes('longest', NOW_MS, exemplar([['id', '\u{1f600}'.repeat(126)]]));
});

test('an exemplar without a sample or histogram is refused', async () => {
  await backend.refuses(
    { labels: [['__name__', 'alone']], exemplars: [exemplar([])] },
    'Cannot store series {"__name__"="alone"}: expected a sample or native histogram next to an exemplar, found none',
  );
});

test('a question for exemplars that cannot be answered is refused', async () => {
  await refusesQuery('', 'Cannot parse query at position 1: expected a metric name or "{", found the end');
  await refusesQuery(
    'query=e&start=2&end=1',
    'Cannot run query: expected an end after the start, found it before',
  );
  await refusesQuery(
    'query=e&start=x',
    'Cannot read parameter "start": expected seconds since the epoch or RFC 3339, found "x"',
  );
});

test('exemplars of samples and of native histograms are answered by series', async () => {
  const trace = [
    ['span_id', 's'],
    ['trace_id', 't'],
  ] as const;
  await takes('of_sample', NOW_MS, exemplar(trace, 0.67, NOW_MS - 5), exemplar([], Infinity));
  const labels = [
    ['__name__', 'of_histogram'],
    ['job', 'a'],
  ] as const;
  const histograms = [integerHistogram(NOW_MS)];
  await backend.takes({ labels, histograms, exemplars: [exemplar(trace, -0)] });
  await takes('of_none', NOW_MS);
  const shown = { span_id: 's', trace_id: 't' };
  expect(await queried('{__name__=~"of_.*"}')).toEqual([
    {
      seriesLabels: { __name__: 'of_sample' },
      exemplars: [
        { labels: shown, value: '0.67', timestamp: (NOW_MS - 5) / 1000 },
        { labels: {}, value: '+Inf', timestamp: NOW_MS / 1000 },
      ],
    },
    {
      seriesLabels: { __name__: 'of_histogram', job: 'a' },
      exemplars: [{ labels: shown, value: '-0', timestamp: NOW_MS / 1000 }],
    },
  ]);
});

test('only exemplars between start and end are answered, both included', async () => {
  const times = [NOW_MS - 2000, NOW_MS - 1000, NOW_MS];
  await takes('timed', NOW_MS, ...times.map((timeMs) => exemplar([], 1, timeMs)));
  const between = async (startMs: number, endMs: number) => {
    const answer = await queried(`timed&start=${startMs / 1000}&end=${endMs / 1000}`);
    return (answer as { exemplars: { timestamp: number }[] }[]).map(({ exemplars }) =>
      exemplars.map(({ timestamp }) => timestamp * 1000),
    );
  };
  expect(await between(NOW_MS - 2000, NOW_MS - 1000)).toEqual([times.slice(0, 2)]);
  expect(await between(NOW_MS - 999, NOW_MS - 1)).toEqual([]);
});

test('the last ten of a series are kept, repetitions and late ones left out', async () => {
  const at = (second: number, value = second) =>
    exemplar([['n', String(second)]], value, NOW_MS + 1000 * second);
  await takes('many', NOW_MS, at(1), at(2), at(1), at(2), at(2, 5));
  await takes('many', NOW_MS, at(2, 5), ...[3, 4, 5, 6, 7, 8, 9, 10, 11].map((second) => at(second)));
  const [answer] = (await queried('many')) as { exemplars: { value: string }[] }[];
  expect(answer?.exemplars.map(({ value }) => value)).toEqual('5 3 4 5 6 7 8 9 10 11'.split(' '));
});

test('a series can be found whether or not its exemplars come again', async () => {
  await takes('again', NOW_MS, exemplar([['n', '1']]));
  await takes('again', NOW_MS + 1);
  expect(await queried('again')).toEqual([
    {
      seriesLabels: { __name__: 'again' },
      exemplars: [{ labels: { n: '1' }, value: '1', timestamp: NOW_MS / 1000 }],
    },
  ]);
});
