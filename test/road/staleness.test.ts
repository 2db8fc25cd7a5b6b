// Staleness markers: series that a push replaces end, and nothing else does (checks C44, C45, C46).
import { expect, test } from 'vitest';
import { bodyOf, Type } from '../exposition/protobuf-body.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { PUSH_TARGET, sendHttp } from '../support/http-client.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { startRoad } from '../support/road-setup.ts';
import { startCollector } from '../support/running-collector.ts';
import { STALE_BITS } from '../support/sample-bits.ts';
import {
  deliveredSamples,
  markers,
  type StaleRoad,
  startStaleRoad,
  timestampsOf,
} from '../support/stale-road.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const PROTOBUF =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const OTHER_TARGET = '/pushgateway/metrics/job/other';
const STALE = 'stale{instance="i1",job="test"}';
const KEEP = 'keep{instance="i1",job="test"}';

function native(name: string) {
  const histogram = {
    sample_count: 2,
    sample_sum: 3.5,
    schema: 3,
    positive_span: [{ offset: 1, length: 2 }],
    positive_delta: [1, 0],
  };
  return { name, type: Type.histogram, metric: [{ histogram }] };
}

async function pushProtobuf(road: StaleRoad, ...families: readonly object[]): Promise<void> {
  const headers = { 'content-type': PROTOBUF };
  const { status } = await road.collector.push(bodyOf(...(families as Record<string, unknown>[])), {
    headers,
  });
  expect(status).toBe(202);
}

test('C44 without staleness nothing ends: a PUT of fewer series brings no marker', async () => {
  const road = await startRoad();
  await road.pushed('stale 1\nkeep 1\n');
  await road.pushed('keep 2\n');
  await road.delivered(3);
  expect(markers(road.receiver)).toEqual([]);
});

test('C44 a refused PUT ends nothing, and the next one still does', async () => {
  const road = await startStaleRoad();
  await road.put('stale 1\nkeep 1\n');
  expect((await road.collector.push('keep 2\nkeep\n')).status).toBe(400);
  await road.expectMarkers();
  await road.put('keep 2\n');
  await road.expectMarkers(STALE);
});

test('C44 a replaced series gets one marker with the time of the PUT that replaces it', async () => {
  const road = await startStaleRoad();
  await road.put('stale 1\nkeep 1\n');
  await road.put('keep 2\n');
  await road.expectMarkers(STALE);
  const [sampleMs, markerMs] = timestampsOf(road.receiver, STALE);
  const [, replacingMs] = timestampsOf(road.receiver, KEEP);
  expect(markerMs).toBeGreaterThan(sampleMs!);
  expect(markerMs).toBe(replacingMs);
  expect(timestampsOf(road.receiver, KEEP)).toHaveLength(2);
  await road.put('keep 3\n');
  await road.expectMarkers(STALE);
});

test('C44 markers count as samples of their push, accepted and sent', async () => {
  const road = await startStaleRoad();
  await road.put('a 1\nb 1\nkeep 1\n');
  await road.put('keep 2\n');
  await road.delivered(6);
  await road.drained();
  expect(await road.metric('sluice_samples_accepted_total')).toBe(6);
  expect(await road.metric('sluice_samples_sent_total{backend="primary"}')).toBe(6);
});

test('C44 a native histogram ends with a float marker of its labels', async () => {
  const road = await startStaleRoad();
  await pushProtobuf(road, native('h'), {
    name: 'keep',
    type: Type.gauge,
    metric: [{ gauge: { value: 1 } }],
  });
  await road.put('keep 2\n');
  await road.expectMarkers('h{instance="i1",job="test"}');
});

test('C44 a PUT of nothing ends the whole group', async () => {
  const road = await startStaleRoad();
  await road.put('stale 1\nkeep 1\n');
  await road.put('');
  await road.expectMarkers(STALE, KEEP);
  await road.put('');
  await road.expectMarkers(STALE, KEEP);
});

test('C44 a POST ends what has the names of its metrics and other labels, and nothing else of the group', async () => {
  const road = await startStaleRoad();
  await road.put('a{i="1"} 1\na{i="2"} 1\nkeep 1\n');
  await road.post('a{i="2"} 2\nb 1\n');
  await road.expectMarkers('a{i="1",instance="i1",job="test"}');
  await road.post('c 1\n');
  await road.put('keep 2\n');
  await road.expectMarkers(
    'a{i="1",instance="i1",job="test"}',
    'a{i="2",instance="i1",job="test"}',
    'b{instance="i1",job="test"}',
    'c{instance="i1",job="test"}',
  );
});

