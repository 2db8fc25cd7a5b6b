import { expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { encodeMany, encodeSamples } from '../support/encode.ts';
import { relabelRule } from '../support/relabel-rule.ts';
import { nameOf, newWaiter, QUICK, startSpooled, startSpooledWith } from '../support/spooled-delivery.ts';
import { waitUntil } from '../support/wait-until.ts';

test('pushes that do not fit in memory are read back in order, and memory stays bounded', async () => {
  const { pushMany, receiver, delivery, spool } = await startSpooled({
    config: { queueConfig: { ...QUICK, maxQueueSize: 20_000, maxSamplesPerSend: 50 } },
    script: [{ status: 503 }],
  });
  for (let i = 0; i < 300; i++) pushMany(i, 10);
  await waitUntil(() => spool.storedEnd > 100_000, 'the spool');
  expect(delivery.readings()[0]!.bytes).toBeLessThan(25_000);
  receiver.play({ status: 204 });
  await waitUntil(() => receiver.delivered.length === 3000, 'all samples');
  expect(receiver.delivered.map(({ samples }) => samples[0]!.value)).toEqual(
    Array.from({ length: 3000 }, (_, i) => i),
  );
  await waitUntil(() => spool.released === spool.storedEnd, 'the release of the spool');
});

test('a lane that one push has filled does not read until it has room', async () => {
  const { pushMany, receiver, spool } = await startSpooled({
    config: { queueConfig: { ...QUICK, shards: 2, maxQueueSize: 20_000, batchSendDeadline: 200 } },
  });
  expect([pushMany(0, 400), pushMany(1, 400)]).toEqual(['accepted', 'accepted']);
  await waitUntil(() => receiver.delivered.length === 800, 'both pushes');
  expect(spool.reads).toBeLessThan(5);
});

test('a later run continues where this one ended, even in the middle of a push', async () => {
  const first = await startSpooled({
    config: { queueConfig: { ...QUICK, maxSamplesPerSend: 10 } },
    script: [{ status: 204 }, { status: 204 }, { status: 503 }],
  });
  first.pushMany(0, 45);
  await waitUntil(() => first.events.sent.length === 2, 'the answers to two blocks');
  expect(await first.delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 0 });
  expect(first.events.dropped).toEqual([]);
  const second = await startSpooled({ earlier: first.spool });
  await waitUntil(() => second.receiver.delivered.length === 25, 'the rest');
  expect(second.receiver.delivered.map(({ samples }) => samples[0]!.value)).toEqual(
    Array.from({ length: 25 }, (_, i) => 20 + i),
  );
});

test('a push that was delivered in part is delivered as a whole if the rules of its backend changed', async () => {
  const first = await startSpooled({
    config: { queueConfig: { ...QUICK, maxSamplesPerSend: 10 } },
    script: [{ status: 204 }, { status: 204 }, { status: 503 }],
  });
  first.pushMany(0, 45);
  await waitUntil(() => first.events.sent.length === 2, 'the answers to two blocks');
  await first.delivery.stop(AbortSignal.abort());
  const writeRelabelConfigs = [relabelRule({ action: 'drop', sourceLabels: ['i'], regex: '.' })];
  const second = await startSpooled({
    earlier: first.spool,
    config: { queueConfig: QUICK, writeRelabelConfigs },
  });
  await waitUntil(() => second.receiver.delivered.length === 35, 'all that the rules leave');
});

test('pushes in memory wait for earlier ones that are still on disk, and go before later ones', async () => {
  const { delivery, push, pushNamed, receiver, spool } = await startSpooled({
    config: { queueConfig: { ...QUICK, maxQueueSize: 2000, maxSamplesPerSend: 10, shards: 1 } },
    script: [{ status: 503 }],
  });
  for (let i = 0; i < 20; i++) pushNamed(`stored${i}`, 10, 0);
  await waitUntil(() => spool.storedEnd > 5000, 'the spool');
  spool.trouble = 'Cannot write';
  expect(push('unstored')).toBe('accepted');
  spool.trouble = undefined;
  expect(push('later')).toBe('accepted');
  await waitUntil(() => spool.records.at(-1)?.end === spool.storedEnd, 'the later push');
  // Most of what is in the spool is not in memory.
  expect(delivery.readings()[0]!.bytes).toBeLessThan(spool.storedEnd / 2);
  receiver.play({ status: 204 });
  await waitUntil(() => receiver.delivered.length === 202, 'all');
  expect(receiver.delivered.slice(-3).map(nameOf)).toEqual(['stored19', 'unstored', 'later']);
});

test('a read that fails is logged and tried again', async () => {
  const first = await startSpooled({ script: [{ status: 503 }] });
  first.push('m');
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  await first.delivery.stop(AbortSignal.abort());
  const second = await startSpooled({ earlier: first.spool, readError: new Error('EIO: i/o error, read') });
  await waitUntil(() => second.events.spoolTroubles.length === 1, 'the trouble');
  expect(second.events.spoolTroubles).toEqual([{ backend: 'primary', detail: 'EIO: i/o error, read' }]);
  const trouble = 'Backend primary waits for what the spool has of its pushes: EIO: i/o error, read';
  expect(second.delivery.troubles()).toEqual([trouble]);
  second.spool.readError = undefined;
  await waitUntil(() => second.receiver.delivered.length === 1, 'the sample');
  expect(second.delivery.troubles()).toEqual([]);
});

