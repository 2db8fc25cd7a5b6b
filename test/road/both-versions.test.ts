// Backends of both versions of remote write side by side, through memory and through the spool.
import { expect, test } from 'vitest';
import type { DecodedSeriesV2 } from '../support/decode-request-v2.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { backendFields, type Fields, roadConfig } from '../support/road-config.ts';
import { startCollector } from '../support/running-collector.ts';
import { seriesText } from '../support/series-text.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const HEADERS = { 'content-type': 'application/openmetrics-text; version=1.0.0' };
const BODY = [
  '# TYPE c counter',
  'c_total 101.13 # {trace_id="a"} 1',
  'c_created 1700000000.5',
  '# TYPE h histogram',
  'h_bucket{le="+Inf"} 2',
  'h_sum 3',
  'h_count 2',
  'h_created 1700000001',
  '# EOF',
  '',
].join('\n');
const SENT = ['c_total', 'c_created', 'h_bucket', 'h_sum', 'h_count', 'h_created'];
const STARTS = [1_700_000_000_500, 0, 1_700_000_001_000, 1_700_000_001_000, 1_700_000_001_000, 0];

for (const through of ['memory', 'the spool']) {
  test(`start timestamps leave by 2.0 and never by 1.0, through ${through}`, async () => {
    const config = through === 'memory' ? {} : { spool: { directory: new TemporaryFolder().path } };
    const [old, young] = await startBoth(config);
    const namesOf = (series: readonly { labels: readonly (readonly [string, string])[] }[]) =>
      series.map(({ labels }) => new Map(labels).get('__name__'));
    expect(namesOf(old.delivered)).toEqual(SENT);
    expect(namesOf(young.delivered)).toEqual(SENT);
    const starts = (young.delivered as DecodedSeriesV2[]).flatMap(({ startsMs }) => startsMs);
    expect(starts).toEqual(STARTS);
    expect(young.delivered.map(seriesText)).toEqual(old.delivered.map(seriesText));
  });
}

async function startBoth(config: Fields) {
  const [old, young] = [await startReceiver(), await startReceiver()];
  const backends = [
    backendFields(old.url(), { name: 'old' }),
    backendFields(young.url(), { name: 'young', messageVersion: 'V2.0' }),
  ];
  const collector = await startCollector(roadConfig(backends, config));
  const { status } = await collector.push(BODY, {
    target: '/pushgateway/metrics/job/j',
    headers: { ...HEADERS, prefer: 'wait=30' },
  });
  expect(status).toBe(200);
  for (const receiver of [old, young])
    await waitUntil(() => receiver.delivered.length === SENT.length, 'all series');
  return [old, young] as const;
}
