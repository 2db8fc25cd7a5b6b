// Staleness markers: series that a push replaces end.
import { expect, test } from 'vitest';
import { bodyOf, Type } from '../exposition/protobuf/family-messages.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { startRoad } from '../support/road-setup.ts';
import { startCollector } from '../support/running-collector.ts';
import { markers, type StaleRoad, startStaleRoad, timestampsOf } from '../support/stale-road.ts';
import { waitUntil } from '../support/wait-until.ts';

const PROTOBUF =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
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

test('without staleness nothing ends: a PUT of fewer series brings no marker', async () => {
  const road = await startRoad();
  await road.pushed('stale 1\nkeep 1\n');
  await road.pushed('keep 2\n');
  await road.delivered(3);
  expect(markers(road.receiver)).toEqual([]);
});

test('a refused PUT ends nothing, and the next one still does', async () => {
  const road = await startStaleRoad();
  await road.put('stale 1\nkeep 1\n');
  expect((await road.collector.push('keep 2\nkeep\n')).status).toBe(400);
  await road.expectMarkers();
  await road.put('keep 2\n');
  await road.expectMarkers(STALE);
});

test('a replaced series gets one marker with the time of the PUT that replaces it', async () => {
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

test('markers count as samples of their push, accepted and sent', async () => {
  const road = await startStaleRoad();
  await road.put('a 1\nb 1\nkeep 1\n');
  await road.put('keep 2\n');
  await road.delivered(6);
  await road.drained();
  expect(await road.metric('sluice_samples_accepted_total')).toBe(6);
  expect(await road.metric('sluice_samples_sent_total{backend="primary"}')).toBe(6);
});

test('a native histogram ends with a float marker of its labels', async () => {
  const road = await startStaleRoad();
  await pushProtobuf(road, native('h'), {
    name: 'keep',
    type: Type.gauge,
    metric: [{ gauge: { value: 1 } }],
  });
  await road.put('keep 2\n');
  await road.expectMarkers('h{instance="i1",job="test"}');
});

test('a PUT of nothing ends the whole group', async () => {
  const road = await startStaleRoad();
  await road.put('stale 1\nkeep 1\n');
  await road.put('');
  await road.expectMarkers(STALE, KEEP);
  await road.put('');
  await road.expectMarkers(STALE, KEEP);
});

test('a POST ends what has the names of its metrics and other labels, and nothing else of the group', async () => {
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

test('each backend gets the markers of what it got', async () => {
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
