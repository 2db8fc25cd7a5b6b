// After the program was held up: no connection from before is trusted, answers that have come are read, and late timers do
// no harm.
import { expect, test } from 'vitest';
import { backendConfig } from '../../support/backend-config.ts';
import { startDelivery, startReceiver } from '../../support/delivery-setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { waitUntil } from '../../support/wait-until.ts';

test('the next request after a renewal has a new connection, and the idle one is closed', async () => {
  const receiver = await startReceiver();
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url()));
  push('a');
  await waitUntil(() => events.sent.length === 1, 'the first delivery');
  delivery.renewConnections(20);
  push('a');
  await waitUntil(() => events.sent.length === 2, 'the second delivery');
  expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  await waitUntil(() => receiver.openConnections === 1, 'one connection');
});

test('a request that gets no answer in the grace of a renewal is sent again', async () => {
  const receiver = await startReceiver([{ fault: 'never-answer' }, {}]);
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url()));
  push('a');
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  delivery.renewConnections(20);
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect(events.retried).toEqual([
    expect.objectContaining({
      reason: 'connection_reset',
      detail: 'no answer since before a pause: the connection may be dead',
    }),
  ]);
  expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 2]);
});

test('an answer in the grace of a renewal counts', async () => {
  let answer = () => {};
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const receiver = await startReceiver([{ until }]);
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url()));
  push('a');
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  delivery.renewConnections(10_000);
  answer();
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect([receiver.requests.length, events.retried]).toEqual([1, []]);
});

test('a stop after a renewal leaves no timer', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver();
  const { delivery } = startDelivery(backendConfig(receiver.url()), { clock });
  delivery.renewConnections(100);
  delivery.renewConnections(100);
  await delivery.stop(AbortSignal.abort());
  expect(clock.pendingTimers).toBe(0);
});

test('an answer that came while the program was held up is read before its request is given up', async () => {
  const clock = new FakeClock();
  let answer = () => {};
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const receiver = await startReceiver([{ until }]);
  const { push, events } = startDelivery(backendConfig(receiver.url(), { remoteTimeout: 5000 }), { clock });
  push('a');
  clock.advance(10);
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  answer();
  clock.leap(3_600_000);
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect([receiver.requests.length, events.retried]).toEqual([1, []]);
});

test('a request without an answer is given up soon after the program was held up', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ fault: 'never-answer' }]);
  const { push, events } = startDelivery(backendConfig(receiver.url(), { remoteTimeout: 5000 }), { clock });
  push('a');
  clock.advance(10);
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  clock.leap(3_600_000);
  expect(events.retried).toEqual([]);
  clock.advance(100);
  await waitUntil(() => events.retried.length === 1, 'the failure');
  expect(events.retried[0]).toMatchObject({ reason: 'timeout', detail: 'no complete answer within 5000 ms' });
});

test('backoffs that end while the program is held up make one request for each lane', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 503 }]);
  const queueConfig = { shards: 3, minBackoff: 1000, maxBackoff: 1000, batchSendDeadline: 10 };
  const { push, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }), { clock });
  for (let n = 0; n < 30; n++) push(`m${n}`, n, n);
  clock.advance(10);
  await waitUntil(() => events.retried.length === 3, 'three backoffs');
  clock.leap(3_600_000);
  await waitUntil(() => events.retried.length === 6, 'three more failures');
  expect(receiver.started).toBe(6);
});
