// What the lane learns of one block: the outcome of sending it, over a stub of the layer below.

import { expect, test } from 'vitest';
import { BackendLedger } from '../../../src/delivery/block/backend-ledger.ts';
import { Batch } from '../../../src/delivery/block/batch.ts';
import type { QueuedBlock } from '../../../src/delivery/block/queued-block.ts';
import type { AttemptOutcome, SendOutcome } from '../../../src/delivery/block/send-outcome.ts';
import { BlockSender } from '../../../src/delivery/send/block-sender.ts';
import { type Block, BlockSealer } from '../../../src/remotewrite/block.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { decodeWriteRequest } from '../../support/decode-write-request.ts';
import { encodeMany } from '../../support/encode.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

const NEVER = new AbortController().signal;
const DELIVERED = { kind: 'delivered', status: 204 } as const;
const REFUSED = { kind: 'rejected', status: 400, reason: 'status_400', detail: 'bad' } as const;
const OVERLOADED = { kind: 'retry', status: 503, reason: 'status_503', detail: '' } as const;

function start(answer: (block: Block) => AttemptOutcome, queueConfig = {}) {
  const requests: Block[] = [];
  const upstream = {
    async send(block: Block) {
      requests.push(block);
      return answer(block);
    },
  };
  const clock = new FakeClock();
  const events = new RecordedEvents();
  const config = backendConfig('http://backend.test/w', { queueConfig });
  const ledger = new BackendLedger(1 << 20, clock);
  const common = { backend: 'primary', queueConfig: config.queueConfig, upstream, ledger, events, clock };
  const sender = new BlockSender({
    ...common,
    random: () => 0,
    sealer: new BlockSealer(),
    addsMetadata: false,
  });
  return { sender, requests, events, ledger, clock };
}

/** Two pushes of five series each. */
function blockOfTen(): QueuedBlock {
  const batch = new Batch({ maxSamples: 10, maxBytes: 1 << 20 }, new BlockSealer());
  for (const job of ['one', 'two'])
    batch.append(encodeMany(job, 5, 5).bytes, 5, { job, receivedAtMs: 1_700_000_000_000 });
  return batch.seal();
}

function inSpool(block: QueuedBlock): QueuedBlock {
  return { ...block, after: { position: 100, samples: 0 } };
}

/** Refuses every request that has the third series of push `two`. */
function refuseOne({ body }: Block): AttemptOutcome {
  const names = decodeWriteRequest(body).series.map(({ labels }) =>
    labels.map(([, value]) => value).join('/'),
  );
  return names.includes('two/2') ? { ...REFUSED, remedy: 'separate' } : DELIVERED;
}

test('a block that the backend refuses whole is dropped, and the refusal is the outcome', async () => {
  const { sender, events } = start(() => ({ ...REFUSED, remedy: 'none' }));
  expect(await sender.send(blockOfTen(), NEVER)).toEqual({ ...REFUSED, remedy: 'none' });
  expect(events.dropped).toMatchObject([{ sampleCount: 10, reason: 'status_400' }]);
});

test('a block over maxRequestBytes is dropped without a request', async () => {
  const { sender, events, requests } = start(() => DELIVERED, { maxRequestBytes: 20 });
  expect(await sender.send(blockOfTen(), NEVER)).toMatchObject({ kind: 'rejected', reason: 'too_large' });
  expect([requests.length, events.dropped.length]).toEqual([0, 1]);
});

test('a block that was taken apart is partly delivered, with the samples that were taken', async () => {
  const { sender, events } = start(refuseOne);
  expect(await sender.send(blockOfTen(), NEVER)).toEqual({
    kind: 'partial',
    status: 400,
    reason: 'status_400',
    detail: 'bad',
    written: 9,
  });
  expect(events.seriesDrops).toMatchObject([{ job: 'two', series: 1, pushSeries: 5 }]);
});

test('a block in memory that a stop gives up is dropped', async () => {
  const { sender, events, requests } = start(() => DELIVERED);
  sender.stop();
  const outcome = await sender.send(blockOfTen(), AbortSignal.abort());
  expect(outcome).toMatchObject({ kind: 'givenUp', reason: 'shutdown' });
  expect([requests.length, sender.undelivered]).toEqual([0, 10]);
  expect(events.dropped).toMatchObject([{ sampleCount: 10, reason: 'shutdown' }]);
});

test('a block in the spool that a stop gives up is left there', async () => {
  const abort = new AbortController();
  const { sender, events, ledger } = start(() => {
    abort.abort();
    return OVERLOADED;
  });
  sender.stop();
  expect(await sender.send(inSpool(blockOfTen()), abort.signal)).toEqual({ kind: 'leftInSpool' });
  expect([events.dropped.length, sender.undelivered, ledger.lostSamples]).toEqual([0, 0, 0]);
});

test('a block in the spool is left there even if a part of it was delivered before the stop', async () => {
  const abort = new AbortController();
  const { sender, requests } = start((block) => {
    if (requests.length === 3) abort.abort();
    return requests.length === 3 ? OVERLOADED : refuseOne(block);
  });
  expect(await sender.send(inSpool(blockOfTen()), abort.signal)).toEqual({ kind: 'leftInSpool' });
});

test('a retry says how many attempts were before it', async () => {
  const { sender, requests, clock } = start(() => (requests.length < 3 ? OVERLOADED : DELIVERED));
  let outcome: SendOutcome | undefined;
  void sender.send(blockOfTen(), NEVER).then((end) => {
    outcome = end;
  });
  while (outcome === undefined) {
    await new Promise(setImmediate);
    clock.advance(20);
  }
  expect(outcome).toEqual(DELIVERED);
  expect(requests.map(({ headers }) => headers['retry-attempt'])).toEqual([undefined, '1', '2']);
  expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
});

test('a block that is too old when its turn comes is given up', async () => {
  const { sender, clock, requests } = start(() => DELIVERED, { sampleAgeLimit: 1000 });
  clock.advance(1001);
  const outcome = await sender.send(inSpool(blockOfTen()), NEVER);
  expect(outcome).toMatchObject({ kind: 'givenUp', reason: 'too_old' });
  expect(requests).toEqual([]);
});
