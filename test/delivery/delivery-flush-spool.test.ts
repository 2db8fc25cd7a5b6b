// A flush with a spool: what waits for the disk, in memory and in the backlog is all waited for.
import { expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { QUICK, startSpooled, startSpooledWith } from '../support/spooled-delivery.ts';
import { waitUntil } from '../support/wait-until.ts';

const LONG = 3_600_000;
const SMALL = { ...QUICK, batchSendDeadline: LONG, maxQueueSize: 5000, maxSamplesPerSend: 50 };
const never = () => new AbortController().signal;

test('a disk that does not answer leaves the flush to its signal, and its pushes count', async () => {
  const { push, spool, delivery } = await startSpooled();
  spool.isAutomatic = false;
  push('a');
  const abort = new AbortController();
  const flushed = delivery.flush(abort.signal);
  push('after');
  abort.abort();
  expect(await flushed).toEqual({ remainingSamples: 1 });
});

test('a flush counts what is left in the spool, and not what came after it began', async () => {
  const { pushMany, spool, delivery, events } = await startSpooled({
    config: { queueConfig: SMALL },
    script: [{ status: 503 }],
  });
  for (let i = 0; i < 100; i++) pushMany(i, 10);
  await waitUntil(() => spool.storedEnd > 20_000 && events.retried.length > 0, 'the spool');
  const abort = new AbortController();
  const flushed = delivery.flush(abort.signal);
  const { storedEnd } = spool;
  for (let i = 100; i < 110; i++) pushMany(i, 10);
  await waitUntil(() => spool.storedEnd > storedEnd, 'later pushes on disk');
  abort.abort();
  expect(await flushed).toEqual({ remainingSamples: 1000 });
});

test('records of an earlier run that were not read yet count as one sample', async () => {
  const first = await startSpooled({ script: [{ status: 503 }] });
  first.pushMany(0, 25);
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  await first.delivery.stop(AbortSignal.abort());
  const second = await startSpooled({ earlier: first.spool, readError: new Error('EIO') });
  expect(await second.delivery.flush(AbortSignal.abort())).toEqual({ remainingSamples: 1 });
});

test('a flush waits until a push is on disk and then until it is delivered', async () => {
  const { push, spool, receiver, delivery } = await startSpooled({
    config: { queueConfig: { batchSendDeadline: LONG } },
  });
  spool.isAutomatic = false;
  push('a');
  const flushed = delivery.flush(never());
  spool.sync();
  expect(await flushed).toEqual({ remainingSamples: 0 });
  expect(receiver.delivered).toHaveLength(1);
});

test('a flush waits for a push that the disk refused and that continues in memory', async () => {
  const { push, spool, receiver, delivery } = await startSpooled({
    config: { queueConfig: { batchSendDeadline: LONG } },
  });
  spool.isAutomatic = false;
  push('a');
  const flushed = delivery.flush(never());
  spool.fail('EIO');
  expect(await flushed).toEqual({ remainingSamples: 0 });
  expect(receiver.delivered).toHaveLength(1);
});

test('a flush waits for the backlog on disk without waiting for the batch deadline', async () => {
  const { pushMany, spool, receiver, delivery, events } = await startSpooled({
    config: { queueConfig: SMALL },
    script: [{ status: 503 }],
  });
  for (let i = 0; i < 103; i++) pushMany(i, 10);
  await waitUntil(() => spool.storedEnd > 20_000 && events.retried.length > 0, 'the spool');
  const flushed = delivery.flush(never());
  receiver.play({ status: 204 });
  expect(await flushed).toEqual({ remainingSamples: 0 });
  expect(receiver.delivered).toHaveLength(1030);
  expect(await delivery.flush(AbortSignal.abort())).toEqual({ remainingSamples: 0 });
});

test('a flush waits for what an earlier run left', async () => {
  const first = await startSpooled({ script: [{ status: 503 }] });
  first.pushMany(0, 25);
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  await first.delivery.stop(AbortSignal.abort());
  const queueConfig = { batchSendDeadline: LONG };
  const second = await startSpooled({ earlier: first.spool, config: { queueConfig } });
  second.pushMany(1, 10);
  expect(await second.delivery.flush(never())).toEqual({ remainingSamples: 0 });
  expect(second.receiver.delivered).toHaveLength(35);
});

test('a record that the disk lost does not hold up a flush', async () => {
  const { pushMany, spool, receiver, delivery, events } = await startSpooled({
    config: { queueConfig: SMALL },
    script: [{ status: 503 }],
  });
  for (let i = 0; i < 100; i++) pushMany(i, 10);
  await waitUntil(() => spool.storedEnd > 20_000 && events.retried.length > 0, 'the spool');
  const flushed = delivery.flush(never());
  spool.records.splice(90, 1);
  receiver.play({ status: 204 });
  expect(await flushed).toEqual({ remainingSamples: 0 });
  expect(receiver.delivered).toHaveLength(990);
});

test('nothing that was flushed is needed in the spool any more', async () => {
  const [one, two] = await Promise.all([startReceiver(), startReceiver()]);
  const { push, delivery, spool } = await startSpooledWith([
    backendConfig(one.url(), { name: 'one' }),
    backendConfig(two.url(), { name: 'two' }),
  ]);
  for (let i = 0; i < 20; i++) push(`m${i}`);
  expect(await delivery.flush(never())).toEqual({ remainingSamples: 0 });
  expect([one.delivered.length, two.delivered.length]).toEqual([20, 20]);
  expect(spool.released).toBe(spool.storedEnd);
});
