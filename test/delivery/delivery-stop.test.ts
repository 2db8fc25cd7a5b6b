// The end of delivery: what is queued goes out, or is counted as lost, and no timer or connection is left.
import { expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const never = () => new AbortController().signal;

test('a stop that runs out of time reports what is lost and leaves no connection', async () => {
  const receiver = await startReceiver([{ status: 503 }]);
  const { push, delivery, events } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { maxSamplesPerSend: 2 } }),
  );
  for (const name of ['a', 'b', 'c', 'd', 'e']) push(name);
  await waitUntil(() => events.retried.length > 0, 'a failure');
  const deadline = new AbortController();
  const stopped = delivery.stop(deadline.signal);
  const failures = events.retried.length;
  await waitUntil(() => events.retried.length > failures, 'an attempt after the stop');
  deadline.abort();
  expect(await stopped).toEqual({ lostSamples: 5 });
  expect(events.dropped.map(({ reason }) => reason)).toEqual(['shutdown', 'shutdown', 'shutdown']);
  expect(delivery.readings()[0]).toMatchObject({ bytes: 0, requestsInFlight: 0 });
  await waitUntil(() => receiver.openConnections === 0, 'closed connections');
});

test('a stop whose backend never answers ends with its signal', async () => {
  const receiver = await startReceiver([{ fault: 'never-answer' }]);
  const { push, delivery } = startDelivery(backendConfig(receiver.url()));
  push('a');
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  expect(await delivery.stop(AbortSignal.timeout(20))).toEqual({ lostSamples: 1 });
  await waitUntil(() => receiver.openConnections === 0, 'a closed connection');
});

test('a stop leaves no timer behind, neither of a backoff nor of a batch or an attempt', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 503 }, { fault: 'never-answer' }]);
  const queueConfig = { shards: 3, batchSendDeadline: 10 };
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }), { clock });
  push('backing off', 1, 0);
  clock.advance(10);
  await waitUntil(() => events.retried.length === 1, 'the backoff');
  push('in flight', 1, 1);
  clock.advance(0);
  push('open', 1, 2);
  expect(clock.pendingTimers).toBe(3);
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 3 });
  expect(clock.pendingTimers).toBe(0);
});

test('offers during and after a stop are refused', async () => {
  const receiver = await startReceiver();
  const { push, delivery } = startDelivery(backendConfig(receiver.url()));
  expect(delivery.ready()).toBe(true);
  const stopped = delivery.stop(never());
  expect(delivery.ready()).toBe(false);
  expect(push('a')).toBe('stopping');
  await stopped;
  expect(push('b')).toBe('stopping');
  expect(receiver.connections).toBe(0);
});

test('a stop sends the open batches of all lanes without waiting for their deadline', async () => {
  const receiver = await startReceiver();
  const queueConfig = { batchSendDeadline: 60_000, shards: 3 };
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  for (let shard = 0; shard < 3; shard++) push(`m_${shard}`, shard, shard);
  expect(await delivery.stop(never())).toEqual({ lostSamples: 0 });
  expect(receiver.delivered.length).toBe(3);
  expect(events.dropped).toEqual([]);
  await waitUntil(() => receiver.openConnections === 0, 'closed connections');
});

test('a stop cuts a backoff and a pause short for one attempt at once', async () => {
  const receiver = await startReceiver([{ status: 429, headers: [['retry-after', '3000']] }, {}]);
  const queueConfig = { maxRetryAfter: 3_000_000 };
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  push('a');
  await waitUntil(() => events.retried.length === 1, 'the failure');
  push('b');
  expect(await delivery.stop(never())).toEqual({ lostSamples: 0 });
  expect(receiver.delivered.length).toBe(2);
});

test('a second stop waits for the first', async () => {
  const receiver = await startReceiver();
  const { push, delivery } = startDelivery(backendConfig(receiver.url()));
  push('a');
  const reports = await Promise.all([delivery.stop(never()), delivery.stop(AbortSignal.abort())]);
  expect(reports).toEqual([{ lostSamples: 0 }, { lostSamples: 0 }]);
});
