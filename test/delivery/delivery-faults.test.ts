// Backends that cannot be reached, break off, keep silent or are slow.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { encodeMany, encodeSamples } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedReceiver, type Step } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

test('pushes for a backend that has not started yet arrive in order once it has', async () => {
  const first = await ScriptedReceiver.start();
  const { port } = first;
  const url = first.url();
  await first.close();
  const { push, events } = startDelivery(backendConfig(url));
  for (const value of [1, 2, 3]) {
    expect(push('m', value)).toBe('accepted');
    const failures = events.retried.length;
    await waitUntil(() => events.retried.length > failures, 'another failure');
  }
  expect(events.retried[0]).toMatchObject({ reason: 'connection_refused' });
  const receiver = await startReceiver([{}], { port });
  await waitUntil(() => receiver.delivered.length === 3, 'all pushes');
  expect(receiver.deliveredValues).toEqual([1, 2, 3]);
  expect(events.dropped).toEqual([]);
});

test('a name that cannot be resolved is retried', async () => {
  const { push, events } = startDelivery(backendConfig('http://sluice-test.invalid/'));
  push('m');
  await waitUntil(() => events.retried.length > 0, 'a failure');
  expect(events.retried[0]).toMatchObject({ reason: 'dns' });
});

test('a connection that is reset in the middle of the body is repeated in full', async () => {
  const cut: Step = { fault: { resetAfterBytes: 64 * 1024 } };
  const receiver = await startReceiver([cut, cut, {}]);
  const queueConfig = { maxRequestBytes: 32 * 1024 * 1024, maxSamplesPerSend: 10_000 };
  const { offer, events, nextMs } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  const timestampMs = nextMs();
  const samples = Array.from({ length: 5000 }, (_, value) => {
    const labels = { i: String(value), noise: randomBytes(300).toString('base64') };
    return { name: 'big', labels, value, timestampMs };
  });
  expect(offer(encodeSamples(samples))).toBe('accepted');
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect(receiver.started).toBe(3);
  expect(receiver.delivered.length).toBe(5000);
  expect(events.retried.map(({ reason }) => reason)).toEqual(['connection_reset', 'connection_reset']);
});

test('two hundred resets leave no connection open', async () => {
  const receiver = await startReceiver([...Array(200).fill({ fault: 'reset-after-request' }), {}]);
  const { push, events } = startDelivery(backendConfig(receiver.url(), { queueConfig: { maxBackoff: 2 } }));
  push('m');
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect(receiver.requests.length).toBe(201);
  expect(receiver.openConnections).toBeLessThanOrEqual(1);
});

test.each(['never-answer', 'never-read'] as const)(
  'a backend that does "%s" costs remoteTimeout',
  async (fault) => {
    const receiver = await startReceiver([{ fault }, {}]);
    const clock = new FakeClock();
    const config = backendConfig(receiver.url(), { remoteTimeout: 10_000 });
    const { push, events } = startDelivery(config, { clock });
    expect(push('m')).toBe('accepted');
    clock.advance(5);
    await waitUntil(() => receiver.connections === 1, 'the connection');
    clock.advance(9999);
    expect(events.retried).toEqual([]);
    clock.advance(1);
    await waitUntil(() => events.retried.length === 1, 'the failure');
    const isSent = () => {
      clock.advance(1);
      return events.sent.length === 1;
    };
    await waitUntil(isSent, 'the delivery');
    const detail = 'no complete answer within 10000 ms';
    expect(events.retried).toMatchObject([{ reason: 'timeout', detail }]);
    expect(events.requests[0]).toBe(10_000);
    expect(receiver.connections).toBe(2);
  },
);

test('a TLS handshake that never ends costs remoteTimeout, and its connection is closed', async () => {
  const sockets: { destroyed: boolean }[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.resume().on('error', () => {}));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await waitUntil(() => server.listening, 'a listening server');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { push, events } = startDelivery(backendConfig(`https://127.0.0.1:${port}/`, { remoteTimeout: 50 }));
  push('m');
  await waitUntil(() => events.retried.length >= 3, 'three failures');
  expect(new Set(events.retried.map(({ reason }) => reason))).toEqual(new Set(['timeout']));
  await waitUntil(() => sockets.filter(({ destroyed }) => !destroyed).length <= 1, 'closed connections');
});

test('a full queue refuses whole pushes, and every accepted one arrives once', async () => {
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const receiver = await startReceiver([{ until: gate }]);
  const queueConfig = { maxQueueSize: 64 * 1024, maxSamplesPerSend: 500, shards: 2 };
  const { offer, delivery, events, nextMs } = startDelivery(backendConfig(receiver.url(), { queueConfig }));
  const results = Array.from({ length: 200 }, (_, i) => offer(encodeMany(`push_${i}`, 200, nextMs()), i));
  const accepted = results.flatMap((result, i) => (result === 'accepted' ? [`push_${i}`] : []));
  expect(new Set(results)).toEqual(new Set(['accepted', 'full']));
  const [reading] = delivery.readings();
  expect(reading?.bytes).toBeLessThanOrEqual(64 * 1024);
  expect(reading?.requestsInFlight).toBeLessThanOrEqual(2);
  open();
  await waitUntil(() => events.samplesSent === accepted.length * 200, 'all accepted samples');
  const names = receiver.delivered.map(({ labels }) => new Map(labels).get('__name__'));
  expect(names.length).toBe(accepted.length * 200);
  expect(new Set(names)).toEqual(new Set(accepted));
  expect(delivery.readings()[0]).toMatchObject({ bytes: 0, requestsInFlight: 0 });
});

test('a push larger than the whole queue is refused differently from one that comes too early', async () => {
  const receiver = await startReceiver();
  const { offer, nextMs } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { maxQueueSize: 1000 } }),
  );
  expect(offer(encodeMany('m', 100, nextMs()))).toBe('tooLarge');
  expect(receiver.connections).toBe(0);
});

test('a push that one of two backends has no room for is offered to neither', async () => {
  const small = await startReceiver([{ fault: 'never-answer' }]);
  const large = await startReceiver();
  const { offer, events, nextMs } = startDelivery([
    backendConfig(large.url(), { name: 'large' }),
    backendConfig(small.url(), { name: 'small', queueConfig: { maxQueueSize: 100 } }),
  ]);
  expect(offer(encodeMany('a', 2, nextMs()))).toBe('accepted');
  expect(offer(encodeMany('b', 2, nextMs()))).toBe('full');
  await waitUntil(() => events.sent.length === 1, 'the delivery to the large one');
  expect(large.delivered.length).toBe(2);
});
