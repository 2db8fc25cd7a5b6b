// Starts a Delivery against scripted receivers and ends both after the test, whatever it came to.

import { onTestFinished } from 'vitest';
import type { BackendConfig } from '../../src/config/config.ts';
import { Delivery, type OfferResult } from '../../src/delivery/delivery.ts';
import type { EncodedSeries } from '../../src/remotewrite/encoded-series.ts';
import { type Clock, systemClock } from '../../src/telemetry/clock.ts';
import { encodeSamples } from './encode.ts';
import { RecordedEvents } from './recorded-events.ts';
import { type ReceiverOptions, ScriptedReceiver, type Step } from './scripted-receiver.ts';
import { seededFractions } from './seeded-random.ts';

export interface Setup {
  readonly delivery: Delivery;
  readonly events: RecordedEvents;
  /** Offers one sample of the series `name`, of the job `name`, with the next timestamp. */
  push(name: string, value?: number, shardHash?: number): OfferResult;
  offer(encoded: EncodedSeries, shardHash?: number, job?: string): OfferResult;
  /** The time given to samples; later than all before at each reading. */
  nextMs(): number;
}

export async function startReceiver(
  script?: readonly Step[],
  options?: ReceiverOptions,
): Promise<ScriptedReceiver> {
  const receiver = await ScriptedReceiver.start(script, options);
  onTestFinished(() => receiver.close());
  return receiver;
}

export function startDelivery(
  backends: BackendConfig | readonly BackendConfig[],
  { clock = systemClock(), random = seededFractions() }: { clock?: Clock; random?: () => number } = {},
): Setup {
  const events = new RecordedEvents();
  const list = 'url' in backends ? [backends] : backends;
  const delivery = new Delivery(list, { events, clock, random, userAgent: 'sluice/0.0.0-test' });
  onTestFinished(async () => {
    await delivery.stop(AbortSignal.abort());
  });
  let lastMs = clock.nowMs() - 1;
  const nextMs = () => {
    lastMs = Math.max(lastMs + 1, clock.nowMs());
    return lastMs;
  };
  const offer = (encoded: EncodedSeries, shardHash = 0, job = 'job') =>
    delivery.offer({ encoded: list.map(() => encoded), shardHash, job, receivedAtMs: clock.nowMs() });
  const push = (name: string, value = 1, shardHash = 0) =>
    offer(encodeSamples([{ name, value, timestampMs: nextMs() }]), shardHash, name);
  return { delivery, events, push, offer, nextMs };
}
