// The development backend compared with a real Prometheus: the same write requests and queries give the same results.
import { expect } from 'vitest';
import { type DevBackend, startDevBackend } from '../../src/devbackend/dev-backend.ts';
import { type Asked, ask } from '../devbackend/ask.ts';
import { encodeWriteRequest, type SeriesInput } from '../devbackend/receiver/encode-write-request.ts';
import {
  floatHistogram,
  type HistogramInput,
  integerHistogram,
} from '../devbackend/receiver/histogram-inputs.ts';
import { freePort } from '../support/free-port.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { itWith } from './support/programs.ts';
import { RunningProgram } from './support/running-program.ts';

const it = itWith('prometheus');

const HEADERS = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' };
const FEATURES = 'native-histograms,exemplar-storage';

interface Pair {
  readonly prometheusUrl: string;
  readonly backend: DevBackend;
}

async function withPair(use: (pair: Pair, nowMs: number) => Promise<void>): Promise<void> {
  const prometheusUrl = await startPrometheus();
  const nowMs = Date.now();
  const backend = await startDevBackend({ queryPort: 0, nowMs: () => nowMs });
  try {
    await use({ prometheusUrl, backend }, nowMs);
  } finally {
    await backend.stop();
  }
}

async function startPrometheus(): Promise<string> {
  const folder = new TemporaryFolder();
  const address = `127.0.0.1:${await freePort()}`;
  const program = new RunningProgram('prometheus', [
    `--config.file=${folder.write('prometheus.yml', 'global: { scrape_interval: 1h }\n')}`,
    `--storage.tsdb.path=${folder.path}/data`,
    `--web.listen-address=${address}`,
    '--web.enable-remote-write-receiver',
    `--enable-feature=${FEATURES}`,
  ]);
  await program.whenReady(async () => (await ask(`http://${address}/-/ready`)).status === 200);
  return `http://${address}`;
}

/** The answers of Prometheus and of the development backend. */
function write({ prometheusUrl, backend }: Pair, series: SeriesInput): Promise<readonly Asked[]> {
  const post = { method: 'POST', headers: HEADERS, body: encodeWriteRequest([series]) };
  return Promise.all([
    ask(`${prometheusUrl}/api/v1/write`, post),
    ask(backend.writeUrl, { ...post, ca: backend.caPem }),
  ]);
}

async function bothTake(pair: Pair, series: SeriesInput): Promise<void> {
  const answers = await write(pair, series);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [204, ''],
    [204, ''],
  ]);
}

/** Asks both; returns the answer that they share. */
async function sharedAnswer({ prometheusUrl, backend }: Pair, path: string): Promise<string> {
  const [theirs, ours] = await Promise.all([ask(prometheusUrl + path), ask(backend.queryUrl + path)]);
  expect(theirs.status, theirs.body).toBe(200);
  const [theirData, ourData] = [theirs, ours].map(({ body }) => (JSON.parse(body) as { data: unknown }).data);
  expect(nearTo(theirData, ourData), path).toEqual(theirData);
  return ours.body;
}

/** `ours` with each number in text that is as good as theirs replaced by theirs: its table of bounds is rounded. */
function nearTo(theirs: unknown, ours: unknown): unknown {
  if (Array.isArray(theirs) && Array.isArray(ours)) return ours.map((one, i) => nearTo(theirs[i], one));
  if (isObject(theirs) && isObject(ours))
    return Object.fromEntries(Object.entries(ours).map(([key, one]) => [key, nearTo(theirs[key], one)]));
  if (typeof theirs !== 'string' || typeof ours !== 'string') return ours;
  return Math.abs(Number(ours) / Number(theirs) - 1) < 1e-14 ? theirs : ours;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function manyBuckets(schema: number, first: number, count: number, timestampMs: number): HistogramInput {
  return {
    ...{ count_int: 2 * count, zero_count_int: 0, sum: 1, schema, timestamp: timestampMs },
    positive_spans: [{ offset: first, length: count }],
    positive_deltas: Array.from({ length: count }, (_, i) => (i === 0 ? 1 : 0)),
    negative_spans: [{ offset: first, length: count }],
    negative_deltas: Array.from({ length: count }, (_, i) => (i === 0 ? 1 : 0)),
  };
}

function histogramCases(timestampMs: number): Readonly<Record<string, HistogramInput>> {
  const schemas = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8];
  return {
    whole: integerHistogram(timestampMs),
    float: floatHistogram(timestampMs),
    gauge: integerHistogram(timestampMs, { reset_hint: 3 }),
    empty: { count_int: 0, zero_count_int: 0, timestamp: timestampMs },
    empty_float: { count_float: 0, zero_count_float: 0, timestamp: timestampMs },
    zero_only: { count_int: 3, zero_count_int: 3, zero_threshold: 1e-128, timestamp: timestampMs },
    no_threshold: integerHistogram(timestampMs, { zero_threshold: 0 }),
    wide_zero: integerHistogram(timestampMs, { zero_threshold: 0.8 }),
    not_a_number: integerHistogram(timestampMs, { sum: Number.NaN, count_int: 7 }),
    infinite: integerHistogram(timestampMs, { sum: -Infinity }),
    fractions: floatHistogram(timestampMs, { positive_counts: [0, 1e-7, 0.1] }),
    large: { count_int: '9007199254740991', zero_count_int: '9007199254740991', timestamp: timestampMs },
    overflow: manyBuckets(0, 1020, 6, timestampMs),
    smallest: manyBuckets(0, -1074, 5, timestampMs),
    ...Object.fromEntries(
      schemas.map((schema) => [
        `schema_${schema}`.replace('-', 'minus_'),
        manyBuckets(schema, -20, 2 ** Math.max(schema, 0) + 40, timestampMs),
      ]),
    ),
  };
}

