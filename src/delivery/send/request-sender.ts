// Takes one request at a time to its end: taken, refused for good, or given up because of age or a stop. Failures that
// may pass are repeated here, whatever comes of the request afterwards.
import type { QueueConfig } from '../../config/config.ts';
import type { SendOutcome } from '../../remotewrite/send-outcome.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { BlockFacts, DeliveryEvents } from '../../telemetry/events.ts';
import type { BackendLedger } from '../block/backend-ledger.ts';
import type { QueuedBlock } from '../block/queued-block.ts';
import type { UpstreamClient } from '../upstream/upstream-client.ts';
import { accessBackoffMs, backoffMs, boundedRetryAfterMs } from './backoff.ts';
import { InterruptibleWait } from './interruptible-wait.ts';

export interface RequestDeps {
  readonly backend: string;
  readonly queueConfig: QueueConfig;
  readonly upstream: Pick<UpstreamClient, 'send'>;
  readonly ledger: BackendLedger;
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A block, or a part of one. */
export type Request = Pick<QueuedBlock, 'block' | 'jobs' | 'newestMs'>;

export type Refused = Extract<SendOutcome, { kind: 'rejected' }>;
/** Nothing more of the block is to be sent. `isOurFault`: as of the failure that was met last. */
export interface GivenUp {
  readonly kind: 'givenUp';
  readonly reason: 'too_old' | 'shutdown';
  readonly detail: string;
  readonly isOurFault?: boolean;
}
/** The backend took some of it and refuses the rest for good. */
export type TakenInPart = Extract<SendOutcome, { kind: 'partial' }>;
export type RequestEnd = { readonly kind: 'delivered' } | Refused | TakenInPart | GivenUp;

type Retry = Extract<SendOutcome, { kind: 'retry' }>;

export const SHUTDOWN: GivenUp = {
  kind: 'givenUp',
  reason: 'shutdown',
  detail: 'not delivered before the stop had to end',
};
const TOO_OLD: GivenUp = { kind: 'givenUp', reason: 'too_old', detail: 'older than sampleAgeLimit' };

export class RequestSender {
  readonly #deps: RequestDeps;
  readonly #wait: InterruptibleWait;
  readonly #abandoned = new AbortController();
  /** Monotonic; set by the backoff of the request under way. */
  #notBeforeMs = 0;

  constructor(deps: RequestDeps) {
    this.#deps = deps;
    this.#wait = new InterruptibleWait(deps.clock);
  }

  async send(request: Request): Promise<RequestEnd> {
    let isOurFault = false;
    for (let attempt = 0; ; attempt++) {
      await this.#waitForTurn();
      if (this.#abandoned.signal.aborted) return this.#end(SHUTDOWN);
      if (this.#isTooOld(request)) return this.#end({ ...TOO_OLD, isOurFault });
      const outcome = await this.#attempt(request, attempt);
      switch (outcome.kind) {
        case 'delivered':
          this.#succeed(request, attempt, request.block.sampleCount);
          return this.#end({ kind: 'delivered' });
        case 'rejected':
          // A redirect may lead to a login: only who reads what was sent can refuse it; status 0 was never sent.
          if (outcome.remedy !== 'none' && outcome.status > 0) this.#grantAccess();
          return this.#end(outcome);
        case 'partial':
          this.#succeed(request, attempt, outcome.written);
          return this.#end(outcome);
        case 'retry':
          if (this.#abandoned.signal.aborted) return this.#end(SHUTDOWN);
          isOurFault = outcome.isOurFault === true;
          this.#backOff(request, attempt, outcome);
      }
    }
  }

  /** The next attempt starts at once; the ones after it back off as ever. */
  hurry(): void {
    this.#notBeforeMs = 0;
    this.#wait.cutShort();
  }

  get isAbandoned(): boolean {
    return this.#abandoned.signal.aborted;
  }

  /** Ends the attempt or wait under way; every request from now on is given up. */
  abandon(): void {
    this.#abandoned.abort();
  }

  async #waitForTurn(): Promise<void> {
    const { clock, ledger } = this.#deps;
    const { signal } = this.#abandoned;
    for (;;) {
      const delayMs = Math.max(this.#notBeforeMs, ledger.pausedUntilMs) - clock.monotonicMs();
      if (delayMs <= 0 || signal.aborted) return;
      await this.#wait.wait(delayMs, signal);
    }
  }

  async #attempt({ block }: Request, attempt: number): Promise<SendOutcome> {
    const { upstream, ledger, clock, events, backend } = this.#deps;
    const startedAtMs = clock.monotonicMs();
    ledger.requestsInFlight++;
    try {
      return await upstream.send(block, attempt, this.#abandoned.signal);
    } finally {
      ledger.requestsInFlight--;
      events.requestEnded(backend, clock.monotonicMs() - startedAtMs);
    }
  }

  #backOff(request: Request, attempt: number, retry: Retry): void {
    const { clock, ledger, events } = this.#deps;
    const { reason, detail, status, afterMs } = retry;
    const delayMs = this.#delayMs(attempt, retry);
    this.#notBeforeMs = clock.monotonicMs() + delayMs;
    // The backend asked for less of everything, not of this lane only.
    if (status === 429 || afterMs !== undefined) ledger.pause(delayMs);
    if (retry.refusesAccess) this.#refuseAccess(reason, detail);
    events.blockRetried({ ...this.#facts(request), attempt, reason, detail, delayMs });
  }

  #delayMs(attempt: number, { afterMs, refusesAccess }: Retry): number {
    const { queueConfig, random } = this.#deps;
    if (afterMs !== undefined) return boundedRetryAfterMs(afterMs, queueConfig);
    return (refusesAccess ? accessBackoffMs : backoffMs)(attempt, queueConfig, random);
  }

  #isTooOld({ newestMs }: Request): boolean {
    const { sampleAgeLimit } = this.#deps.queueConfig;
    return sampleAgeLimit > 0 && this.#deps.clock.nowMs() - newestMs > sampleAgeLimit;
  }

  /** `sampleCount` is what the backend took of it. */
  #succeed(request: Request, attempt: number, sampleCount: number): void {
    const { ledger, events } = this.#deps;
    ledger.refusals.earn();
    this.#grantAccess();
    events.blockSent({ ...this.#facts(request), sampleCount, bytes: request.block.body.length, attempt });
  }

  #refuseAccess(reason: string, detail: string): void {
    const { ledger, events, backend } = this.#deps;
    if (ledger.accessRefusal === reason) return;
    ledger.accessRefusal = reason;
    events.accessRefused({ backend, reason, detail });
  }

  #grantAccess(): void {
    const { ledger, events, backend } = this.#deps;
    if (ledger.accessRefusal === undefined) return;
    ledger.accessRefusal = undefined;
    events.accessGranted({ backend });
  }

  #end(end: RequestEnd): RequestEnd {
    this.#notBeforeMs = 0;
    return end;
  }

  #facts({ block, jobs }: Request): BlockFacts {
    return { backend: this.#deps.backend, sampleCount: block.sampleCount, jobs };
  }
}
