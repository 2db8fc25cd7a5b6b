// The top layer of sending, one for each lane: takes one block at a time to its end. A block is delivered, dropped, or taken
// apart into what is delivered and what is dropped; every drop is reported here.
import type { BlockSealer } from '../../remotewrite/block.ts';
import type { LanePush } from '../block/lane-push.ts';
import { isLeftInSpool, type QueuedBlock } from '../block/queued-block.ts';
import type { FinalOutcome, GivenUp, Rejected, Sender, SendOutcome } from '../block/send-outcome.ts';
import { BlockSeparation } from './block-separation.ts';
import { DropReport } from './drop-report.ts';
import { type RetryDeps, RetrySender, SHUTDOWN } from './retry-sender.ts';

export interface SenderDeps extends RetryDeps {
  readonly sealer: BlockSealer;
  /** Whether requests get metadata that is not in their blocks (remote write 2.0). */
  readonly addsMetadata: boolean;
}

export class BlockSender implements Sender<QueuedBlock, SendOutcome> {
  readonly #deps: SenderDeps;
  readonly #retry: RetrySender;
  readonly #drops: DropReport;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
    this.#retry = new RetrySender(deps);
    this.#drops = new DropReport(deps);
  }

  /** The block is settled unless the outcome is `leftInSpool`. Once `signal` aborts, every block is given up. */
  async send(block: QueuedBlock, signal: AbortSignal): Promise<SendOutcome> {
    // After a stop has left a block in the spool, no later one may be settled.
    if (this.#isTooLarge(block) && !signal.aborted) return this.#drop(block, this.#tooLarge(block));
    const outcome = await this.#retry.send(block, signal);
    switch (outcome.kind) {
      case 'delivered':
        return outcome;
      case 'partial':
        this.#drops.remainder(block, outcome);
        return outcome;
      case 'givenUp':
        return isLeftInSpool(block, outcome) ? { kind: 'leftInSpool' } : this.#drop(block, outcome);
      case 'rejected':
        return this.#rejected(block, outcome, signal);
    }
  }

  /** Samples, by job, that the lane had in the spool and lets go of. */
  dropLeft(jobs: ReadonlyMap<string, number>): void {
    const { events, backend } = this.#deps;
    let sampleCount = 0;
    for (const samples of jobs.values()) sampleCount += samples;
    const detail = 'the spool is full, and this backend is not required';
    if (sampleCount > 0) events.blockDropped({ backend, sampleCount, jobs, reason: 'spool_full', detail });
  }

  /** A push that was never in a block, at a stop. */
  dropUnsent({ encoded: { sampleCount }, push: { job, ticket } }: LanePush): void {
    const waiting = ticket ? [{ push: 0, sampleCount, ticket }] : [];
    this.#drops.isStopping = true;
    const drop = { reason: SHUTDOWN.reason, detail: SHUTDOWN.detail, isUnseparated: false };
    this.#drops.block({ sampleCount, jobs: new Map([[job, sampleCount]]), waiting }, drop);
    ticket?.release();
  }

  /** The next attempt starts at once, unless the backend asked for a pause. Later attempts back off as usual. */
  retryNow(): void {
    this.#retry.retryNow();
  }

  /** For a stop: as `retryNow`, and from now on what is dropped counts as lost. */
  stop(): void {
    this.#drops.isStopping = true;
    this.#retry.retryNow();
  }

  /** Samples that a stop has given up: no backend took or refused them. */
  get undelivered(): number {
    return this.#drops.undelivered;
  }

  #isTooLarge({ body }: QueuedBlock): boolean {
    return body.length > this.#deps.queueConfig.maxRequestBytes;
  }

  #tooLarge({ body }: QueuedBlock): Rejected {
    const { maxRequestBytes } = this.#deps.queueConfig;
    const detail = `a series of ${body.length} bytes compressed, maxRequestBytes is ${maxRequestBytes}`;
    return { kind: 'rejected', status: 0, reason: 'too_large', detail, remedy: 'none' };
  }

  async #rejected(block: QueuedBlock, refusal: Rejected, signal: AbortSignal): Promise<SendOutcome> {
    const { sealer, ledger, addsMetadata } = this.#deps;
    const { refusals } = ledger;
    const isSingle = block.sampleCount === 1;
    if (refusal.remedy === 'none' || (!isSingle && !refusals.allowsCut(false)))
      return this.#drop(block, refusal, refusal.remedy !== 'none');
    if (!isSingle) this.#reportSplit(block, refusal);
    const deps = { next: this.#retry, sealer, refusals, drops: this.#drops, addsMetadata };
    return new BlockSeparation(block, deps).run(refusal, signal);
  }

  #reportSplit({ sampleCount, jobs }: QueuedBlock, { reason, detail }: Rejected): void {
    const { events, backend } = this.#deps;
    events.blockSplit({ backend, sampleCount, jobs, reason, detail });
  }

  #drop(block: QueuedBlock, outcome: GivenUp | Rejected, isUnseparated = false): FinalOutcome {
    const { reason, detail, isOurFault } = outcome;
    this.#drops.block(block, { reason, detail, isUnseparated, isOurFault });
    return outcome;
  }
}
