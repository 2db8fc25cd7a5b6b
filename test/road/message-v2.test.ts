// Remote write 2.0 from a push to the backend.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { DecodedRequestV2, DecodedSeriesV2 } from '../support/decode-request-v2.ts';
import type { DecodedRequest } from '../support/decode-write-request.ts';
import { type Road, startRoad } from '../support/road-setup.ts';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';
const TARGET = '/pushgateway/metrics/job/j';

function startV2(): Promise<Road> {
  return startRoad({ backend: { messageVersion: 'V2.0' } });
}

async function pushOpenMetrics({ collector }: Road, ...lines: string[]): Promise<void> {
  const body = [...lines, '# EOF', ''].join('\n');
  const { status } = await collector.push(body, {
    target: TARGET,
    headers: { 'content-type': OPEN_METRICS },
  });
  expect(status).toBe(202);
}

/** By metric name, and the bound of a bucket. */
function byName({ receiver }: Road): Record<string, DecodedSeriesV2> {
  const entries = (receiver.delivered as DecodedSeriesV2[]).map((series) => {
    const labels = new Map(series.labels);
    return [
      [labels.get('__name__'), labels.get('le')].filter((text) => text !== undefined).join(' '),
      series,
    ];
  });
  return Object.fromEntries(entries);
}

test('texts that are the same are one symbol, whatever they are the text of', async () => {
  const road = await startV2();
  const types = ['# TYPE a gauge', '# HELP a shared text'];
  await pushOpenMetrics(
    road,
    ...types,
    'a{x="shared text",y="1"} 1',
    'a{x="shared text",y="2"} 2',
    '# TYPE b counter',
    'b_total{x="shared text"} 3 # {x="shared text"} 1',
    '# TYPE c gauge',
    'c{y="a"} 4',
  );
  await road.delivered(4);
  const { symbols } = road.receiver.requests[0]!.decoded as DecodedRequestV2;
  const texts = ['__name__', 'a', 'job', 'j', 'x', 'shared text', 'y', '1', '2', 'b_total', 'c'];
  expect([...symbols].sort()).toEqual(['', ...texts].sort());
});

test('type, help and unit are in every series of their family', async () => {
  const road = await startV2();
  await pushOpenMetrics(
    road,
    '# TYPE t_seconds counter',
    '# UNIT t_seconds seconds',
    '# HELP t_seconds With \\\\ and \\n in it',
    't_seconds_total 1',
    '# TYPE h histogram',
    '# HELP h A histogram',
    'h_bucket{le="1"} 1',
    'h_bucket{le="+Inf"} 2',
    'h_sum 3',
    'h_count 2',
    '# TYPE g gauge',
    'g 1',
    'none 1',
  );
  await road.delivered(7);
  const found = byName(road);
  const described = (name: string) => {
    const { metadata } = found[name]!;
    return [metadata?.type, metadata?.help, metadata?.unit];
  };
  expect(described('t_seconds_total')).toEqual([1, 'With \\ and \n in it', 'seconds']);
  for (const part of ['h_bucket 1', 'h_bucket +Inf', 'h_sum', 'h_count'])
    expect(described(part)).toEqual([3, 'A histogram', '']);
  expect(described('g')).toEqual([2, '', '']);
  expect(described('none')).toEqual([0, '', '']);
});

test('exemplars are in the series of their sample', async () => {
  const road = await startV2();
  await pushOpenMetrics(
    road,
    '# TYPE c counter',
    'c_total 1 1700000000 # {trace_id="t",span_id="s"} 0.5 1234567890.123',
    '# TYPE h histogram',
    'h_bucket{le="1"} 1 1700000000 # {custom="x"} 0.25',
    'h_bucket{le="+Inf"} 1 1700000000 # {} 2',
  );
  await road.delivered(3);
  const found = byName(road);
  const labels = [
    ['span_id', 's'],
    ['trace_id', 't'],
  ];
  expect(found.c_total?.exemplars).toEqual([{ labels, value: 0.5, timestampMs: 1_234_567_890_123 }]);
  const at = { timestampMs: 1_700_000_000_000 };
  expect(found['h_bucket 1']?.exemplars).toEqual([{ labels: [['custom', 'x']], value: 0.25, ...at }]);
  expect(found['h_bucket +Inf']?.exemplars).toEqual([{ labels: [], value: 2, ...at }]);
});

test('start timestamps are at the samples of counters and histograms only', async () => {
  const road = await startV2();
  await pushOpenMetrics(
    road,
    '# TYPE c counter',
    'c_total 101.13',
    'c_created 1600000000.123',
    '# TYPE h histogram',
    'h_bucket{le="1"} 1',
    'h_sum 1',
    'h_count 1',
    'h_created 1600000001',
    '# TYPE g gauge',
    'g 1',
  );
  await road.delivered(8);
  const startsOf = Object.entries(byName(road)).map(([name, { startsMs }]) => [name, ...startsMs]);
  expect(Object.fromEntries(startsOf)).toEqual({
    c_total: 1_600_000_000_123,
    c_created: 0,
    'h_bucket 1': 1_600_000_001_000,
    'h_bucket +Inf': 1_600_000_001_000,
    h_sum: 1_600_000_001_000,
    h_count: 1_600_000_001_000,
    h_created: 0,
    g: 0,
  });
});

test('the metrics say which version a backend is sent', async () => {
  const road = await startRoad({
    backend: { messageVersion: 'V2.0' },
    script: [{ rule: (request) => ('symbols' in request ? { status: 415 } : {}) }],
  });
  const version = () => road.metric('sluice_backend_message_version{backend="primary"}');
  expect(await version()).toBe(2);
  await road.pushed('m 1\n');
  await road.delivered(1);
  expect(await version()).toBe(1);
  const fallback = {
    level: 'warn',
    backend: 'primary',
    reason: 'status_415',
    event: 'messageVersionFellBack',
  };
  expect(road.collector.log.entries()).toContainEqual(fallback);
});

test('a series whose metadata the backend refuses is sent without any', async () => {
  const isBad = (request: DecodedRequestV2) => request.symbols.includes('bad help');
  const refusal = { status: 400, body: 'bad metadata' };
  const rule = (request: DecodedRequest) => (isBad(request as DecodedRequestV2) ? refusal : {});
  const road = await startRoad({ backend: { messageVersion: 'V2.0' }, script: [{ rule }] });
  await road.pushed('# HELP m bad help\nm 1\n');
  expect(await road.delivered(1)).toEqual(['m{instance="i1",job="test"} 1']);
});

test('a series that is too large only with its metadata is sent without any', async () => {
  const backend = { messageVersion: 'V2.0', queueConfig: { maxRequestBytes: '4KiB' } } as const;
  const road = await startRoad({ backend });
  await road.pushed(`# HELP m ${randomBytes(3072).toString('base64')}\nm 1\n`);
  expect(await road.delivered(1)).toHaveLength(1);
  expect(await road.metric('sluice_samples_sent_total{backend="primary"}')).toBe(1);
});
