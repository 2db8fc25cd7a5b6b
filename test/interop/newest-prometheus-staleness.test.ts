// Staleness markers before the storage of the newest Prometheus: the bits that it must see, in the place of each series.
import { expect } from 'vitest';
import { bodyOf, Type } from '../exposition/protobuf/family-messages.ts';
import { sendHttp } from '../support/http-client.ts';
import { bitsOf, nameOf } from './support/exact-series.ts';
import { itWithNewestPrometheus } from './support/newest-prometheus.ts';
import { PROTOBUF, startNewestRoad } from './support/newest-road.ts';

const it = itWithNewestPrometheus();
const STALE = '7ff0000000000002';
const start = () =>
  startNewestRoad('V1.0', { pushgateway: { staleness: 'onReplace', onDelete: 'markStale' } });

it('a series that a push no longer has is ended, and continues when a later push has it again', async () => {
  const road = await start();
  await road.pushed('gone 1\nkept 1\n');
  await road.pushed('kept 2\n');
  await road.pushed('gone 3\nkept 3\n');
  const { samples } = await road.has('gone', [bitsOf(1), STALE, bitsOf(3)]);
  const kept = await road.has('kept', [1, 2, 3].map(bitsOf));
  expect(samples.map(({ timestampMs }) => timestampMs)).toEqual(
    kept.samples.map(({ timestampMs }) => timestampMs),
  );
});

it('a deleted group is ended, and no other', async () => {
  const road = await start();
  await road.pushed('deleted 1\n', undefined, 'job/a');
  await road.pushed('other 1\n', undefined, 'job/b');
  const answer = await sendHttp(road.sluice.address, {
    method: 'DELETE',
    target: '/pushgateway/metrics/job/a',
  });
  expect(answer.status).toBe(202);
  await road.has('deleted', [bitsOf(1), STALE]);
  await road.has('other', [bitsOf(1)]);
});

it('a native histogram is ended by a histogram', async () => {
  const road = await start();
  const histogram = {
    ...{ sample_count: 2, sample_sum: 7, schema: 0, zero_threshold: 0.001 },
    positive_span: [{ offset: 0, length: 1 }],
    positive_delta: [2],
  };
  const body = bodyOf({ name: 'ended', type: Type.histogram, metric: [{ histogram }] });
  await road.pushed(body, PROTOBUF);
  await road.pushed('kept 1\n');
  await road.has('kept', [bitsOf(1)]);
  const ended = (await road.prometheus.series()).find((series) => nameOf(series) === 'ended');
  // Prometheus makes a histogram of the marker, whose sum has the bits.
  expect(ended!.samples).toEqual([]);
  expect(ended!.histograms.map(({ count, sum }) => [count, sum])).toEqual([
    ['2', bitsOf(7)],
    ['0', STALE],
  ]);
});