it('native histograms are answered as Prometheus answers them', () =>
  withPair(async (pair, nowMs) => {
    for (const [name, histogram] of Object.entries(histogramCases(nowMs))) {
      await bothTake(pair, { labels: [['__name__', name]], histograms: [histogram] });
      const times = `start=${nowMs / 1000 - 1}&end=${nowMs / 1000 + 1}&step=1`;
      const answer = await sharedAnswer(pair, `/api/v1/query?query=${name}&time=${nowMs / 1000}`);
      expect(answer).toContain('"histogram":[');
      await sharedAnswer(pair, `/api/v1/query?query=${name}[5m]&time=${nowMs / 1000}`);
      await sharedAnswer(pair, `/api/v1/query_range?query=${name}&${times}`);
    }
  }));

it('floats and histograms of one series are answered as Prometheus answers them', () =>
  withPair(async (pair, nowMs) => {
    const labels = [['__name__', 'both_kinds']] as const;
    await bothTake(pair, { labels, samples: [[1.5, nowMs - 3000]] });
    await bothTake(pair, { labels, histograms: [integerHistogram(nowMs - 2000)] });
    await bothTake(pair, { labels, histograms: [floatHistogram(nowMs - 1000)] });
    await bothTake(pair, { labels, samples: [[2, nowMs]] });
    for (let ageMs = 0; ageMs <= 4000; ageMs += 1000)
      await sharedAnswer(pair, `/api/v1/query?query=both_kinds&time=${(nowMs - ageMs) / 1000}`);
    const answer = await sharedAnswer(pair, `/api/v1/query?query=both_kinds[5m]&time=${nowMs / 1000}`);
    expect(answer).toContain('"values":[');
    expect(answer).toContain('"histograms":[');
  }));

it('what Prometheus refuses about a native histogram is refused', () =>
  withPair(async (pair, nowMs) => {
    const refused: readonly HistogramInput[] = [
      integerHistogram(nowMs, { positive_deltas: [1, 1] }),
      integerHistogram(nowMs, { negative_deltas: [1, 0] }),
      integerHistogram(nowMs, { positive_deltas: [1, -2, 3] }),
      integerHistogram(nowMs, { negative_deltas: [-1] }),
      integerHistogram(nowMs, { count_int: 4 }),
      integerHistogram(nowMs, {
        positive_spans: [
          { offset: 0, length: 2 },
          { offset: -1, length: 1 },
        ],
      }),
      floatHistogram(nowMs, { positive_counts: [1, -1, 3] }),
      floatHistogram(nowMs, { count_float: 4.5 }),
    ];
    for (const histogram of refused) {
      const answers = await write(pair, { labels: [['__name__', 'refused']], histograms: [histogram] });
      const [theirs, ours] = answers.map(({ status }) => status);
      expect([theirs! >= 400, ours], JSON.stringify(histogram)).toEqual([true, 400]);
    }
  }));

it('exemplars are answered as Prometheus answers them', () =>
  withPair(async (pair, nowMs) => {
    const ids = [
      ['span_id', '00f067aa0ba902b7'],
      ['trace_id', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ] as const;
    const labels = [
      ['__name__', 'shown_total'],
      ['job', 'a'],
    ] as const;
    const exemplars = [
      { labels: ids, value: 0.67, timestampMs: nowMs - 1000 },
      { labels: [['id', 'x'.repeat(126)]] as const, value: Infinity, timestampMs: nowMs },
    ];
    const series = { labels, samples: [[1, nowMs]] as const, exemplars };
    await bothTake(pair, series);
    // Sent again, as after a lost answer: nothing doubles.
    await bothTake(pair, series);
    const path = '/api/v1/query_exemplars?query=shown_total';
    const between = (startMs: number, endMs: number) =>
      sharedAnswer(pair, `${path}&start=${startMs / 1000}&end=${endMs / 1000}`);
    expect(await between(nowMs - 1000, nowMs)).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
    await between(nowMs - 1000, nowMs - 1);
    await between(nowMs + 1, nowMs + 2);
  }));
