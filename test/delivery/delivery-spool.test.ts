import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { BackendConfig } from '../../src/config/config.ts';
import { Delivery } from '../../src/delivery/delivery.ts';
import type { PushEnd, PushWaiter } from '../../src/delivery/offered-push.ts';
import { type Clock, systemClock } from '../../src/telemetry/clock.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { encodeMany, encodeSamples } from '../support/encode.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemorySpool } from '../support/memory-spool.ts';
import { RecordedEvents } from '../support/recorded-events.ts';
import { relabelRule } from '../support/relabel-rule.ts';
import { waitUntil } from '../support/wait-until.ts';

const QUICK = { minBackoff: 1, maxBackoff: 5 };

test('a push goes nowhere before it is on disk', async () => {
  const { push, spool, receiver } = await start();
  spool.isAutomatic = false;
  expect(push('m')).toBe('accepted');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(receiver.requests).toHaveLength(0);
  spool.sync();
  await waitUntil(() => receiver.delivered.length === 1, 'the sample');
});

test('a push that waits to be stored hears of it, and of its end', async () => {
  const { push, spool } = await start();
  spool.isAutomatic = false;
  const waiter = newWaiter('stored');
  push('m', waiter);
  expect(waiter.heard).toEqual([]);
  spool.sync();
  await waitUntil(() => waiter.heard.length === 2, 'the end');
  expect(waiter.heard).toEqual(['stored', { kind: 'reached' }]);
});

test('a push that waits for delivery is stored first', async () => {
  const { push } = await start();
  const waiter = newWaiter('delivered');
  push('m', waiter);
  await waitUntil(() => waiter.heard.length === 2, 'the end');
  expect(waiter.heard).toEqual(['stored', { kind: 'reached' }]);
});

test('nothing of a stored push goes anywhere where the disk fails; a queued one goes on in memory', async () => {
  const { push, spool, receiver } = await start();
  spool.isAutomatic = false;
  const waiter = newWaiter('stored');
  push('stored', waiter);
  push('queued');
  spool.fail('EIO');
  await waitUntil(() => receiver.delivered.length === 1 && waiter.heard.length === 1, 'the queued push');
  expect(waiter.heard).toEqual([{ kind: 'notStored', detail: 'EIO' }]);
  expect(receiver.delivered.map(nameOf)).toEqual(['queued']);
});

test('while the disk takes nothing, stored pushes are refused and queued ones go on in memory', async () => {
  const { push, spool, receiver, delivery } = await start();
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
  const { push, spool } = await start();
  spool.isFull = true;
  expect(push('a', newWaiter('stored'))).toBe('spoolFull');
  expect(push('b')).toBe('spoolFull');
});

test('a push larger than the spool is not told to come again', async () => {
  const { push, spool } = await start();
  spool.maxBytes = 10;
  expect(push('a', newWaiter('stored'))).toBe('spoolTooSmall');
  expect(push('b')).toBe('spoolTooSmall');
});

test('a push in memory does not overtake one that is on its way to the disk', async () => {
  const { push, spool, receiver } = await start();
  spool.isAutomatic = false;
  push('m1');
  spool.trouble = 'Cannot write';
  push('m2');
  spool.sync();
  await waitUntil(() => receiver.delivered.length === 2, 'both');
  expect(receiver.delivered.map(nameOf)).toEqual(['m1', 'm2']);
});

test('what does not fit the memory is read back in order, and memory stays bounded', async () => {
  const { pushMany, receiver, delivery, spool } = await start({
    config: { queueConfig: { ...QUICK, maxQueueSize: 20_000, maxSamplesPerSend: 50 } },
    script: [{ status: 503 }],
  });
  for (let i = 0; i < 300; i++) pushMany(i, 10);
  await waitUntil(() => spool.syncedEnd > 100_000, 'the spool');
  expect(delivery.readings()[0]!.bytes).toBeLessThan(25_000);
  receiver.play({ status: 204 });
  await waitUntil(() => receiver.delivered.length === 3000, 'all samples');
  expect(receiver.delivered.map(({ samples }) => samples[0]!.value)).toEqual(
    Array.from({ length: 3000 }, (_, i) => i),
  );
  await waitUntil(() => spool.released === spool.syncedEnd, 'the release of the spool');
});

