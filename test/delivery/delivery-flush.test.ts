// A flush: what was accepted before it is sent at once and waited for; what comes later is not.
import { expect, test } from 'vitest';
import type { Delivery, FlushReport } from '../../src/delivery/delivery.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeMany } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const LONG = 3_600_000;
const never = () => new AbortController().signal;

/** A flush whose end can be asked for. */
function startFlush(delivery: Delivery, signal = never()) {
  const flush: { report: FlushReport | undefined; ended: Promise<FlushReport> } = {
    report: undefined,
    ended: delivery.flush(signal).then((report) => {
      flush.report = report;
      return report;
    }),
  };
  return flush;
}

test('a flush of a backend that fails resolves when its signal aborts, with what still waits', async () => {
  const receiver = await startReceiver([{ status: 503 }]);
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url()));
  push('a');
  push('b', 1, 1);
  const abort = new AbortController();
  const { ended } = startFlush(delivery, abort.signal);
  await waitUntil(() => events.retried.length >= 4, 'several attempts');
  abort.abort();
  expect(await ended).toEqual({ remainingSamples: 2 });
  expect(events.dropped).toEqual([]);
});

test('what an aborted flush has left is delivered later', async () => {
  const receiver = await startReceiver([{ fault: 'never-answer' }, {}]);
  const clock = new FakeClock();
  const config = { remoteTimeout: 10_000, queueConfig: { batchSendDeadline: LONG } };
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url(), config), { clock });
  push('a');
  expect(await delivery.flush(AbortSignal.abort())).toEqual({ remainingSamples: 1 });
  await waitUntil(() => receiver.started === 1, 'the request');
  clock.advance(10_000);
  await waitUntil(() => events.retried.length === 1, 'the failure');
  const isDelivered = () => {
    clock.advance(1);
    return receiver.delivered.length === 1;
  };
  await waitUntil(isDelivered, 'the sample');
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
});

test('a flush of an unreachable backend resolves too', async () => {
  const receiver = await startReceiver();
  const url = receiver.url();
  await receiver.close();
  const { push, delivery, events } = startDelivery(backendConfig(url));
  push('a');
  const abort = new AbortController();
  const { ended } = startFlush(delivery, abort.signal);
  await waitUntil(() => events.retried.length > 1, 'several attempts');
  abort.abort();
  expect(await ended).toEqual({ remainingSamples: 1 });
});

test('a flush sends the open batches of all lanes at once and resolves when they are delivered', async () => {
  const receiver = await startReceiver();
  const queueConfig = { batchSendDeadline: LONG, shards: 3 };
  const { push, delivery } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  for (let shard = 0; shard < 3; shard++) push(`m_${shard}`, shard, shard);
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  expect(receiver.delivered.length).toBe(3);
});

test('flushes while a backend is away make no request of each push: what waits fills requests once it is back', async () => {
  const receiver = await startReceiver([{ status: 503 }]);
  const queueConfig = { batchSendDeadline: LONG, minBackoff: LONG, maxBackoff: LONG };
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  for (let n = 1; n <= 50; n++) {
    push(`m_${n}`);
    await delivery.flush(AbortSignal.abort());
    await waitUntil(() => events.retried.length >= 1, 'the first refusal');
  }
  receiver.play({});
  const before = receiver.requests.length;
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  expect(receiver.delivered).toHaveLength(50);
  expect(receiver.requests.length - before).toBeLessThanOrEqual(3);
});

test('a flush with nothing to send resolves at once and opens no connection', async () => {
  const receiver = await startReceiver();
  const { delivery } = startDelivery(backendConfig(receiver.url()));
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  expect(receiver.connections).toBe(0);
});

test('what a backend refuses for good is not waited for', async () => {
  const receiver = await startReceiver([{ status: 400 }]);
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url()));
  push('a');
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  expect(events.dropped.map(({ reason }) => reason)).toEqual(['status_400']);
});

test('pushes that come during a flush go on without prolonging it', async () => {
  const first = Promise.withResolvers<void>();
  const receiver = await startReceiver([{ until: first.promise }, { fault: 'never-answer' }]);
  const { push, delivery } = startDelivery(backendConfig(receiver.url()));
  push('before');
  const { ended } = startFlush(delivery);
  await waitUntil(() => receiver.requests.length === 1, 'the request');
  push('during');
  first.resolve();
  expect(await ended).toEqual({ remainingSamples: 0 });
});

