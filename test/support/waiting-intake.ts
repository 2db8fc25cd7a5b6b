// The intake from the wire to the offer, with a stub of the delivery and a fake clock.

import { OpenPushes } from '../../src/intake/http/open-requests.ts';
import { LargePushQueue } from '../../src/intake/push/large-push-queue.ts';
import { MemoryBudget } from '../../src/intake/push/memory-budget.ts';
import { PushService } from '../../src/intake/push/push-service.ts';
import { ReceiptClock } from '../../src/intake/push/receipt-clock.ts';
import { type AcknowledgementOptions, Acknowledgements } from '../../src/intake/waiting/acknowledgement.ts';
import { WaitingPushes } from '../../src/intake/waiting/waiting-pushes.ts';
import type { StaleSeries } from '../../src/staleness/stale-series.ts';
import { newTranscoder } from '../transcode/transcode-body.ts';
import { type BareListener, type BareListenerOptions, startListener } from './bare-listener.ts';
import { FakeClock } from './fake-clock.ts';
import { JOB_PATH, requestText } from './intake-road.ts';
import { RawConnection } from './raw-connection.ts';
import { waitUntil } from './wait-until.ts';
import { WaitingDelivery } from './waiting-delivery.ts';

export interface WaitingIntakeOptions extends Partial<AcknowledgementOptions> {
  readonly maxWaitingPushes?: number;
  readonly server?: NonNullable<BareListenerOptions['server']>;
  readonly budgetBytes?: number;
  readonly staleSeries?: StaleSeries;
}

export interface WaitingIntake extends BareListener {
  readonly delivery: WaitingDelivery;
  readonly waiting: WaitingPushes;
  readonly openPushes: OpenPushes;
  readonly clock: FakeClock;
  connect(): Promise<RawConnection>;
  /** Waits until so many pushes have been offered. */
  offered(count: number): Promise<void>;
}

export async function startWaitingIntake(options: WaitingIntakeOptions = {}): Promise<WaitingIntake> {
  const {
    maxWaitingPushes: maxPushes = 100,
    server,
    budgetBytes = 1 << 27,
    staleSeries,
    ...levels
  } = options;
  const [delivery, clock, largePushes, openPushes] = [
    new WaitingDelivery(),
    new FakeClock(),
    new LargePushQueue(),
    new OpenPushes(),
  ];
  const hasSpool = levels.hasSpool ?? false;
  const waiting = new WaitingPushes({ maxPushes, hasSpool }, clock);
  const acknowledgements = new Acknowledgements({
    acknowledge: 'queued',
    maxWait: 10_000,
    ...levels,
    hasSpool,
  });
  const service = new PushService({
    config: { contentEncodings: ['gzip'], maxDecodedSize: 1 << 24 },
    transcoder: newTranscoder(),
    delivery,
    receiptClock: new ReceiptClock(
      () => clock.nowMs(),
      () => undefined,
    ),
    largePushes,
    acknowledgements,
    waitingPushes: waiting,
    staleSeries,
  });
  const listener = await startListener({
    encodingOf: (header) => service.encodingOf(header),
    accept: (push, share, isRefused) => service.accept(push, share, isRefused),
    budget: new MemoryBudget(budgetBytes),
    openPushes,
    ...(server && { server }),
  });
  const connect = () => RawConnection.open(listener.address);
  const offered = (count: number) => waitUntil(() => delivery.offers.length >= count, `${count} offers`);
  return { ...listener, delivery, waiting, openPushes, clock, connect, offered };
}

/** A push on the wire, with this `Prefer` header. */
export function preferring(
  prefer: string | undefined,
  body = 'm 1\n',
  headers: readonly string[] = [],
): string {
  const lines = prefer === undefined ? headers : [`Prefer: ${prefer}`, ...headers];
  return requestText(`POST ${JOB_PATH} HTTP/1.1`, lines, body);
}
