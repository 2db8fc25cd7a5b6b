// Remote write 2.0 to the newest Prometheus: what only this version carries, what is written in part, and the fallback.
import { expect } from 'vitest';
import { metricValue } from '../support/metric-value.ts';
import { bitsOf, type ExactSeries, nameOf } from './support/exact-series.ts';
import { itWithNewestPrometheus } from './support/newest-prometheus.ts';
import { OPEN_METRICS, startNewestRoad } from './support/newest-road.ts';

const it = itWithNewestPrometheus();
const V1 = 'application/x-protobuf';
const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';

/** Not longer ago than Prometheus takes a sample. */
const CREATED_MS = Date.now() - 60_000;
const CREATED = `# TYPE c counter
# HELP c A counter
c_total 7
c_created ${CREATED_MS / 1000}
# TYPE h histogram
# HELP h A histogram
h_bucket{le="+Inf"} 2
h_count 2
h_sum 3
h_created ${CREATED_MS / 1000}
# TYPE g gauge
# HELP g A gauge
g 1
# EOF
`;

function byName(series: readonly ExactSeries[]): ReadonlyMap<string, ExactSeries> {
  return new Map(series.map((one) => [nameOf(one), one]));
}

it('start timestamps and metadata come with the series', async () => {
  const { prometheus, pushed, arrived } = await startNewestRoad('V2.0', { startZeros: true });
  await pushed(CREATED, OPEN_METRICS);
  const found = byName(await arrived(7));
  for (const name of ['c_total', 'h_bucket', 'h_count', 'h_sum'])
    expect(found.get(name)?.samples[0]).toEqual({ timestampMs: CREATED_MS, bits: bitsOf(0) });
  for (const name of ['g', 'c_created', 'h_created']) expect(found.get(name)?.samples.length).toBe(1);
  expect(found.get('c_total')?.metadata).toMatchObject({ type: 'counter', help: 'A counter' });
  expect(found.get('h_sum')?.metadata).toMatchObject({ type: 'histogram', help: 'A histogram' });
  expect(found.get('g')?.metadata).toMatchObject({ type: 'gauge', help: 'A gauge' });
  expect(await prometheus.requests()).toMatchObject([{ contentType: V2, version: '2.0.0', status: 204 }]);
});

it('of a request that is written in part nothing is sent again', async () => {
  const { prometheus, sluice, pushed, arrived } = await startNewestRoad('V2.0');
  await pushed('first 1\n');
  await arrived(1);
  await pushed('a 1\ntoo_late 1 1000\nb 2\n');
  const { reason, samples } = await sluice.logged('blockDropped');
  expect({ reason, samples }).toEqual({ reason: 'status_400', samples: 1 });
  const [, second, ...more] = await prometheus.requests();
  expect([second?.status, second?.samples, more]).toEqual([400, '2', []]);
  expect((await arrived(3)).map(nameOf).sort()).toEqual(['a', 'b', 'first']);
  expect(metricValue(await sluice.metrics(), 'sluice_samples_sent_total{backend="real"}')).toBe(3);
});

it('a receiver of 1.0 only gets it after one 415, without start timestamps', async () => {
  const { prometheus, sluice, pushed, arrived } = await startNewestRoad('V2.0', {
    accept: 'v1',
    startZeros: true,
  });
  await pushed(CREATED, OPEN_METRICS);
  const stored = await arrived(7);
  expect(stored.map(({ samples }) => samples.length)).toEqual(stored.map(() => 1));
  await pushed('later 1\n');
  await arrived(8);
  const types = (await prometheus.requests()).map(({ contentType, status }) => [contentType, status]);
  expect(types).toEqual([
    [V2, 415],
    [V1, 204],
    [V1, 204],
  ]);
  expect(await sluice.logged('messageVersionFellBack')).toMatchObject({ reason: 'status_415' });
});
