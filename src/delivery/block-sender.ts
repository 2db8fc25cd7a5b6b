// Takes one block at a time to its end: delivered, refused for good, too old, or abandoned by a stop.
import type { QueueConfig } from '../config/config.ts';
import type { BlockSealer } from '../remotewrite/block-sealer.ts';
import type { SendOutcome } from '../remotewrite/send-outcome.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { BlockFacts, DeliveryEvents } from '../telemetry/events.ts';
import type { BackendLedger } from './backend-ledger.ts';
import { backoffMs, boundedRetryAfterMs } from './backoff.ts';
import { InterruptibleWait } from './interruptible-wait.ts';
import type { QueuedBlock } from './queued-block.ts';
import type { UpstreamClient } from './upstream-client.ts';

export interface SenderDeps {
  readonly backend: string;
  readonly queueConfig: QueueConfig;
  readonly upstream: Pick<UpstreamClient, 'send'>;
  readonly ledger: BackendLedger;
  readonly sealer: BlockSealer;
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  readonly random: () => number;
}

type Retry = Extract<SendOutcome, { kind: 'retry' }>;

export class BlockSender {
  readonly #deps: SenderDeps;
  readonly #wait: InterruptibleWait;
  readonly #abandoned = new AbortController();
  /** Monotonic; set by the backoff of the block under way. */
  #notBeforeMs = 0;
  /** Whatever is given up from the stop on counts as lost. */
  #isStopping = false;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
    this.#wait = new InterruptibleWait(deps.clock);
  }

  async deliver(queued: QueuedBlock): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      await this.#waitForTurn();
      if (this.#abandoned.signal.aborted) return this.#abandon(queued);
      if (this.#isTooOld(queued)) return this.#drop(queued, 'too_old', 'older than sampleAgeLimit');
      const outcome = await this.#attempt(queued, attempt);
      switch (outcome.kind) {
        case 'delivered':
          return this.#succeed(queued, attempt);
        case 'rejected':
          return this.#drop(queued, outcome.reason, outcome.detail);
        case 'retry':
          if (this.#abandoned.signal.aborted) return this.#abandon(queued);
          this.#backOff(queued, attempt, outcome);
      }
    }
  }

  dropTooLarge(queued: QueuedBlock): void {
    const { maxRequestBytes } = this.#deps.queueConfig;
    const detail = `a series of ${queued.block.body.length} bytes compressed, maxRequestBytes is ${maxRequestBytes}`;
    this.#drop(queued, 'too_large', detail);
  }

  /** The next attempt starts at once; the ones after it back off as ever. */
  hurry(): void {
    this.#isStopping = true;
    this.#notBeforeMs = 0;
    this.#wait.cutShort();
  }

  /** Ends the attempt or wait under way; every block from now on is given up. */
  abandon(): void {
    this.#isStopping = true;
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

  async #attempt({ block }: QueuedBlock, attempt: number): Promise<SendOutcome> {
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

  #backOff(queued: QueuedBlock, attempt: number, { reason, detail, status, afterMs }: Retry): void {
    const { queueConfig, random, clock, ledger, events } = this.#deps;
    const delayMs =
      afterMs === undefined
        ? backoffMs(attempt, queueConfig, random)
        : boundedRetryAfterMs(afterMs, queueConfig);
    this.#notBeforeMs = clock.monotonicMs() + delayMs;
    // The backend asked for less of everything, not of this lane only.
    if (status === 429 || afterMs !== undefined) ledger.pause(delayMs);
    events.blockRetried({ ...this.#facts(queued), attempt, reason, detail, delayMs });
  }

  #isTooOld({ newestMs }: QueuedBlock): boolean {
    const { sampleAgeLimit } = this.#deps.queueConfig;
    return sampleAgeLimit > 0 && this.#deps.clock.nowMs() - newestMs > sampleAgeLimit;
  }

  #succeed(queued: QueuedBlock, attempt: number): void {
    this.#notBeforeMs = 0;
    this.#deps.events.blockSent({ ...this.#facts(queued), bytes: queued.block.body.length, attempt });
  }

  #abandon(queued: QueuedBlock): void {
    this.#drop(queued, 'shutdown', 'not delivered before the stop had to end');
  }

  #drop(queued: QueuedBlock, reason: string, detail: string): void {
    this.#notBeforeMs = 0;
    if (this.#isStopping) this.#deps.ledger.lostSamples += queued.block.sampleCount;
    this.#deps.events.blockDropped({ ...this.#facts(queued), reason, detail });
  }

  #facts({ block, jobs }: QueuedBlock): BlockFacts {
    return { backend: this.#deps.backend, sampleCount: block.sampleCount, jobs };
  }
}
