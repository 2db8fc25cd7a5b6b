// Takes one refused block apart until every refused series is alone: the rest is delivered, once and in the order of the
// block. The backend's refusal budget bounds it; when that is used up, refused parts are dropped whole.
import type { BlockSealer } from '../../remotewrite/block.ts';
import type { RefusalBudget } from '../block/backend-ledger.ts';
import { type BlockPart, OpenedBlock } from '../block/opened-block.ts';
import { isLeftInSpool, type OutgoingBlock, type QueuedBlock } from '../block/queued-block.ts';
import type {
  FinalOutcome,
  GivenUp,
  LeftInSpool,
  PartlyDelivered,
  Rejected,
  Sender,
} from '../block/send-outcome.ts';
import type { DroppedPart, DropReport } from './drop-report.ts';

export interface SeparationDeps {
  /** Sends one part, with retries. */
  readonly next: Sender<OutgoingBlock, FinalOutcome>;
  readonly sealer: BlockSealer;
  readonly refusals: RefusalBudget;
  readonly drops: DropReport;
  /** Whether requests get metadata that is not in their blocks. */
  readonly addsMetadata: boolean;
}

interface UnsentPart extends BlockPart {
  /** The first half of a refused part: if it is taken, the refused series are in the other half. */
  readonly isFirstHalf?: true;
}

export class BlockSeparation {
  readonly #deps: SeparationDeps;
  readonly #block: QueuedBlock;
  readonly #opened: OpenedBlock;
  /** The next one last. */
  readonly #unsent: UnsentPart[] = [];
  /** Samples that the backend took. */
  #written = 0;

  constructor(block: QueuedBlock, deps: SeparationDeps) {
    this.#deps = deps;
    this.#block = block;
    this.#opened = new OpenedBlock(block, deps.sealer);
  }

  /** `refusal` is the answer to the whole block. Every series ends delivered or dropped, unless a stop leaves the rest in the spool. */
  async run(refusal: Rejected, signal: AbortSignal): Promise<PartlyDelivered | LeftInSpool> {
    this.#rejected(this.#opened.whole, refusal);
    for (let part = this.#unsent.pop(); part !== undefined; part = this.#unsent.pop()) {
      this.#deps.drops.reach(this.#opened.push(this.#opened.pushAt(part.from)));
      const outcome = await this.#deps.next.send(this.#seal(part), signal);
      if (outcome.kind === 'givenUp' && isLeftInSpool(this.#block, outcome))
        return this.#finish({ kind: 'leftInSpool' });
      this.#settle(part, outcome);
    }
    const { status, reason, detail } = refusal;
    return this.#finish({ kind: 'partial', status, reason, detail, written: this.#written });
  }

  #settle(part: UnsentPart, outcome: FinalOutcome): void {
    switch (outcome.kind) {
      case 'delivered':
        return this.#delivered(part);
      case 'partial':
        this.#written += outcome.written;
        return this.#deps.drops.remainder(this.#dropped(part), outcome);
      case 'givenUp':
        return this.#giveUpFrom(part, outcome);
      case 'rejected':
        if (outcome.remedy !== 'none') this.#deps.refusals.spend();
        return this.#rejected(part, outcome);
    }
  }

  #finish<T>(end: T): T {
    this.#deps.drops.reach(undefined);
    return end;
  }

  #delivered({ from, to, isFirstHalf }: UnsentPart): void {
    this.#written += to - from;
    const other = isFirstHalf ? this.#unsent.at(-1)! : undefined;
    if (other === undefined || isSingle(other) || !this.#mayCut(other)) return;
    // Cut at once: sending it whole would only be refused.
    this.#unsent.pop();
    this.#cut(other, 'separate');
  }

  #rejected(part: BlockPart, refusal: Rejected): void {
    const { remedy } = refusal;
    if (remedy === 'none') this.#drop(part, refusal);
    else if (isSingle(part)) this.#rejectedSingle(part, remedy === 'shrink' ? tooLarge(refusal) : refusal);
    else if (this.#mayCut(part)) this.#cut(part, remedy);
    else this.#drop(part, refusal, true);
  }

  #rejectedSingle(part: BlockPart, refusal: Rejected): void {
    const { from, to } = part;
    // Its metadata may be the reason: the series is sent once more without.
    const isShrunkBare = refusal.remedy === 'shrink' && this.#deps.addsMetadata && part.isBare !== true;
    if (isShrunkBare || this.#opened.hasMetadata(part)) this.#unsent.push({ from, to, isBare: true });
    else this.#drop(part, refusal);
  }

  #mayCut(part: BlockPart): boolean {
    return this.#deps.refusals.allowsCut(this.#opened.isInsidePush(part));
  }

  #cut({ from, to }: BlockPart, remedy: 'separate' | 'shrink'): void {
    const middle = this.#opened.middle({ from, to });
    this.#unsent.push({ from: middle, to });
    // If a block was too large, a first half that fits says nothing about the other.
    this.#unsent.push(remedy === 'shrink' ? { from, to: middle } : { from, to: middle, isFirstHalf: true });
  }

  #seal(part: BlockPart): OutgoingBlock {
    return { ...this.#opened.seal(part), jobs: this.#opened.jobs(part), newestMs: this.#block.newestMs };
  }

  #drop(part: BlockPart, { reason, detail, isOurFault }: Rejected, isUnseparated = false): void {
    const opened = this.#opened;
    const { from, to } = part;
    const drop = { reason, detail, isUnseparated, isOurFault };
    if (to - from < opened.whole.to && opened.isInsidePush(part))
      this.#deps.drops.series(opened.push(opened.pushAt(from)), this.#dropped(part), drop);
    else this.#deps.drops.block(this.#dropped(part), drop);
  }

  #giveUpFrom({ from }: BlockPart, { reason, detail, isOurFault }: GivenUp): void {
    this.#unsent.length = 0;
    const rest = { from, to: this.#opened.whole.to };
    this.#deps.drops.block(this.#dropped(rest), { reason, detail, isUnseparated: false, isOurFault });
  }

  #dropped(part: BlockPart): DroppedPart {
    const opened = this.#opened;
    return { sampleCount: part.to - part.from, jobs: opened.jobs(part), waiting: opened.waiting(part) };
  }
}

function isSingle({ from, to }: BlockPart): boolean {
  return to - from === 1;
}

/** A single series that is over the backend's limit on requests. */
function tooLarge({ status, detail, ...refusal }: Rejected): Rejected {
  // If it was not sent at all, the detail is ours and complete.
  if (status === 0) return { ...refusal, status, reason: 'too_large', detail };
  const words = detail === '' ? '' : `: ${detail}`;
  return { ...refusal, status, reason: 'too_large', detail: `answered ${status}${words}` };
}