test('a lane that one push has filled to the brim does not read until it has room', async () => {
  const { pushMany, receiver, spool } = await start({
    config: { queueConfig: { ...QUICK, shards: 2, maxQueueSize: 20_000, batchSendDeadline: 200 } },
  });
  expect([pushMany(0, 400), pushMany(1, 400)]).toEqual(['accepted', 'accepted']);
  await waitUntil(() => receiver.delivered.length === 800, 'both pushes');
  expect(spool.reads).toBeLessThan(5);
});

test('a later run goes on where this one ended, in the middle of a push too', async () => {
  const first = await start({
    config: { queueConfig: { ...QUICK, maxSamplesPerSend: 10 } },
    script: [{ status: 204 }, { status: 204 }, { status: 503 }],
  });
  first.pushMany(0, 45);
  await waitUntil(() => first.events.sent.length === 2, 'the answers to two blocks');
  expect(await first.delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 0 });
  expect(first.events.dropped).toEqual([]);
  const second = await start({ earlier: first.spool });
  await waitUntil(() => second.receiver.delivered.length === 25, 'the rest');
  expect(second.receiver.delivered.map(({ samples }) => samples[0]!.value)).toEqual(
    Array.from({ length: 25 }, (_, i) => 20 + i),
  );
});

test('a push that was delivered in part is delivered as a whole where its backend has other rules now', async () => {
  const first = await start({
    config: { queueConfig: { ...QUICK, maxSamplesPerSend: 10 } },
    script: [{ status: 204 }, { status: 204 }, { status: 503 }],
  });
  first.pushMany(0, 45);
  await waitUntil(() => first.events.sent.length === 2, 'the answers to two blocks');
  await first.delivery.stop(AbortSignal.abort());
  const writeRelabelConfigs = [relabelRule({ action: 'drop', sourceLabels: ['i'], regex: '.' })];
  const second = await start({ earlier: first.spool, config: { queueConfig: QUICK, writeRelabelConfigs } });
  await waitUntil(() => second.receiver.delivered.length === 35, 'all that the rules leave');
});

test('what a stop leaves in memory alone is lost, and counted', async () => {
  const { push, spool, delivery, events } = await start({ script: [{ status: 503 }] });
  push('on_disk');
  await waitUntil(() => events.retried.length > 0, 'a retry');
  spool.trouble = 'Cannot write';
  push('in_memory');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});

test('a push in memory is counted as lost behind a stored one of which rules leave nothing', async () => {
  const writeRelabelConfigs = [relabelRule({ action: 'drop', sourceLabels: ['__name__'], regex: 'debug' })];
  const { push, spool, delivery, events } = await start({ config: { writeRelabelConfigs } });
  push('debug');
  await waitUntil(() => events.relabelDrops.length === 1, 'the stored push');
  spool.trouble = 'Cannot write';
  push('m');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});

test('pushes in memory wait behind those that are still on disk', async () => {
  const { pushMany, push, receiver, spool } = await start({
    config: { queueConfig: { ...QUICK, maxQueueSize: 5000, maxSamplesPerSend: 50 } },
    script: [{ status: 503 }],
  });
  for (let i = 0; i < 20; i++) pushMany(i, 10);
  await waitUntil(() => spool.syncedEnd > 5000, 'the spool');
  spool.trouble = 'Cannot write';
  expect(push('last')).toBe('accepted');
  receiver.play({ status: 204 });
  await waitUntil(() => receiver.delivered.length === 201, 'all');
  expect(nameOf(receiver.delivered.at(-1)!)).toBe('last');
});