test('C44 each backend gets the markers of what it got', async () => {
  const receivers = [await startReceiver(), await startReceiver(), await startReceiver()];
  const names = receivers.map((receiver, i) => ({ receiver, name: `b${i}`, sendNativeHistograms: i !== 1 }));
  const backends = names.map(({ receiver, ...fields }) => backendFields(receiver.url(), fields));
  const config = roadConfig(backends, { push: { pushgateway: { staleness: 'onReplace' } } });
  const collector = await startCollector(config);
  const family = native('h');
  await collector.push(bodyOf(family), { headers: { 'content-type': PROTOBUF } });
  await collector.push('keep 1\n');
  await waitUntil(
    () => receivers.every(({ delivered }) => delivered.some(({ labels }) => labels[0]?.[1] === 'keep')),
    'the second push',
  );
  const native1 = 'h{instance="i1",job="test"}';
  const classic = ['h_bucket{instance="i1",job="test",le="+Inf"}', 'h_sum{instance="i1",job="test"}'];
  const expected = [[native1], [...classic, 'h_count{instance="i1",job="test"}'], [native1]];
  for (const [i, receiver] of receivers.entries()) {
    await waitUntil(() => markers(receiver).length >= expected[i]!.length, 'the markers');
    expect(markers(receiver).map(({ series }) => series)).toEqual(expected[i]);
  }
});

test('C45 a DELETE of a malformed path is answered 400, and DELETE is among the methods of a push path', async () => {
  const road = await startStaleRoad();
  const { status, text } = await road.delete('/pushgateway/metrics/job/a/odd');
  expect([status, text]).toEqual([
    400,
    'Cannot read path: expected a value for label "odd", found the end of the path\n',
  ]);
  const { headers } = await road.collector.get('/pushgateway/metrics/job/a');
  expect(headers.allow).toBe('PUT, POST, DELETE');
});

test('C45 the body of a DELETE means nothing, whatever is in it', async () => {
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

test('C45 a DELETE of a group that is not known is answered 202, and sends nothing', async () => {
  const road = await startStaleRoad();
  const { status, text } = await road.delete('/pushgateway/metrics/job/never_seen');
  expect([status, text]).toEqual([202, '']);
  await road.expectMarkers();
  expect(road.receiver.delivered).toHaveLength(1);
});

test('C45 a DELETE ends each series of the group and none of others, once; later pushes go on', async () => {
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

test('C45 the markers of a DELETE come behind the samples that were still queued', async () => {
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

test('C45 a DELETE sends no TYPE and HELP of a push that was refused before it', async () => {
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

test('C46 another family by POST, the same PUT again and other values end nothing', async () => {
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

test('C46 a push that finds the queue full ends nothing', async () => {
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

test('C46 an outage of the backend ends nothing, and a marker that has to be repeated keeps its bits', async () => {
  const road = await startStaleRoad({ script: [{ status: 503 }, { status: 503 }, { status: 503 }, {}] });
  await road.put('stale 1\nkeep 1\n');
  await road.put('stale 2\nkeep 2\n');
  await road.expectMarkers();
  road.receiver.play({ status: 503 }, { status: 503 }, {});
  await road.put('keep 3\n');
  await road.expectMarkers(STALE);
});

test('C46 a stop ends nothing, nor does the first push behind a restart', async () => {
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

test('C46 a marker that waits on disk while Sluice is stopped keeps its bits, and nothing ends behind that', async () => {
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

test('C46 a series whose last sample had a timestamp of its own does not end, one without does again', async () => {
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

test('C46 a histogram with timestamps is exempt with the bucket that was made for it', async () => {
  const road = await startStaleRoad();
  const atMs = Date.now();
  await road.put(`# TYPE h histogram\nh_bucket{le="1"} 1 ${atMs}\nh_sum 1 ${atMs}\nh_count 1 ${atMs}\n`);
  await road.put('keep 1\n');
  await road.expectMarkers();
});

test('C46 the stale bits of a client are an ordinary NaN, and end nothing', async () => {
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

test('C46 what has no room in the memory gets no markers, and is counted', async () => {
  const road = await startStaleRoad({ push: { stalenessMaxMemory: '64KiB' } });
  const large = Array.from({ length: 900 }, (_, i) => `large_name_of_a_series_${i}{label="value"} 1\n`);
  await road.put('small 1\n');
  await road.put(large.join(''), OTHER_TARGET);
  await road.put('small_2 1\n');
  await road.put('large 1\n', OTHER_TARGET);
  await road.expectMarkers('small{instance="i1",job="test"}');
  expect(await road.metric('sluice_stale_groups_forgotten_total')).toBe(1);
});

test('C46 a push whose markers no queue could hold is taken without them, and counted', async () => {
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
