// Staleness markers: what ends nothing.
import { expect, test } from 'vitest';
import { bodyOf, Type } from '../exposition/protobuf/family-messages.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { roadConfig } from '../support/road-config.ts';
import { startCollector } from '../support/running-collector.ts';
import { STALE_BITS } from '../support/sample-bits.ts';
import { deliveredSamples, markers, startStaleRoad, timestampsOf } from '../support/stale-road.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const PROTOBUF =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const OTHER_TARGET = '/pushgateway/metrics/job/other';
const STALE = 'stale{instance="i1",job="test"}';

test('another family by POST, the same PUT again and other values end nothing', async () => {
  const road = await startStaleRoad();
  await road.put('keep 1\n');
  await road.post('other 1\n');
  await road.post('other 2\n');
  await road.post('keep 3\n');
  await road.expectMarkers();
  await road.put('keep{a="1"} 1\n', OTHER_TARGET);
  await road.put('keep{a="1"} 2\n', OTHER_TARGET);
  await road.put('b 1\na 1\n', '/pushgateway/metrics/job/order');
  await road.put('a 1\nb 1\n', '/pushgateway/metrics/job/order');
  await road.expectMarkers();
});

test('a push that finds the queue full ends nothing', async () => {
  const gate = Promise.withResolvers<void>();
  const queueConfig = { maxQueueSize: '4KiB', maxRequestBytes: '4KiB' };
  const road = await startStaleRoad({ backend: { queueConfig }, script: [{ until: gate.promise }, {}] });
  await road.put('stale 1\nkeep 1\n');
  await waitUntil(() => road.receiver.started === 1, 'a request that is held');
  await road.put(`filler{a="${'x'.repeat(3400)}"} 1\n`, OTHER_TARGET);
  const refused = await road.collector.push(`keep{a="${'y'.repeat(600)}"} 1\n`);
  expect(refused.status).toBe(503);
  gate.resolve();
  await road.drained();
  await road.put('stale 2\nkeep 2\n');
  await road.expectMarkers();
  expect(timestampsOf(road.receiver, STALE)).toHaveLength(2);
});

test('an outage of the backend ends nothing, and a marker that has to be repeated keeps its bits', async () => {
  const road = await startStaleRoad({ script: [{ status: 503 }, { status: 503 }, { status: 503 }, {}] });
  await road.put('stale 1\nkeep 1\n');
  await road.put('stale 2\nkeep 2\n');
  await road.expectMarkers();
  road.receiver.play({ status: 503 }, { status: 503 }, {});
  await road.put('keep 3\n');
  await road.expectMarkers(STALE);
});

test('a stop ends nothing, nor does the first push after a restart', async () => {
  const receiver = await startReceiver();
  const config = roadConfig(receiver.url(), { push: { pushgateway: { staleness: 'onReplace' } } });
  const first = await startCollector(config);
  expect((await first.push('stale 1\nkeep 1\n')).status).toBe(202);
  await first.stop();
  const second = await startCollector(config);
  expect((await second.push('keep 2\n')).status).toBe(202);
  await second.stop();
  expect(deliveredSamples(receiver)).toHaveLength(3);
  expect(markers(receiver)).toEqual([]);
});

test('a marker that waits on disk while Sluice is stopped keeps its bits, and nothing ends after that', async () => {
  const receiver = await startReceiver([{ status: 503 }]);
  const config = roadConfig(receiver.url(), {
    push: { pushgateway: { staleness: 'onReplace' } },
    spool: { directory: new TemporaryFolder().path },
  });
  const first = await startCollector(config);
  for (const body of ['stale 1\nkeep 1\n', 'keep 2\n']) expect((await first.push(body)).status).toBe(202);
  await first.stop();
  receiver.play({});
  const second = await startCollector(config);
  expect((await second.push('other 1\n')).status).toBe(202);
  await waitUntil(() => deliveredSamples(receiver).length === 5, 'all that was pushed');
  const staleBits = deliveredSamples(receiver).filter(({ series }) => series === STALE);
  expect(staleBits.map(({ bits }) => bits)).toEqual(['3ff0000000000000', STALE_BITS]);
  expect(markers(receiver)).toHaveLength(1);
});

test('a series whose last sample had its own timestamp does not end, and ends again once one has none', async () => {
  const road = await startStaleRoad();
  const nowMs = Date.now();
  await road.put(`own 1 ${nowMs - 1000}\nkeep 1\n`);
  await road.put('keep 2\n');
  await road.expectMarkers();
  await road.put(`own 1\nkeep 3\n`);
  await road.put(`own 1 ${nowMs + 60_000}\nkeep 4\n`);
  await road.put('keep 5\n');
  await road.expectMarkers();
  await road.put(`late 1 ${nowMs - 1000}\nkeep 1\n`, OTHER_TARGET);
  await road.put('late 2\n', OTHER_TARGET);
  await road.put('keep 2\n', OTHER_TARGET);
  await road.expectMarkers('keep{job="other"}', 'late{job="other"}');
});

test('a histogram with timestamps is exempt with the bucket that was made for it', async () => {
  const road = await startStaleRoad();
  const atMs = Date.now();
  await road.put(`# TYPE h histogram\nh_bucket{le="1"} 1 ${atMs}\nh_sum 1 ${atMs}\nh_count 1 ${atMs}\n`);
  await road.put('keep 1\n');
  await road.expectMarkers();
});

test('the stale bits of a client are an ordinary NaN, and end nothing', async () => {
  const road = await startStaleRoad();
  const family = bodyOf({ name: 'sly', type: Type.gauge, metric: [{ gauge: { value: 77.5 } }] });
  const at = family.indexOf(doubleBytes(77.5));
  Buffer.from('020000000000f07f', 'hex').copy(family, at);
  const { status } = await road.collector.push(family, { headers: { 'content-type': PROTOBUF } });
  expect(status).toBe(202);
  await road.expectMarkers();
  const [sly] = deliveredSamples(road.receiver);
  expect(sly?.bits).toBe('7ff8000000000001');
});

test('a series for which there is no memory gets no markers, and is counted', async () => {
  const road = await startStaleRoad({ push: { stalenessMaxMemory: '64KiB' } });
  const large = Array.from({ length: 900 }, (_, i) => `large_name_of_a_series_${i}{label="value"} 1\n`);
  await road.put('small 1\n');
  await road.put(large.join(''), OTHER_TARGET);
  await road.put('small_2 1\n');
  await road.put('large 1\n', OTHER_TARGET);
  await road.expectMarkers('small{instance="i1",job="test"}');
  expect(await road.metric('sluice_stale_groups_forgotten_total')).toBe(1);
});

test('a push whose markers no queue could hold is taken without them, and counted', async () => {
  const queueConfig = { maxQueueSize: '4KiB', maxRequestBytes: '4KiB' };
  const road = await startStaleRoad({ backend: { queueConfig } });
  await road.put(`a{a="${'x'.repeat(2500)}"} 1\n`);
  await road.drained();
  await road.put(`b{b="${'y'.repeat(2500)}"} 1\n`);
  await road.drained();
  await road.expectMarkers();
  expect(await road.metric('sluice_stale_groups_forgotten_total')).toBe(1);
  await road.put('c 1\n');
  await road.expectMarkers(`b{b="${'y'.repeat(2500)}",instance="i1",job="test"}`);
});

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