test('a reading that fails is told and tried again', async () => {
  const first = await start({ script: [{ status: 503 }] });
  first.push('m');
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  await first.delivery.stop(AbortSignal.abort());
  const second = await start({ earlier: first.spool, readError: new Error('EIO: i/o error, read') });
  await waitUntil(() => second.events.spoolTroubles.length === 1, 'the trouble');
  expect(second.events.spoolTroubles).toEqual([{ backend: 'primary', detail: 'EIO: i/o error, read' }]);
  const trouble = 'Backend primary waits for what the spool has of its pushes: EIO: i/o error, read';
  expect(second.delivery.troubles()).toEqual([trouble]);
  second.spool.readError = undefined;
  await waitUntil(() => second.receiver.delivered.length === 1, 'the sample');
  expect(second.delivery.troubles()).toEqual([]);
});

test('what cannot be read at the start is delivered when it can', async () => {
  const first = await start({ script: [{ status: 503 }] });
  first.push('early');
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  await first.delivery.stop(AbortSignal.abort());
  const second = await start();
  second.spool.trouble = 'Cannot read';
  second.push('late');
  await waitUntil(() => second.receiver.delivered.length === 1, 'the push in memory');
  second.spool.trouble = undefined;
  second.spool.load(first.spool);
  await waitUntil(() => second.receiver.delivered.length === 2, 'the push of the earlier run');
  expect(second.receiver.delivered.map(nameOf)).toEqual(['late', 'early']);
});

