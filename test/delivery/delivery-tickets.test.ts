import { expect, test } from 'vitest';
import type { PushEnd, PushWaiter } from '../../src/delivery/block/offered-push.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeMany, encodeSamples } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { refusing } from '../support/refusing-backend.ts';
import { waitUntil } from '../support/wait-until.ts';

const QUICK = { minBackoff: 1, maxBackoff: 2 };
const LONG = 3_600_000;

test('a waiting push ends as delivered when the backend has accepted it', async () => {
  const { end, receiver } = await pushWaiting([{ status: 204 }]);
  expect(await end).toEqual({ kind: 'reached' });
  expect(receiver.requests).toHaveLength(1);
});

test('a push that is waited for does not wait for the batch deadline', async () => {
  const receiver = await startReceiver();
  const { delivery } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: LONG } }),
  );
  const { waiter, end } = newWaiter();
  expect(offer(delivery, 'm', waiter)).toBe('accepted');
  expect(await end).toEqual({ kind: 'reached' });
});

test('pushes that are offered in one turn of the loop share the hurried request', async () => {
  const receiver = await startReceiver();
  const { delivery } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { batchSendDeadline: LONG } }),
  );
  const waiters = Array.from({ length: 50 }, newWaiter);
  for (const [i, { waiter }] of waiters.entries()) offer(delivery, `m${i}`, waiter);
  await Promise.all(waiters.map(({ end }) => end));
  expect(receiver.requests).toHaveLength(1);
});

test('a retry does not end the wait', async () => {
  const { end, receiver } = await pushWaiting([{ status: 503 }, { status: 503 }, { status: 204 }]);
  expect(await end).toEqual({ kind: 'reached' });
  expect(receiver.requests).toHaveLength(3);
});

test('a refused push gets the backend, its reason and text, and the number of samples', async () => {
  const { end } = await pushWaiting([{ status: 400, body: 'out of bounds' }]);
  expect(await end).toEqual({
    kind: 'refused',
    backend: 'primary',
    reason: 'status_400',
    detail: 'out of bounds',
    samples: 1,
    isOurFault: false,
  });
});

test('the delivery of a block without waiting pushes does not end the wait for the next one', async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const receiver = await startReceiver([{ until: first.promise }, { until: second.promise }]);
  const { delivery, push, events } = startDelivery(backendConfig(receiver.url()));
  const { waiter, end } = newWaiter();
  const ends: PushEnd[] = [];
  void end.then((reached) => ends.push(reached));
  push('before');
  await waitUntil(() => receiver.requests.length === 1, 'the request of the first block');
  offer(delivery, 'm', waiter);
  first.resolve();
  await waitUntil(() => receiver.requests.length === 2, 'the request of the second block');
  expect([events.sent.length, ends]).toEqual([1, []]);
  second.resolve();
  expect(await end).toEqual({ kind: 'reached' });
});

test('a redirect is our fault', async () => {
  const { end } = await pushWaiting([{ status: 302, headers: [['location', '/login']] }]);
  expect(await end).toEqual({
    kind: 'refused',
    backend: 'primary',
    reason: 'redirect',
    detail: '302 to /login',
    samples: 1,
    isOurFault: true,
  });
});

test('of two pushes in a refused block only the one that is refused hears of it', async () => {
  const receiver = await startReceiver([refusing((name) => name.startsWith('bad'))]);
  const { delivery } = startDelivery(backendConfig(receiver.url()));
  const [good, bad] = [newWaiter(), newWaiter()];
  offer(delivery, 'good', good.waiter);
  offer(delivery, 'bad', bad.waiter);
  expect(await good.end).toEqual({ kind: 'reached' });
  expect(await bad.end).toMatchObject({ kind: 'refused', samples: 1 });
});

test('a push over several blocks is delivered when the last one is', async () => {
  const receiver = await startReceiver();
  const { delivery } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { maxSamplesPerSend: 10 } }),
  );
  const { waiter, end } = newWaiter();
  const encoded = encodeMany('m', 95, Date.now());
  delivery.offer({ encoded: [encoded], shardHash: 0, job: 'j', receivedAtMs: Date.now(), waiter });
  expect(await end).toEqual({ kind: 'reached' });
  expect(receiver.delivered).toHaveLength(95);
});