test('what waits counts without the pushes that came after the flush began', async () => {
  const receiver = await startReceiver([{ fault: 'never-answer' }]);
  const { push, offer, delivery } = startDelivery(backendConfig(receiver.url()));
  push('before');
  const abort = new AbortController();
  const { ended } = startFlush(delivery, abort.signal);
  offer(encodeMany('during', 100, Date.now()));
  abort.abort();
  expect(await ended).toEqual({ remainingSamples: 1 });
});

test('flushes at the same time share the requests, and each waits for its own', async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const receiver = await startReceiver([{ until: first.promise }, { until: second.promise }]);
  const { push, delivery } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: LONG } }),
  );
  push('a');
  const early = [startFlush(delivery), startFlush(delivery)];
  push('b');
  const late = startFlush(delivery);
  first.resolve();
  expect(await Promise.all(early.map(({ ended }) => ended))).toEqual([
    { remainingSamples: 0 },
    { remainingSamples: 0 },
  ]);
  expect(late.report).toBeUndefined();
  second.resolve();
  expect(await late.ended).toEqual({ remainingSamples: 0 });
  expect(receiver.requests.map(({ decoded }) => decoded.series.length)).toEqual([1, 1]);
});

test('a flush cuts a backoff short for one attempt', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 503 }, {}]);
  const queueConfig = { batchSendDeadline: 10, minBackoff: LONG, maxBackoff: LONG };
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }), {
    clock,
    random: () => 0.9,
  });
  push('a');
  clock.advance(10);
  await waitUntil(() => events.retried.length === 1, 'the backoff');
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
});

test('a flush keeps the pause that a backend asked for', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 429, headers: [['retry-after', '60']] }, {}]);
  const { push, delivery, events } = startDelivery(backendConfig(receiver.url()), { clock });
  push('a');
  const { ended } = startFlush(delivery);
  await waitUntil(() => events.retried.length === 1, 'the answer');
  expect(await delivery.flush(AbortSignal.abort())).toEqual({ remainingSamples: 1 });
  expect(receiver.requests).toHaveLength(1);
  await waitUntil(() => clock.pendingTimers > 0, 'the pause');
  clock.advance(60_000);
  expect(await ended).toEqual({ remainingSamples: 0 });
});

test('a backend that is not required is hurried and not waited for', async () => {
  const [needed, other] = await Promise.all([startReceiver(), startReceiver([{ fault: 'never-answer' }])]);
  const queueConfig = { batchSendDeadline: LONG };
  const { push, delivery } = startDelivery([
    backendConfig(needed.url(), { name: 'needed', queueConfig }),
    backendConfig(other.url(), { name: 'other', queueConfig, required: false }),
  ]);
  push('a');
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  await waitUntil(() => other.requests.length === 1, 'the request to the other');
});

test('what two required backends miss counts twice', async () => {
  const [one, two] = await Promise.all([
    startReceiver([{ fault: 'never-answer' }]),
    startReceiver([{ fault: 'never-answer' }]),
  ]);
  const { push, delivery } = startDelivery([
    backendConfig(one.url(), { name: 'one' }),
    backendConfig(two.url(), { name: 'two' }),
  ]);
  push('a');
  expect(await delivery.flush(AbortSignal.abort())).toEqual({ remainingSamples: 2 });
});

test('a stop ends a flush, and what it gave up counts as not delivered', async () => {
  const receiver = await startReceiver([{}, { fault: 'never-answer' }]);
  const { push, delivery } = startDelivery(backendConfig(receiver.url()));
  push('a');
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  push('b');
  push('c');
  const { ended } = startFlush(delivery);
  await waitUntil(() => receiver.requests.length === 2, 'the request');
  push('after the flush');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 3 });
  expect(await ended).toEqual({ remainingSamples: 2 });
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 3 });
});

test('a push over several blocks is waited for to its end', async () => {
  const receiver = await startReceiver();
  const queueConfig = { maxSamplesPerSend: 10, batchSendDeadline: LONG };
  const { offer, delivery } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  offer(encodeMany('m', 95, Date.now()));
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  expect(receiver.delivered).toHaveLength(95);
});
