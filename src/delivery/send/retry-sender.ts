// The retry layer of sending: repeats what may pass, after a wait, until the block is taken, refused for good, or given up
// because of its age or a stop. Its next layer is the backend's client.
import type { QueueConfig } from '../../config/config.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { BlockFacts, DeliveryEvents } from '../../telemetry/events.ts';
import { untilDone } from '../../telemetry/wait.ts';
import type { BackendLedger } from '../block/backend-ledger.ts';
import type { OutgoingBlock } from '../block/queued-block.ts';
import type { AttemptOutcome, FinalOutcome, GivenUp, Retry, Sender } from '../block/send-outcome.ts';

export interface RetryDeps {
  readonly backend: string;
  readonly queueConfig: QueueConfig;
  /** The backend's client, the layer below. */
  readonly upstream: Sender;
  readonly ledger: BackendLedger;
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  readonly random: () => number;
}

export const SHUTDOWN: GivenUp = {
  kind: 'givenUp',
  reason: 'shutdown',
  detail: 'not delivered before the stop had to end',
};
const TOO_OLD: GivenUp = { kind: 'givenUp', reason: 'too_old', detail: 'older than sampleAgeLimit' };

export class RetrySender implements Sender<OutgoingBlock, FinalOutcome> {
  readonly #deps: RetryDeps;
  /** Monotonic. Set by the backoff of the block that is being sent. */
  #notBeforeMs = 0;
  /** Ends the wait that is going on. */
  #endWait: (() => void) | undefined;

  constructor(deps: RetryDeps) {
    this.#deps = deps;
  }

  /** One block at a time. Once `signal` aborts, every block is given up. */
  async send(block: OutgoingBlock, signal: AbortSignal): Promise<FinalOutcome> {
    const outcome = await this.#repeat(block, signal);
    this.#notBeforeMs = 0;
    return outcome;
  }

  async #repeat(block: OutgoingBlock, signal: AbortSignal): Promise<FinalOutcome> {
    let isOurFault = false;
    for (let attempt = 0; ; attempt++) {
      await this.#waitForTurn(signal);
      if (signal.aborted) return SHUTDOWN;
      if (this.#isTooOld(block)) return { ...TOO_OLD, isOurFault };
      const outcome = await this.#attempt(block, attempt, signal);
      switch (outcome.kind) {
        case 'delivered':
          this.#succeed(block, attempt, block.sampleCount);
          return outcome;
        case 'partial':
          this.#succeed(block, attempt, outcome.written);
          return outcome;
        case 'rejected':
          // A redirect may lead to a login page: only a receiver that reads the request can refuse it. Status 0 was never sent.
          if (outcome.remedy !== 'none' && outcome.status > 0) this.#grantAccess();
          return outcome;
        case 'retry':
          if (signal.aborted) return SHUTDOWN;
          isOurFault = outcome.isOurFault === true;
          this.#backOff(block, attempt, outcome);
      }
    }
  }

  /** The next attempt starts at once, unless the backend asked for a pause. Later attempts back off as usual. */
  retryNow(): void {
    this.#notBeforeMs = 0;
    this.#endWait?.();
  }

  async #waitForTurn(signal: AbortSignal): Promise<void> {
    const { clock, ledger } = this.#deps;
    for (;;) {
      const delayMs = Math.max(this.#notBeforeMs, ledger.pausedUntilMs) - clock.monotonicMs();
      if (delayMs <= 0 || signal.aborted) return;
      await this.#wait(delayMs, signal);
    }
  }

  #wait(delayMs: number, signal: AbortSignal): Promise<void> {
    return untilDone(signal, (done) => {
      const timer = this.#deps.clock.setTimer(done, delayMs);
      this.#endWait = done;
      return () => {
        this.#endWait = undefined;
        timer.cancel();
      };
    });
  }

  async #attempt(block: OutgoingBlock, attempt: number, signal: AbortSignal): Promise<AttemptOutcome> {
    const { upstream, ledger, clock, events, backend } = this.#deps;
    const startedAtMs = clock.monotonicMs();
    ledger.requestsInFlight++;
    try {
      return await upstream.send(attempt === 0 ? block : repeated(block, attempt), signal);
    } finally {
      ledger.requestsInFlight--;
      events.requestEnded(backend, clock.monotonicMs() - startedAtMs);
    }
  }

  #backOff(block: OutgoingBlock, attempt: number, retry: Retry): void {
    const { clock, ledger, events } = this.#deps;
    const { reason, detail, status, afterMs } = retry;
    const delayMs = this.#delayMs(attempt, retry);
    this.#notBeforeMs = clock.monotonicMs() + delayMs;
    // The backend asked all lanes to slow down, not only this one.
    if (status === 429 || afterMs !== undefined) ledger.pause(delayMs);
    if (retry.refusesAccess) this.#refuseAccess(reason, detail);
    events.blockRetried({ ...this.#facts(block), attempt, reason, detail, delayMs });
  }

  #delayMs(attempt: number, { afterMs, refusesAccess }: Retry): number {
    const { queueConfig, random } = this.#deps;
    if (afterMs !== undefined) return boundedRetryAfterMs(afterMs, queueConfig);
    return (refusesAccess ? accessBackoffMs : backoffMs)(attempt, queueConfig, random);
  }

  #isTooOld({ newestMs }: OutgoingBlock): boolean {
    const { sampleAgeLimit } = this.#deps.queueConfig;
    return sampleAgeLimit > 0 && this.#deps.clock.nowMs() - newestMs > sampleAgeLimit;
  }

  /** `sampleCount`: how many samples of the block the backend took. */
  #succeed(block: OutgoingBlock, attempt: number, sampleCount: number): void {
    const { ledger, events } = this.#deps;
    ledger.refusals.earn();
    this.#grantAccess();
    events.blockSent({ ...this.#facts(block), sampleCount, bytes: block.body.length, attempt });
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

  #facts({ sampleCount, jobs }: OutgoingBlock): BlockFacts {
    return { backend: this.#deps.backend, sampleCount, jobs };
  }
}

function repeated(block: OutgoingBlock, attempt: number): OutgoingBlock {
  return { ...block, headers: { ...block.headers, 'retry-attempt': String(attempt) } };
}

export type BackoffConfig = Pick<QueueConfig, 'minBackoff' | 'maxBackoff' | 'maxRetryAfter'>;

/**
 * Exponential backoff with full jitter: uniform between minBackoff and a ceiling that doubles with each attempt. `attempt`
 * is the number of the attempt that failed, from 0; `random` is in [0, 1).
 */
export function backoffMs(
  attempt: number,
  { minBackoff, maxBackoff }: BackoffConfig,
  random: () => number,
): number {
  const ceiling = Math.max(minBackoff, Math.min(maxBackoff, minBackoff * 2 ** attempt));
  return minBackoff + random() * (ceiling - minBackoff);
}

/** The longest wait if the backend refuses access: a person has to put that right. */
const MAX_ACCESS_BACKOFF_MS = 60_000;

/** As `backoffMs`, up to a minute. */
export function accessBackoffMs(attempt: number, config: BackoffConfig, random: () => number): number {
  const maxBackoff = Math.max(config.maxBackoff, MAX_ACCESS_BACKOFF_MS);
  return backoffMs(attempt, { ...config, maxBackoff }, random);
}

/** The backend's `Retry-After`, kept between minBackoff and maxRetryAfter. */
export function boundedRetryAfterMs(afterMs: number, { minBackoff, maxRetryAfter }: BackoffConfig): number {
  return Math.max(minBackoff, Math.min(maxRetryAfter, afterMs));
}
