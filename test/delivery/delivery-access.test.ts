// A backend that refuses access (401, 403, 404): nothing is dropped, and delivery continues once that is corrected.
import { renameSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accessBackoffMs } from '../../src/delivery/send/retry-sender.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

/** The shortest waits. */
const random = () => 0;

test.each([401, 403, 404])('%i is repeated until it works, and order is kept', async (status) => {
  const refusal = { status, body: 'not you' };
  const receiver = await startReceiver([refusal, refusal, refusal, {}]);
  const { push, events, delivery } = startDelivery(backendConfig(receiver.url()), { random });
  push('m', 1);
  await waitUntil(() => events.access.length === 1, 'the refusal');
  push('m', 2);
  await waitUntil(() => events.samplesSent === 2, 'both');
  expect(receiver.deliveredValues).toEqual([1, 2]);
  expect(events.retried.map(({ reason }) => reason)).toEqual(Array(3).fill(`status_${status}`));
  expect(events.access).toEqual([`status_${status}`, 'granted']);
  expect(events.dropped).toEqual([]);
  expect(delivery.troubles()).toEqual([]);
});

test('401 ends once the credentials file is rewritten', async () => {
  const folder = new TemporaryFolder();
  const credentialsFile = folder.write('token', 'old');
  const receiver = await startReceiver([{ status: 401 }]);
  const config = backendConfig(receiver.url(), { authorization: { type: 'Bearer', credentialsFile } });
  const { push, events, delivery } = startDelivery(config, { random });
  push('m');
  await waitUntil(() => receiver.requests.length >= 3, 'three refusals');
  expect(delivery.troubles()).toEqual([
    'Backend primary answers 401: it refuses our credentials. What is pushed waits.',
  ]);
  const tokens = () => receiver.requests.map(({ headers }) => new Map(headers).get('authorization'));
  expect(new Set(tokens())).toEqual(new Set(['Bearer old']));
  renameSync(folder.write('new', 'new'), credentialsFile);
  await waitUntil(() => tokens().includes('Bearer new'), 'the new token');
  receiver.play({});
  await waitUntil(() => events.sent.length === 1, 'the delivery');
  expect(receiver.delivered.length).toBe(1);
});

test('404 without retryOnNotFound drops the block', async () => {
  const receiver = await startReceiver([{ status: 404, body: 'nothing here' }, {}]);
  const { push, events } = startDelivery(
    backendConfig(receiver.url(), { queueConfig: { retryOnNotFound: false } }),
  );
  push('a');
  await waitUntil(() => events.dropped.length === 1, 'the drop');
  expect(events.dropped).toMatchObject([{ reason: 'status_404', detail: 'nothing here', sampleCount: 1 }]);
  expect(events.access).toEqual([]);
});

test('404 is reported as a wrong path', async () => {
  const receiver = await startReceiver([{ status: 404 }]);
  const { push, events, delivery } = startDelivery(backendConfig(receiver.url()));
  push('a');
  await waitUntil(() => events.access.length === 1, 'the refusal');
  expect(delivery.troubles()).toEqual([
    'Backend primary answers 404: it does not know the path of its URL. What is pushed waits.',
  ]);
});

test('a refusal of the block itself shows that access is granted, a redirect does not', async () => {
  const receiver = await startReceiver([
    { status: 403 },
    { status: 302, headers: [['location', 'https://login.test/']] },
    { status: 400 },
  ]);
  const { push, events } = startDelivery(backendConfig(receiver.url()), { random });
  push('a');
  await waitUntil(() => events.dropped.length === 1, 'the redirect');
  expect(events.access).toEqual(['status_403']);
  push('b');
  await waitUntil(() => events.dropped.length === 2, 'the refusal');
  expect(events.access).toEqual(['status_403', 'granted']);
});

test('a backend that refuses access is tried at least every minute, until samples are too old', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver([{ status: 401 }]);
  const queueConfig = { minBackoff: 30, maxBackoff: 5000, sampleAgeLimit: 600_000, batchSendDeadline: 0 };
  const { push, events } = startDelivery(backendConfig(receiver.url(), { queueConfig }), {
    clock,
    random: () => 1,
  });
  push('a');
  clock.advance(0);
  for (let failures = 1; events.dropped.length === 0; failures++) {
    await waitUntil(() => events.retried.length === failures, 'another failure');
    await waitUntil(() => clock.pendingTimers === 1, 'the backoff');
    clock.advance(events.retried.at(-1)?.delayMs ?? 0);
    await waitUntil(() => receiver.requests.length > failures || events.dropped.length > 0, 'what follows');
  }
  const delays = events.retried.map(({ delayMs }) => delayMs);
  expect(delays.slice(0, 13)).toEqual([
    30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 30_720, 60_000, 60_000,
  ]);
  expect(Math.max(...delays)).toBe(60_000);
  expect(events.dropped).toMatchObject([{ reason: 'too_old', sampleCount: 1 }]);
  expect(events.access).toEqual(['status_401']);
});

test('the longest wait is never below maxBackoff', () => {
  const config = { minBackoff: 30, maxBackoff: 300_000, maxRetryAfter: 1 };
  expect(accessBackoffMs(50, config, () => 1)).toBe(300_000);
});

test('a backend that refuses access holds back no other', async () => {
  const closed = await startReceiver([{ status: 401 }]);
  const open = await startReceiver();
  const { push, delivery } = startDelivery([
    backendConfig(closed.url(), { name: 'closed' }),
    backendConfig(open.url(), { name: 'open' }),
  ]);
  push('a');
  await waitUntil(() => open.delivered.length === 1 && closed.requests.length > 1, 'both backends');
  expect(delivery.troubles()).toEqual([
    'Backend closed answers 401: it refuses our credentials. What is pushed waits.',
  ]);
});
