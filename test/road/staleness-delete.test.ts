// Staleness markers: a DELETE ends the series of its group.
import { expect, test } from 'vitest';
import { PUSH_TARGET, sendHttp } from '../support/http-client.ts';
import { STALE_BITS } from '../support/sample-bits.ts';
import { deliveredSamples, startStaleRoad, timestampsOf } from '../support/stale-road.ts';
import { waitUntil } from '../support/wait-until.ts';

const OTHER_TARGET = '/pushgateway/metrics/job/other';
const STALE = 'stale{instance="i1",job="test"}';
const KEEP = 'keep{instance="i1",job="test"}';

test('a DELETE of a malformed path is answered 400, and DELETE is among the methods of a push path', async () => {
  const road = await startStaleRoad();
  const { status, text } = await road.delete('/pushgateway/metrics/job/a/odd');
  expect([status, text]).toEqual([
    400,
    'Cannot read path: expected a value for label "odd", found the end of the path\n',
  ]);
  const { headers } = await road.collector.get('/pushgateway/metrics/job/a');
  expect(headers.allow).toBe('PUT, POST, DELETE');
});

test('the body of a DELETE means nothing, whatever is in it', async () => {
  const road = await startStaleRoad();
  await road.put('stale 1\n');
  const answer = await sendHttp(road.collector.address, {
    method: 'DELETE',
    target: PUSH_TARGET,
    headers: { 'content-encoding': 'gzip', 'content-length': 8 },
    body: 'not gzip',
  });
  expect([answer.status, answer.text]).toEqual([202, '']);
  await road.expectMarkers(STALE);
});

test('a DELETE of a group that is not known is answered 202, and sends nothing', async () => {
  const road = await startStaleRoad();
  const { status, text } = await road.delete('/pushgateway/metrics/job/never_seen');
  expect([status, text]).toEqual([202, '']);
  await road.expectMarkers();
  expect(road.receiver.delivered).toHaveLength(1);
});

test('a DELETE ends each series of the group and none of others, once; later pushes go on', async () => {
  const road = await startStaleRoad();
  await road.put('stale 1\nkeep 1\n');
  await road.put('stale 1\n', OTHER_TARGET);
  for (let i = 0; i < 2; i++) {
    const { status, text } = await road.delete();
    expect([status, text]).toEqual([202, '']);
    await road.expectMarkers(STALE, KEEP);
  }
  await road.put('keep 2\n');
  await road.put('keep 3\n');
  await road.expectMarkers(STALE, KEEP);
  const times = timestampsOf(road.receiver, KEEP);
  expect(times).toHaveLength(4);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
  expect(new Set(times).size).toBe(4);
});

test('the markers of a DELETE come after the samples that were still queued', async () => {
  const gate = Promise.withResolvers<void>();
  const road = await startStaleRoad({ script: [{ until: gate.promise }, {}] });
  await road.put('first 1\n', OTHER_TARGET);
  await waitUntil(() => road.receiver.started === 1, 'a request that is held');
  await road.put('stale 1\n');
  await road.put('stale 2\n');
  expect((await road.delete()).status).toBe(202);
  gate.resolve();
  await road.expectMarkers(STALE);
  const bits = deliveredSamples(road.receiver).filter(({ series }) => series === STALE);
  expect(bits.map((sample) => sample.bits)).toEqual(['3ff0000000000000', '4000000000000000', STALE_BITS]);
});

test('a DELETE sends no TYPE and HELP of a push that was refused before it', async () => {
  const queueConfig = { maxQueueSize: '4KiB', maxRequestBytes: '4KiB' };
  const gate = Promise.withResolvers<void>();
  const road = await startStaleRoad({ backend: { queueConfig }, script: [{ until: gate.promise }, {}] });
  await road.put('small 1\n');
  await waitUntil(() => road.receiver.started === 1, 'a request that is held');
  await road.put(`filler{a="${'x'.repeat(3000)}"} 1\n`, OTHER_TARGET);
  const described = `# HELP late_total Late.\n# TYPE late_total counter\nlate_total{a="${'y'.repeat(2000)}"} 1\n`;
  expect((await road.collector.push(described)).status).toBe(503);
  expect((await road.delete()).status).toBe(202);
  gate.resolve();
  await road.drained();
  await road.put(described);
  await road.drained();
  const families = road.receiver.requests.flatMap(({ decoded }) =>
    decoded.metadata.map(({ family }) => family),
  );
  expect(families).toContain('late_total');
});