test('what cannot be read at the start is delivered when it can', async () => {
  const first = await startSpooled({ script: [{ status: 503 }] });
  first.push('early');
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  await first.delivery.stop(AbortSignal.abort());
  const second = await startSpooled();
  second.spool.trouble = 'Cannot read';
  second.push('late');
  await waitUntil(() => second.receiver.delivered.length === 1, 'the push in memory');
  second.spool.trouble = undefined;
  second.spool.load(first.spool);
  await waitUntil(() => second.receiver.delivered.length === 2, 'the push of the earlier run');
  expect(second.receiver.delivered.map(nameOf)).toEqual(['late', 'early']);
});

test('each backend has its own position in the spool', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { push, spool } = await startSpooledWith([
    backendConfig(quick.url(), { name: 'quick' }),
    backendConfig(away.url(), { name: 'away', queueConfig: QUICK }),
  ]);
  for (let i = 0; i < 20; i++) push(`m${i}`);
  await waitUntil(() => quick.delivered.length === 20, 'the first backend');
  expect(spool.released).toBe(0);
  away.play({ status: 204 });
  await waitUntil(() => away.delivered.length === 20, 'the second backend');
  await waitUntil(() => spool.released === spool.storedEnd, 'the release');
});

test('a backend that is not required gives up what it has in a full spool', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { pushMany, spool, events } = await startSpooledWith([
    backendConfig(quick.url(), { name: 'quick' }),
    backendConfig(away.url(), {
      name: 'away',
      required: false,
      queueConfig: { ...QUICK, maxQueueSize: 1000, maxSamplesPerSend: 5 },
    }),
  ]);
  for (let i = 0; i < 40; i++) pushMany(i, 10);
  const sent = () => events.sent.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  await waitUntil(() => sent() === 400, 'the answers of the required backend');
  expect(spool.released).toBe(0);
  spool.isFull = true;
  expect(pushMany(40, 10)).toBe('spoolFull');
  await waitUntil(() => spool.released === spool.storedEnd, 'the release');
  const dropped = events.dropped.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  expect(events.dropped).toMatchObject([{ backend: 'away', reason: 'spool_full' }]);
  away.play({ status: 204 });
  await waitUntil(() => away.delivered.length === 400 - dropped, 'what was in memory');
  spool.isFull = false;
  pushMany(41, 10);
  await waitUntil(() => away.delivered.length === 410 - dropped, 'the next push');
});

test('samples that rules remove are counted, also of pushes that a backend gives up', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { pushMany, spool, events } = await startSpooledWith([
    backendConfig(quick.url(), { name: 'quick' }),
    backendConfig(away.url(), {
      name: 'away',
      required: false,
      queueConfig: { ...QUICK, maxQueueSize: 1000, maxSamplesPerSend: 5 },
      writeRelabelConfigs: [relabelRule({ action: 'drop', sourceLabels: ['i'], regex: '[0-3]' })],
    }),
  ]);
  for (let i = 0; i < 40; i++) pushMany(i, 10);
  const sent = () => events.sent.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  await waitUntil(() => sent() === 400, 'the answers of the required backend');
  spool.isFull = true;
  expect(pushMany(40, 10)).toBe('spoolFull');
  await waitUntil(() => events.dropped.length === 1, 'the drop');
  away.play({ status: 204 });
  const dropped = events.dropped[0]!.sampleCount;
  await waitUntil(() => away.delivered.length === 240 - dropped, 'what was in memory');
  expect(events.relabelDrops.reduce((sum, { drops }) => sum + drops.rule, 0)).toBe(160);
});

test('a lane without any room reads nothing until it has some', async () => {
  const { push, receiver, delivery, spool } = await startSpooled({
    config: { queueConfig: { ...QUICK, maxQueueSize: 5000, maxSamplesPerSend: 20 } },
    script: [{ status: 503 }],
  });
  // Each takes more room once it is sealed, with the push that waits for it, than before.
  for (let i = 0; i < 40; i++) push('m', newWaiter('delivered'));
  await waitUntil(() => delivery.readings()[0]!.bytes > 5000, 'a lane over its share');
  push('m', newWaiter('delivered'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(spool.reads).toBeLessThan(5);
  receiver.play({ status: 204 });
  await waitUntil(() => receiver.delivered.length === 41, 'all');
});

test('metadata without samples takes no room', async () => {
  const { offer, receiver, delivery } = await startSpooled({
    config: { queueConfig: { maxQueueSize: 10_000 } },
  });
  offer(encodeSamples([], [{ family: 'm', type: 1, help: 'x'.repeat(5000) }]));
  offer(encodeMany('m', 200, 1));
  await waitUntil(() => receiver.delivered.length === 200, 'the push');
  await waitUntil(() => delivery.readings()[0]!.bytes === 0, 'an empty queue');
});

test('a disk that is slow for a moment loses no push for a backend that is not required', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { push, spool, events } = await startSpooledWith([
    backendConfig(quick.url(), { name: 'quick' }),
    backendConfig(away.url(), {
      name: 'away',
      required: false,
      queueConfig: { ...QUICK, maxQueueSize: 1000 },
    }),
  ]);
  for (let i = 0; i < 100; i++) push(`m${i}`);
  await waitUntil(() => quick.delivered.length === 100, 'the required backend');
  spool.isBusy = true;
  expect(push('refused')).toBe('spoolFull');
  spool.isBusy = false;
  away.play({ status: 204 });
  await waitUntil(() => away.delivered.length === 100, 'the other backend');
  expect(events.dropped).toEqual([]);
});
