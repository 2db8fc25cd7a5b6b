// Samples of a series arrive in order, each once, whatever happens on the way.
import { expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { startRoad } from '../support/road-setup.ts';
import { waitUntil } from '../support/wait-until.ts';

test('a retry is not overtaken: later pushes come after it', async () => {
  const gate = Promise.withResolvers<void>();
  const { receiver, pushed, delivered } = await startRoad({
    script: [{ status: 503, until: gate.promise }, { status: 503 }, { status: 503 }, {}],
    backend: { queueConfig: { shards: 4 } },
  });
  await pushed('c 0\n');
  await waitUntil(() => receiver.started === 1, 'the first attempt');
  for (const value of [1, 2, 3]) await pushed(`c ${value}\n`);
  gate.resolve();
  await delivered(4);
  expect(receiver.deliveredValues).toEqual([0, 1, 2, 3]);
  const untilDelivered = receiver.requests.slice(0, 4).map(({ decoded }) => decoded.series);
  for (const series of untilDelivered) expect(series).toEqual(untilDelivered[0]);
  expect(untilDelivered[0]!.map(({ samples }) => samples[0]!.value)).toEqual([0]);
});

const ADVANCED = 'sluice_push_timestamps_advanced_total';

test('pushes of one millisecond get timestamps that increase, and so they do when the clock steps back', async () => {
  const clock = new FakeClock();
  const start = clock.nowMs();
  const { receiver, collector, metric } = await startRoad({
    clock,
    backend: { queueConfig: { batchSendDeadline: '10ms' } },
  });
  const atOnce = await Promise.all(['m 1\n', 'm 2\n', 'm 2\n'].map((body) => collector.push(body)));
  expect(atOnce.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(await metric(ADVANCED)).toBe(2);
  clock.stepWallClock(-10_000);
  expect((await collector.push('m 3\n')).status).toBe(202);
  expect((await collector.push('other 1\n', { target: '/pushgateway/metrics/job/other' })).status).toBe(202);
  expect(await metric(ADVANCED)).toBe(3);
  clock.advance(10);
  await waitUntil(() => receiver.delivered.length === 5, 'all samples');
  const [other, ...samples] = receiver.delivered
    .toSorted((a, b) => Number(labelled(b.labels)) - Number(labelled(a.labels)))
    .map(({ samples: [sample] }) => sample!);
  expect(samples.map(({ timestampMs }) => timestampMs - start)).toEqual([0, 1, 2, 3]);
  expect(samples.map(({ value }) => value).sort()).toEqual([1, 2, 2, 3]);
  expect(samples.at(-1)!.value).toBe(3);
  // Another group does not pay for it: it gets the clock's own time.
  expect(other!.timestampMs - start).toBe(-10_000);
});

test('explicit timestamps of one body arrive in their order', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  await pushed('m 1 1000\nm 2 2000\nm 3 3000\n');
  await delivered(3);
  const samples = receiver.delivered.map(({ samples: [sample] }) => sample);
  expect(samples).toEqual([
    { value: 1, timestampMs: 1000 },
    { value: 2, timestampMs: 2000 },
    { value: 3, timestampMs: 3000 },
  ]);
});

/** Whether the series is of the group `other`. */
function labelled(labels: readonly (readonly [string, string])[]): boolean {
  return labels.some(([name, value]) => name === 'job' && value === 'other');
}
