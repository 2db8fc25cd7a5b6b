// Order, batching in time, backoff and age, and that lanes and backends do not wait for each other.
import { expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

test('a retry is not overtaken', async () => {
  const receiver = await startReceiver([{ status: 503 }, { status: 503 }, { status: 503 }, {}]);
  const { push, events } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: 1 } }),
  );
  for (const value of [0, 1, 2, 3]) {
    push('counter', value);
    await waitUntil(() => events.retried.length >= Math.min(3, value + 1), 'the next failure');
  }
  await waitUntil(() => receiver.delivered.length === 4, 'all values');
  expect(receiver.deliveredValues).toEqual([0, 1, 2, 3]);
  const values = receiver.requests.map(({ decoded }) => decoded.series[0]?.samples[0]?.value);
  expect(values.slice(0, 4)).toEqual([0, 0, 0, 0]);
});

test('the open batch fills up while a request is in flight, and then goes out as one', async () => {
  const clock = new FakeClock();
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const receiver = await startReceiver([{ until: gate }, {}]);
  const config = backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: 10 } });
  const { push } = startDelivery(config, { clock });
  push('first');
  clock.advance(10);
  await waitUntil(() => receiver.started === 1, 'the first request');
  for (let i = 0; i < 50; i++) {
    push(`later_${i}`);
    clock.advance(10);
  }
  open();
  await waitUntil(() => receiver.delivered.length === 51, 'all pushes');
  expect(receiver.requests.map(({ decoded }) => decoded.series.length)).toEqual([1, 50]);
});

test('a batch is sent when its deadline has passed since its first push, and not before', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver();
  const { push } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: 1000 } }),
    { clock },
  );
  push('a');
  clock.advance(999);
  push('b');
  expect(clock.delays).toEqual([1000]);
  expect(receiver.connections).toBe(0);
  clock.advance(1);
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  expect(receiver.delivered.length).toBe(2);
});

test('each failure waits between the smallest backoff and a ceiling that doubles up to the largest', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 503 }]);
  const queueConfig = { minBackoff: 50, maxBackoff: 400, batchSendDeadline: 0 };
  const random = () => 0.5;
  const { push, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }), { clock, random });
  push('a');
  clock.advance(0);
  for (let failures = 1; failures <= 7; failures++) {
    await waitUntil(() => events.retried.length === failures, 'another failure');
    await waitUntil(() => clock.pendingTimers === 1, 'the backoff');
    clock.advance(events.retried.at(-1)?.delayMs ?? 0);
  }
  expect(events.retried.map(({ delayMs }) => delayMs)).toEqual([50, 75, 125, 225, 225, 225, 225]);
  await waitUntil(() => receiver.requests.length === 8, 'the last attempt');
  receiver.play({});
});

test('after a success the next failure starts again at the smallest backoff', async () => {
  const receiver = await startReceiver([{ status: 503 }, { status: 503 }, {}, { status: 503 }, {}]);
  const { push, events } = startDelivery(backendConfig(receiver.url()), { random: () => 1 });
  push('a');
  await waitUntil(() => events.sent.length === 1, 'the first block');
  push('b');
  await waitUntil(() => events.sent.length === 2, 'the second block');
  expect(events.retried.map(({ delayMs }) => delayMs)).toEqual([2, 4, 2]);
});

test('a lane that fails holds back neither other lanes nor other backends', async () => {
  const failing = await startReceiver([{ fault: 'never-answer' }, {}]);
  const healthy = await startReceiver();
  const { push } = startDelivery([
    backendConfig(failing.url(), { name: 'failing', queueConfig: { shards: 2 } }),
    backendConfig(healthy.url(), { name: 'healthy', queueConfig: { shards: 2 } }),
  ]);
  push('stuck', 1, 0);
  await waitUntil(() => failing.requests.length === 1, 'the request that hangs');
  push('free', 2, 1);
  await waitUntil(() => failing.deliveredValues.includes(2), 'the other lane');
  await waitUntil(() => healthy.delivered.length === 2, 'the other backend');
});

test('a series stays on one lane: its values arrive in order while lanes are slow at random', async () => {
  const receiver = await startReceiver(
    Array.from({ length: 200 }, (_, i) => (i % 10 === 3 ? { status: 503 } : {})),
  );
  const queueConfig = { shards: 4, batchSendDeadline: 1, maxSamplesPerSend: 7 };
  const { push, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  for (let round = 0; round < 20; round++) {
    for (let key = 0; key < 30; key++) push(`series_${key}`, round, key * 2_654_435_761);
    await waitUntil(() => events.samplesSent >= round * 30 - 200, 'the lanes to follow');
  }
  await waitUntil(() => events.samplesSent === 600, 'all samples');
  for (let key = 0; key < 30; key++) {
    const series = receiver.delivered.filter(({ labels }) => labels[0]?.[1] === `series_${key}`);
    const values = series.flatMap(({ samples }) => samples.map(({ value }) => value));
    expect(values).toEqual(Array.from({ length: 20 }, (_, i) => i));
  }
});

test('a block whose newest push is older than the limit is dropped before the next attempt', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 503 }]);
  const queueConfig = { sampleAgeLimit: 2000, minBackoff: 1000, maxBackoff: 1000, batchSendDeadline: 0 };
  const { push, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }), { clock });
  push('a');
  clock.advance(0);
  for (let failures = 1; failures <= 3; failures++) {
    await waitUntil(() => events.retried.length === failures, 'another failure');
    await waitUntil(() => clock.pendingTimers === 1, 'the backoff');
    if (failures === 3) {
      push('b');
      // Before the drop, because B is sent right after it.
      receiver.play({});
    }
    clock.advance(1000);
  }
  await waitUntil(() => events.dropped.length === 1, 'the drop');
  expect(events.dropped).toMatchObject([{ reason: 'too_old', sampleCount: 1, jobs: new Map([['a', 1]]) }]);
  await waitUntil(() => events.sent.length === 1, 'B delivered');
  expect(events.sent[0]?.jobs).toEqual(new Map([['b', 1]]));
});

test('without an age limit old blocks are delivered', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver();
  const { push, events } = startDelivery(backendConfig(receiver.url()), { clock });
  push('a');
  clock.stepWallClock(1_000_000_000);
  clock.advance(5);
  await waitUntil(() => events.sent.length === 1, 'the delivery');
});