test('a push that grows too old hears why it was given up', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 401 }]);
  const config = backendConfig(receiver.url(), { queueConfig: { sampleAgeLimit: 60_000 } });
  const { delivery, events } = startDelivery(config, { clock });
  const { waiter, end } = newWaiter();
  offer(delivery, 'm', waiter, clock.nowMs());
  await waitUntil(() => events.retried.length === 1 && clock.pendingTimers > 0, 'a backoff');
  clock.advance(61_000);
  expect(await end).toEqual({
    kind: 'givenUp',
    reason: 'too_old',
    detail: 'older than sampleAgeLimit',
    isOurFault: true,
  });
});

test('a stop reports to the pushes that it gives up', async () => {
  const receiver = await startReceiver([{ status: 503 }]);
  const { delivery, events } = startDelivery(backendConfig(receiver.url(), { queueConfig: QUICK }));
  const { waiter, end } = newWaiter();
  offer(delivery, 'm', waiter);
  await waitUntil(() => events.retried.length > 0, 'a retry');
  await delivery.stop(AbortSignal.abort());
  expect(await end).toMatchObject({ kind: 'givenUp', reason: 'shutdown' });
});

test('delivered waits for every required backend and for no other', async () => {
  const [first, second, spare] = await Promise.all([
    startReceiver(),
    startReceiver([{ status: 503 }, { status: 204 }]),
    startReceiver([{ status: 503 }]),
  ]);
  const { delivery } = startDelivery([
    backendConfig(first.url(), { name: 'first' }),
    backendConfig(second.url(), { name: 'second' }),
    backendConfig(spare.url(), { name: 'spare', required: false }),
  ]);
  const { waiter, end } = newWaiter();
  const encoded = encodeSamples([{ name: 'm', value: 1, timestampMs: Date.now() }]);
  delivery.offer({
    encoded: [encoded, encoded, encoded],
    shardHash: 0,
    job: 'j',
    receivedAtMs: Date.now(),
    waiter,
  });
  expect(await end).toEqual({ kind: 'reached' });
  expect([first.delivered.length, second.delivered.length, spare.delivered.length]).toEqual([1, 1, 0]);
});

test('a best-effort backend without room drops, counts, and lets the push in for the others', async () => {
  const [first, spare] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { delivery, events } = startDelivery([
    backendConfig(first.url(), { name: 'first' }),
    backendConfig(spare.url(), { name: 'spare', required: false, queueConfig: { maxQueueSize: 100 } }),
  ]);
  const encoded = encodeMany('m', 20, Date.now());
  expect(offerTo(delivery, [encoded, encoded])).toBe('accepted');
  await waitUntil(() => first.delivered.length === 20, 'the samples');
  expect(events.dropped).toMatchObject([{ backend: 'spare', sampleCount: 20, reason: 'queue_full' }]);
});

interface Waiter {
  readonly waiter: PushWaiter;
  readonly end: Promise<PushEnd>;
}

function newWaiter(): Waiter {
  let onEnd: (end: PushEnd) => void = () => undefined;
  const end = new Promise<PushEnd>((resolve) => {
    onEnd = resolve;
  });
  return { end, waiter: { level: 'delivered', stored: () => undefined, ended: (ended) => onEnd(ended) } };
}

type Offering = ReturnType<typeof startDelivery>['delivery'];

function offer(delivery: Offering, name: string, waiter: PushWaiter, receivedAtMs = Date.now()) {
  const encoded = encodeSamples([{ name, value: 1, timestampMs: receivedAtMs }]);
  return delivery.offer({ encoded: [encoded], shardHash: 0, job: name, receivedAtMs, waiter });
}

function offerTo(delivery: Offering, encoded: readonly ReturnType<typeof encodeMany>[]) {
  return delivery.offer({ encoded, shardHash: 0, job: 'j', receivedAtMs: Date.now() });
}

async function pushWaiting(script: Parameters<typeof startReceiver>[0]) {
  const receiver = await startReceiver(script);
  const { delivery } = startDelivery(backendConfig(receiver.url(), { queueConfig: QUICK }));
  const { waiter, end } = newWaiter();
  offer(delivery, 'm', waiter);
  return { receiver, end };
}
