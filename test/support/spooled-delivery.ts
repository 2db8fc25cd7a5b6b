// Deliveries through a spool without a disk, and waiters that note what they hear.

import { onTestFinished } from 'vitest';
import type { BackendConfig } from '../../src/config/config.ts';
import type { PushEnd, PushWaiter } from '../../src/delivery/block/offered-push.ts';
import { Delivery } from '../../src/delivery/delivery.ts';
import type { DeliveryDeps } from '../../src/delivery/lanes/backend-queue.ts';
import { type Clock, systemClock } from '../../src/telemetry/clock.ts';
import { backendConfig } from './backend-config.ts';
import { startReceiver } from './delivery-setup.ts';
import { encodeMany, encodeSamples } from './encode.ts';
import { MemorySpool } from './memory-spool.ts';
import { RecordedEvents } from './recorded-events.ts';
import { seededFractions } from './seeded-random.ts';

/** Retries come at once. */
export const QUICK = { minBackoff: 1, maxBackoff: 5 };

export type HeardWaiter = PushWaiter & { readonly heard: (PushEnd | 'stored')[] };

export function newWaiter(level: PushWaiter['level']): HeardWaiter {
  const heard: (PushEnd | 'stored')[] = [];
  return { level, heard, stored: () => heard.push('stored'), ended: (end) => heard.push(end) };
}

interface Series {
  readonly labels: readonly (readonly [string, string])[];
}

export function nameOf({ labels }: Series): string {
  return new Map(labels).get('__name__') ?? '';
}

export function labelOf({ labels }: Series): string {
  return new Map(labels).get('i') ?? '';
}

interface StartOptions {
  readonly script?: Parameters<typeof startReceiver>[0];
  readonly config?: Parameters<typeof backendConfig>[1];
  readonly earlier?: MemorySpool;
  readonly readError?: Error;
}

export async function startSpooled({
  script,
  config = { queueConfig: QUICK },
  earlier,
  readError,
}: StartOptions = {}) {
  const receiver = await startReceiver(script);
  return {
    receiver,
    ...(await startSpooledWith([backendConfig(receiver.url(), config)], { earlier, readError })),
  };
}

interface Surroundings {
  readonly earlier?: MemorySpool | undefined;
  readonly readError?: Error | undefined;
  readonly clock?: Clock;
  readonly connect?: DeliveryDeps['connect'];
}

export async function startSpooledWith(
  configs: readonly BackendConfig[],
  { earlier, readError, clock = systemClock(), connect }: Surroundings = {},
) {
  const events = new RecordedEvents();
  let spool: MemorySpool | undefined;
  const deps = {
    events,
    clock,
    random: seededFractions(),
    userAgent: 'test',
    ...(connect ? { connect } : {}),
  };
  const delivery = new Delivery(configs, deps, async (listener) => {
    spool = new MemorySpool(listener, earlier);
    spool.readError = readError;
    return spool;
  });
  await delivery.open();
  onTestFinished(async () => {
    await delivery.stop(AbortSignal.abort());
  });
  let timestampMs = 0;
  const offer = (encoded: ReturnType<typeof encodeMany>, shardHash = 0, waiter?: PushWaiter) =>
    delivery.offer({
      encoded: configs.map(() => encoded),
      shardHash,
      job: 'j',
      receivedAtMs: clock.nowMs(),
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