test('a push in doubt does not hold up those that need no disk', async () => {
  const { push, spool, receiver } = await start();
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

test('a disk that never answers does not hold up a stop for ever', async () => {
  const clock = new FakeClock();
  const receiver = await startReceiver();
  const { delivery, spool } = await startWith([backendConfig(receiver.url())], { clock });
  spool.close = () => new Promise(() => undefined);
  const stopped = delivery.stop(AbortSignal.abort());
  await waitUntil(() => clock.pendingTimers === 1, 'the grace');
  clock.advance(2000);
  expect(await stopped).toEqual({ lostSamples: 0 });
});

test('two backends stand in the spool each by itself', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { push, spool } = await startWith([
    backendConfig(quick.url(), { name: 'quick' }),
    backendConfig(away.url(), { name: 'away', queueConfig: QUICK }),
  ]);
  for (let i = 0; i < 20; i++) push(`m${i}`);
  await waitUntil(() => quick.delivered.length === 20, 'the first backend');
  expect(spool.released).toBe(0);
  away.play({ status: 204 });
  await waitUntil(() => away.delivered.length === 20, 'the second backend');
  await waitUntil(() => spool.released === spool.syncedEnd, 'the release');
});

test('a backend that is not required lets go of what it keeps the full spool from giving back', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { pushMany, spool, events } = await startWith([
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
  await waitUntil(() => spool.released === spool.syncedEnd, 'the release');
  const dropped = events.dropped.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  expect(events.dropped).toMatchObject([{ backend: 'away', reason: 'spool_full' }]);
  away.play({ status: 204 });
  await waitUntil(() => away.delivered.length === 400 - dropped, 'what was in memory');
  spool.isFull = false;
  pushMany(41, 10);
  await waitUntil(() => away.delivered.length === 410 - dropped, 'the next push');
});

test('what rules take out of pushes that a backend lets go of is counted as well', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { pushMany, spool, events } = await startWith([
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

test('a lane without any room waits for some, and reads nothing meanwhile', async () => {
  const { push, receiver, delivery, spool } = await start({
    config: { queueConfig: { ...QUICK, maxQueueSize: 5000, maxSamplesPerSend: 20 } },
    script: [{ status: 503 }],
  });
  // Each costs more once it is sealed, with whoever waits for it, than before.
  for (let i = 0; i < 40; i++) push('m', newWaiter('delivered'));
  await waitUntil(() => delivery.readings()[0]!.bytes > 5000, 'a lane over its share');
  push('m', newWaiter('delivered'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(spool.reads).toBeLessThan(5);
  receiver.play({ status: 204 });
  await waitUntil(() => receiver.delivered.length === 41, 'all');
});

test('what a stop leaves in the spool stays there though a series behind it is too large to be sent', async () => {
  const first = await start({
    config: { queueConfig: { ...QUICK, maxRequestBytes: 500 } },
    script: [{ status: 503 }],
  });
  first.push('m');
  await waitUntil(() => first.events.retried.length > 0, 'a retry');
  first.push(`large_${randomBytes(1000).toString('hex')}`);
  const end = first.spool.syncedEnd;
  await waitUntil(() => first.spool.syncedEnd > end, 'the large one');
  expect(await first.delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 0 });
  const second = await start({ earlier: first.spool });
  await waitUntil(() => second.receiver.delivered.length > 0, 'the first push');
  expect(nameOf(second.receiver.delivered[0]!)).toBe('m');
});

test('what a stop leaves in the spool is not given back, though a push is synced after it', async () => {
  const { push, spool, events, delivery } = await start({ script: [{ status: 503 }] });
  push('m');
  await waitUntil(() => events.retried.length > 0, 'a retry');
  spool.isAutomatic = false;
  push('late');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 0 });
  expect(spool.released).toBe(0);
});

test('what the disk refuses at the end of a stop is counted as lost', async () => {
  const { push, spool, delivery } = await start();
  spool.isAutomatic = false;
  push('m');
  spool.close = async () => spool.fail('EIO');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});

test('metadata without samples takes no room', async () => {
  const { offer, receiver, delivery } = await start({ config: { queueConfig: { maxQueueSize: 10_000 } } });
  offer(encodeSamples([], [{ family: 'm', type: 1, help: 'x'.repeat(5000) }]));
  offer(encodeMany('m', 200, 1));
  await waitUntil(() => receiver.delivered.length === 200, 'the push');
  await waitUntil(() => delivery.readings()[0]!.bytes === 0, 'an empty queue');
});

test('a push in memory is counted as lost at a stop though metadata in the spool came before it', async () => {
  const { offer, push, spool, delivery } = await start({ script: [{ status: 503 }] });
  offer(encodeSamples([], [{ family: 'm', type: 1, help: 'x' }]));
  await waitUntil(() => spool.syncedEnd > 0, 'the metadata');
  spool.trouble = 'Cannot write';
  push('m');
  expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
});

test('a disk that is slow for a moment takes nothing from a backend that is not required', async () => {
  const [quick, away] = await Promise.all([startReceiver(), startReceiver([{ status: 503 }])]);
  const { push, spool, events } = await startWith([
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

test('however pushes, syncs, failures, outages and restarts fall, what was stored arrives once and in order', async () => {
  const step = fc.constantFrom(
    'push',
    'push',
    'push',
    'big',
    'sync',
    'fail',
    'up',
    'down',
    'restart',
    'turn',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const receiver = await startReceiver([{}], { allowsRepeats: true });
      const config = backendConfig(receiver.url(), {
        queueConfig: { ...QUICK, maxQueueSize: 3000, maxSamplesPerSend: 7, shards: 2 },
      });
      let run = await startWith([config]);
      run.spool.isAutomatic = false;
      const waiters: { name: string; samples: number; waiter: HeardWaiter }[] = [];
      for (const [i, what] of steps.entries()) {
        if (what === 'push' || what === 'big') {
          const samples = what === 'big' ? 20 : 1;
          const waiter = newWaiter('stored');
          if (run.pushNamed(`m${i}`, samples, i % 2, waiter) === 'accepted')
            waiters.push({ name: `m${i}`, samples, waiter });
        } else if (what === 'sync') run.spool.sync();
        else if (what === 'fail') run.spool.fail('EIO');
        else if (what === 'up') receiver.play({ status: 204 });
        else if (what === 'down') receiver.play({ status: 503 });
        else if (what === 'turn') await new Promise((resolve) => setTimeout(resolve, 3));
        else {
          await run.delivery.stop(AbortSignal.abort());
          run = await startWith([config], { earlier: run.spool });
          run.spool.isAutomatic = false;
        }
      }
      run.spool.sync();
      receiver.play({ status: 204 });
      const stored = waiters.filter(({ waiter }) => waiter.heard.includes('stored'));
      const expected = stored.flatMap(({ name, samples }) =>
        Array.from({ length: samples }, (_, sample) => `${name}/${sample}`),
      );
      const arrived = () => receiver.delivered.map((series) => `${nameOf(series)}/${labelOf(series)}`);
      await waitUntil(() => arrived().length >= expected.length, 'all that was stored');
      await run.delivery.stop(new AbortController().signal);
      // Each of two lanes has its order: even pushes on one, odd ones on the other.
      for (const lane of [0, 1]) {
        const ofLane = (list: readonly string[]) =>
          list.filter((series) => Number(series.slice(1, series.indexOf('/'))) % 2 === lane);
        expect(withoutRepeats(ofLane(arrived()))).toEqual(ofLane(expected));
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

/** A request that a stop cut off may have been taken: then its samples come again. */
function withoutRepeats(series: readonly string[]): readonly string[] {
  return [...new Set(series)];
}

type HeardWaiter = PushWaiter & { readonly heard: (PushEnd | 'stored')[] };

function newWaiter(level: PushWaiter['level']): HeardWaiter {
  const heard: (PushEnd | 'stored')[] = [];
  return { level, heard, stored: () => heard.push('stored'), ended: (end) => heard.push(end) };
}

interface Series {
  readonly labels: readonly (readonly [string, string])[];
}

function nameOf({ labels }: Series): string {
  return new Map(labels).get('__name__') ?? '';
}

function labelOf({ labels }: Series): string {
  return new Map(labels).get('i') ?? '';
}

interface StartOptions {
  readonly script?: Parameters<typeof startReceiver>[0];
  readonly config?: Parameters<typeof backendConfig>[1];
  readonly earlier?: MemorySpool;
  readonly readError?: Error;
}

async function start({ script, config = { queueConfig: QUICK }, earlier, readError }: StartOptions = {}) {
  const receiver = await startReceiver(script);
  return { receiver, ...(await startWith([backendConfig(receiver.url(), config)], { earlier, readError })) };
}

interface Surroundings {
  readonly earlier?: MemorySpool | undefined;
  readonly readError?: Error | undefined;
  readonly clock?: Clock;
}

async function startWith(
  configs: readonly BackendConfig[],
  { earlier, readError, clock = systemClock() }: Surroundings = {},
) {
  const events = new RecordedEvents();
  const delivery = new Delivery(configs, { events, clock, random: Math.random, userAgent: 'test' });
  let spool: MemorySpool | undefined;
  await delivery.openSpool(async (sink) => {
    spool = new MemorySpool(sink, earlier);
    spool.readError = readError;
    return spool;
  });
  onTestFinished(async () => {
    await delivery.stop(AbortSignal.abort());
  });
  let timestampMs = 0;
  const offer = (encoded: ReturnType<typeof encodeMany>, shardHash = 0, waiter?: PushWaiter) =>
    delivery.offer({
      encoded: configs.map(() => encoded),
      shardHash,
      job: 'j',
      receivedAtMs: Date.now(),
      ...(waiter ? { waiter } : {}),
    });
  const push = (name: string, waiter?: PushWaiter) =>
    offer(encodeSamples([{ name, value: 1, timestampMs: ++timestampMs }]), 0, waiter);
  const pushNamed = (name: string, count: number, shardHash: number, waiter?: PushWaiter) =>
    offer(encodeMany(name, count, ++timestampMs), shardHash, waiter);
  /** Push number i of `count` samples, whose values go on from push to push. */
  const pushMany = (i: number, count: number) =>
    offer(
      encodeSamples(
        Array.from({ length: count }, (_, sample) => ({
          name: 'm',
          labels: { i: String(sample) },
          value: i * count + sample,
          timestampMs: i + 1,
        })),
      ),
      0,
    );
  return { delivery, events, spool: spool!, offer, push, pushNamed, pushMany };
}
