// Takes one block at a time to its end: delivered, dropped, or taken apart into what is delivered and what is dropped.
import type { BlockSealer } from '../remotewrite/block-sealer.ts';
import { BlockSeparation } from './block-separation.ts';
import { DropReport } from './drop-report.ts';
import type { QueuedBlock } from './queued-block.ts';
import {
  type GivenUp,
  type Refused,
  type RequestDeps,
  RequestSender,
  type TakenInPart,
} from './request-sender.ts';

export interface SenderDeps extends RequestDeps {
  readonly sealer: BlockSealer;
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

  async deliver(queued: QueuedBlock): Promise<void> {
    const end = await this.#requests.send(queued);
    switch (end.kind) {
      case 'delivered':
        return;
      case 'partial':
        return this.#dropRemainder(queued, end);
      case 'givenUp':
        return this.#drop(queued, end);
      case 'rejected':
        return this.#refused(queued, end);
    }
  }

  dropTooLarge(queued: QueuedBlock): void {
    const { maxRequestBytes } = this.#deps.queueConfig;
    const detail = `a series of ${queued.block.body.length} bytes compressed, maxRequestBytes is ${maxRequestBytes}`;
    this.#drop(queued, { reason: 'too_large', detail });
  }

  /** The next attempt starts at once; the ones after it back off as ever. */
  hurry(): void {
    this.#drops.isStopping = true;
    this.#requests.hurry();
  }

  /** Ends the attempt or wait under way; every block from now on is given up. */
  abandon(): void {
    this.#drops.isStopping = true;
    this.#requests.abandon();
  }

  async #refused(queued: QueuedBlock, refusal: Refused): Promise<void> {
    const { sealer, ledger, events, backend } = this.#deps;
    const { refusals } = ledger;
    if (refusal.remedy === 'none') return this.#drop(queued, refusal);
    const { sampleCount } = queued.block;
    if (sampleCount > 1 && !refusals.allowsCut(false)) return this.#drop(queued, refusal, true);
    if (sampleCount > 1)
      events.blockSplit({
        backend,
        sampleCount,
        jobs: queued.jobs,
        reason: refusal.reason,
        detail: refusal.detail,
      });
    const deps = { requests: this.#requests, sealer, refusals, drops: this.#drops };
    await new BlockSeparation(queued, deps).run(refusal);
  }

  #dropRemainder({ block, jobs }: QueuedBlock, { written, reason, detail }: TakenInPart): void {
    const sampleCount = block.sampleCount - written;
    this.#drops.remainder({ sampleCount, jobs }, { reason, detail, isUnseparated: true });
  }

  #drop(queued: QueuedBlock, { reason, detail }: Omit<GivenUp, 'kind'>, isUnseparated = false): void {
    const { block, jobs } = queued;
    this.#drops.block({ sampleCount: block.sampleCount, jobs }, { reason, detail, isUnseparated });
  }
}
