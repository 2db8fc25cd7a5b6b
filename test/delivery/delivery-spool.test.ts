import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { encodeSamples } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { relabelRule } from '../support/relabel-rule.ts';
import { nameOf, newWaiter, QUICK, startSpooled, startSpooledWith } from '../support/spooled-delivery.ts';
import { waitUntil } from '../support/wait-until.ts';

test('a push is not sent before it is on disk', async () => {
  const { push, spool, receiver } = await startSpooled();
  spool.isAutomatic = false;
  expect(push('m')).toBe('accepted');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(receiver.requests).toHaveLength(0);
  spool.sync();
  await waitUntil(() => receiver.delivered.length === 1, 'the sample');
});

test('a push that waits to be stored hears of it, and of its end', async () => {
  const { push, spool } = await startSpooled();
  spool.isAutomatic = false;
  const waiter = newWaiter('stored');
  push('m', waiter);
  expect(waiter.heard).toEqual([]);
  spool.sync();
  await waitUntil(() => waiter.heard.length === 2, 'the end');
  expect(waiter.heard).toEqual(['stored', { kind: 'reached' }]);
});

test('a push that waits for delivery is stored first', async () => {
  const { push } = await startSpooled();
  const waiter = newWaiter('delivered');
  push('m', waiter);
  await waitUntil(() => waiter.heard.length === 2, 'the end');
  expect(waiter.heard).toEqual(['stored', { kind: 'reached' }]);
});

test('a push that waits to be stored is not sent if the disk fails, and a queued one continues in memory', async () => {
  const { push, spool, receiver } = await startSpooled();
  spool.isAutomatic = false;
  const waiter = newWaiter('stored');
  push('stored', waiter);
  push('queued');
  spool.fail('EIO');
  await waitUntil(() => receiver.delivered.length === 1 && waiter.heard.length === 1, 'the queued push');
  expect(waiter.heard).toEqual([{ kind: 'notStored', detail: 'EIO' }]);
  expect(receiver.delivered.map(nameOf)).toEqual(['queued']);
});

test('pushes that wait to be stored are refused while the disk fails, and queued ones continue in memory', async () => {
  const { push, spool, receiver, delivery } = await startSpooled();
  spool.trouble = 'Cannot write';
  expect(push('a', newWaiter('stored'))).toBe('spoolUnusable');
  expect(push('b', newWaiter('delivered'))).toBe('spoolUnusable');
  expect(push('c')).toBe('accepted');
  expect(delivery.troubles()).toEqual(['Cannot write']);
  await waitUntil(() => receiver.delivered.length === 1, 'the queued push');
  spool.trouble = undefined;
  expect(push('d', newWaiter('stored'))).toBe('accepted');
  await waitUntil(() => receiver.delivered.length === 2, 'the stored push');
});

test('a full spool refuses every push', async () => {
  const { push, spool } = await startSpooled();
  spool.isFull = true;
  expect(push('a', newWaiter('stored'))).toBe('spoolFull');
  expect(push('b')).toBe('spoolFull');
});

test('a push larger than the spool is refused for good', async () => {
  const { push, spool } = await startSpooled();
  spool.maxBytes = 10;
  expect(push('a', newWaiter('stored'))).toBe('spoolTooSmall');
  expect(push('b')).toBe('spoolTooSmall');
});

test('a push in memory does not overtake one that is on its way to the disk', async () => {
  const { push, spool, receiver } = await startSpooled();
  spool.isAutomatic = false;
  push('m1');
  spool.trouble = 'Cannot write';
  push('m2');
  spool.sync();
  await waitUntil(() => receiver.delivered.length === 2, 'both');
  expect(receiver.delivered.map(nameOf)).toEqual(['m1', 'm2']);
});

test('a push that a stop leaves in memory only is lost, and counted', async () => {
  const { push, spool, delivery, events } = await startSpooled({ script: [{ status: 503 }] });
  push('on_disk');
  await waitUntil(() => events.retried.length > 0, 'a retry');
  spool.trouble = 'Cannot write';
  push('in_memory');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});

test('a push in memory is counted as lost after a stored one from which rules remove everything', async () => {
  const writeRelabelConfigs = [relabelRule({ action: 'drop', sourceLabels: ['__name__'], regex: 'debug' })];
  const { push, spool, delivery, events } = await startSpooled({ config: { writeRelabelConfigs } });
  push('debug');
  await waitUntil(() => events.relabelDrops.length === 1, 'the stored push');
  spool.trouble = 'Cannot write';
  push('m');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});

test('a push that the disk has not answered for does not hold up pushes that need no disk', async () => {
  const { push, spool, receiver } = await startSpooled();
  spool.isAutomatic = false;
  const waiter = newWaiter('stored');
  push('in_doubt', waiter);
  push('queued');
  spool.trouble = 'Cannot write';
  push('in_memory');
  await waitUntil(() => receiver.delivered.length === 2, 'both');
  expect(receiver.delivered.map(nameOf)).toEqual(['queued', 'in_memory']);
  expect(waiter.heard).toEqual([]);
  spool.fail('EIO');
  await waitUntil(() => waiter.heard.length === 1, 'the end');
  expect(waiter.heard).toEqual([{ kind: 'notStored', detail: 'EIO' }]);
  expect(receiver.delivered).toHaveLength(2);
});

test('a disk that never answers does not hold up a stop without end', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver();
  const { delivery, spool } = await startSpooledWith([backendConfig(receiver.url())], { clock });
  spool.close = () => new Promise(() => undefined);
  const stopped = delivery.stop(AbortSignal.abort());
  await waitUntil(() => clock.pendingTimers === 1, 'the grace');
  clock.advance(2000);
  expect(await stopped).toEqual({ lostSamples: 0 });
});

test('a stop leaves pushes in the spool even if a series after them is too large to be sent', async () => {
  const first = await startSpooled({
    config: { queueConfig: { ...QUICK, maxRequestBytes: 500 } },
    script: [{ status: 503 }],
  });
  first.push('m');
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  first.push(`large_${randomBytes(1000).toString('hex')}`);
  const end = first.spool.storedEnd;
  await waitUntil(() => first.spool.storedEnd > end, 'the large one');
  expect(await first.delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 0 });
  const second = await startSpooled({ earlier: first.spool });
  await waitUntil(() => second.receiver.delivered.length > 0, 'the first push');
  expect(nameOf(second.receiver.delivered[0]!)).toBe('m');
});

test('a stop leaves pushes in the spool even if a push is synced after them', async () => {
  const { push, spool, events, delivery } = await startSpooled({ script: [{ status: 503 }] });
  push('m');
  await waitUntil(() => events.retried.length > 0, 'a retry');
  spool.isAutomatic = false;
  push('late');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 0 });
  expect(spool.released).toBe(0);
});

test('a push that the disk refuses at the end of a stop is counted as lost', async () => {
  const { push, spool, delivery } = await startSpooled();
  spool.isAutomatic = false;
  push('m');
  spool.close = async () => spool.fail('EIO');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});

test('a push in memory is counted as lost at a stop even if metadata in the spool came before it', async () => {
  const { offer, push, spool, delivery } = await startSpooled({ script: [{ status: 503 }] });
  offer(encodeSamples([], [{ family: 'm', type: 1, help: 'x' }]));
  await waitUntil(() => spool.storedEnd > 0, 'the metadata');
  spool.trouble = 'Cannot write';
  push('m');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});
