// Takes one block at a time to its end: delivered, dropped, or taken apart into what is delivered and what is dropped.
import type { BlockSealer } from '../../remotewrite/block-sealer.ts';
import type { LanePush } from '../block/lane-push.ts';
import { isLeftInSpool, type QueuedBlock } from '../block/queued-block.ts';
import { BlockSeparation } from './block-separation.ts';
import { type DroppedPart, DropReport } from './drop-report.ts';
import { type GivenUp, type Refused, type RequestDeps, RequestSender, SHUTDOWN } from './request-sender.ts';

export interface SenderDeps extends RequestDeps {
  readonly sealer: BlockSealer;
  /** Whether requests get metadata that is not in their blocks (remote write 2.0). */
  readonly addsMetadata: boolean;
}

export class BlockSender {
  readonly #deps: SenderDeps;
  readonly #requests: RequestSender;
  readonly #drops: DropReport;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
    this.#requests = new RequestSender(deps);
    this.#drops = new DropReport(deps);
  }

  /** Whether the block is settled: delivered or dropped. Only what a stop leaves in the spool is not. */
  async deliver(queued: QueuedBlock): Promise<boolean> {
    // Once the stop has left a block in the spool, none behind it may be settled.
    if (this.#isTooLarge(queued) && !this.isAbandoned) return this.#dropTooLarge(queued);
    const end = await this.#requests.send(queued);
    switch (end.kind) {
      case 'delivered':
        return true;
      case 'partial':
        this.#drops.remainder(wholeOf(queued), end);
        return true;
      case 'givenUp':
        if (isLeftInSpool(queued, end)) return false;
        this.#drop(queued, end);
        return true;
      case 'rejected':
        return this.#refused(queued, end);
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

  /** The next attempt starts at once, unless the backend asked for a pause; the ones after it back off as ever. */
  cutBackoffShort(): void {
    this.#requests.hurry();
  }

  /** For a stop: the next attempt starts at once; the ones after it back off as ever. */
  hurry(): void {
    this.#drops.isStopping = true;
    this.#requests.hurry();
  }

  /** Samples that a stop has given up: nobody has taken or refused them. */
  get undelivered(): number {
    return this.#drops.undelivered;
  }

  /** Whether every block is given up. */
  get isAbandoned(): boolean {
    return this.#requests.isAbandoned;
  }

  /** Ends the attempt or wait under way; every block from now on is given up. */
  abandon(): void {
    this.#drops.isStopping = true;
    this.#requests.abandon();
  }

  #isTooLarge({ block }: QueuedBlock): boolean {
    return block.body.length > this.#deps.queueConfig.maxRequestBytes;
  }

  #dropTooLarge(queued: QueuedBlock): true {
    const { maxRequestBytes } = this.#deps.queueConfig;
    const detail = `a series of ${queued.block.body.length} bytes compressed, maxRequestBytes is ${maxRequestBytes}`;
    this.#drop(queued, { reason: 'too_large', detail });
    return true;
  }

  async #refused(queued: QueuedBlock, refusal: Refused): Promise<boolean> {
    const { sealer, ledger } = this.#deps;
    const { refusals } = ledger;
    const isSingle = queued.block.sampleCount === 1;
    if (refusal.remedy === 'none' || (!isSingle && !refusals.allowsCut(false))) {
      this.#drop(queued, refusal, refusal.remedy !== 'none');
      return true;
    }
    if (!isSingle) this.#tellSplit(queued, refusal);
    const { addsMetadata } = this.#deps;
    const deps = { requests: this.#requests, sealer, refusals, drops: this.#drops, addsMetadata };
    return new BlockSeparation(queued, deps).run(refusal);
  }

  #tellSplit({ block, jobs }: QueuedBlock, { reason, detail }: Refused): void {
    const { events, backend } = this.#deps;
    events.blockSplit({ backend, sampleCount: block.sampleCount, jobs, reason, detail });
  }

  #drop(
    queued: QueuedBlock,
    { reason, detail, isOurFault }: Omit<GivenUp | Refused, 'kind'>,
    isUnseparated = false,
  ): void {
    this.#drops.block(wholeOf(queued), { reason, detail, isUnseparated, isOurFault });
  }
}

function wholeOf({ block, jobs, waiting }: QueuedBlock): DroppedPart {
  return { sampleCount: block.sampleCount, jobs, waiting };
}
