// Takes one refused block apart until what the backend refuses stands alone: the rest is delivered, once and in the order
// of the block. Bounded by the backend's refusal budget; where that is used up, what is refused is dropped as it stands.
import type { BlockSealer } from '../../remotewrite/block-sealer.ts';
import { OpenedBlock, type Part } from '../block/opened-block.ts';
import { isLeftInSpool, type QueuedBlock } from '../block/queued-block.ts';
import type { RefusalBudget } from '../block/refusal-budget.ts';
import type { DroppedPart, DropReport } from './drop-report.ts';
import type { GivenUp, Refused, Request, RequestSender } from './request-sender.ts';

export interface SeparationDeps {
  readonly requests: Pick<RequestSender, 'send'>;
  readonly sealer: BlockSealer;
  readonly refusals: RefusalBudget;
  readonly drops: DropReport;
  /** Whether requests get metadata that is not in their blocks. */
  readonly addsMetadata: boolean;
}

interface WaitingPart extends Part {
  /** The first half of what was refused: where it is taken, the other half holds what is refused. */
  readonly isFirstHalf?: true;
}

export class BlockSeparation {
  readonly #deps: SeparationDeps;
  readonly #queued: QueuedBlock;
  readonly #opened: OpenedBlock;
  /** What is not sent yet, the next one last. */
  readonly #waiting: WaitingPart[] = [];

  constructor(queued: QueuedBlock, deps: SeparationDeps) {
    this.#deps = deps;
    this.#queued = queued;
    this.#opened = new OpenedBlock(queued, deps.sealer);
  }

  /** `refusal` is the answer to the whole block. Whether in the end every series is delivered or dropped. */
  async run(refusal: Refused): Promise<boolean> {
    this.#refused(this.#opened.whole, refusal);
    for (let part = this.#waiting.pop(); part !== undefined; part = this.#waiting.pop()) {
      this.#deps.drops.reach(this.#opened.push(this.#opened.pushAt(part.from)));
      const end = await this.#deps.requests.send(this.#request(part));
      if (end.kind === 'givenUp') {
        if (isLeftInSpool(this.#queued, end)) {
          this.#deps.drops.reach(undefined);
          return false;
        }
        this.#giveUpFrom(part, end);
      } else if (end.kind === 'delivered') this.#delivered(part);
      else if (end.kind === 'partial') this.#deps.drops.remainder(this.#dropped(part), end);
      else {
        if (end.remedy !== 'none') this.#deps.refusals.spend();
        this.#refused(part, end);
      }
    }
    this.#deps.drops.reach(undefined);
    return true;
  }

  #delivered({ isFirstHalf }: WaitingPart): void {
    const other = isFirstHalf ? this.#waiting.at(-1)! : undefined;
    if (other === undefined || isSingle(other) || !this.#mayCut(other)) return;
    // Known to be refused: cut at once, instead of being sent for a certain refusal.
    this.#waiting.pop();
    this.#cut(other, 'separate');
  }

  #refused(part: Part, refusal: Refused): void {
    const { remedy } = refusal;
    if (remedy === 'none') this.#drop(part, refusal);
    else if (isSingle(part)) this.#refusedSingle(part, remedy === 'shrink' ? tooLarge(refusal) : refusal);
    else if (this.#mayCut(part)) this.#cut(part, remedy);
    else this.#drop(part, refusal, true);
  }

  #refusedSingle(part: Part, refusal: Refused): void {
    const { from, to } = part;
    // Its metadata may be the reason; without any the series is sent once more.
    const isShrunkBare = refusal.remedy === 'shrink' && this.#deps.addsMetadata && part.isBare !== true;
    if (isShrunkBare || this.#opened.hasMetadata(part)) this.#waiting.push({ from, to, isBare: true });
    else this.#drop(part, refusal);
  }

  #mayCut(part: Part): boolean {
    return this.#deps.refusals.allowsCut(this.#opened.isInsidePush(part));
  }

  #cut({ from, to }: Part, remedy: 'separate' | 'shrink'): void {
    const middle = this.#opened.middle({ from, to });
    this.#waiting.push({ from: middle, to });
    // Of a block that was too large, one half that fits says nothing of the other.
    this.#waiting.push(remedy === 'shrink' ? { from, to: middle } : { from, to: middle, isFirstHalf: true });
  }

  #request(part: Part): Request {
    const { newestMs } = this.#queued;
    return { block: this.#opened.seal(part), jobs: this.#opened.jobs(part), newestMs };
  }

  #drop(part: Part, { reason, detail, isOurFault }: Refused, isUnseparated = false): void {
    const opened = this.#opened;
    const { from, to } = part;
    const drop = { reason, detail, isUnseparated, isOurFault };
    if (to - from < opened.whole.to && opened.isInsidePush(part))
      this.#deps.drops.series(opened.push(opened.pushAt(from)), this.#dropped(part), drop);
    else this.#deps.drops.block(this.#dropped(part), drop);
  }

  #giveUpFrom({ from }: Part, { reason, detail, isOurFault }: GivenUp): void {
    this.#waiting.length = 0;
    const rest = { from, to: this.#opened.whole.to };
    this.#deps.drops.block(this.#dropped(rest), { reason, detail, isUnseparated: false, isOurFault });
  }

  #dropped(part: Part): DroppedPart {
    const opened = this.#opened;
    return { sampleCount: part.to - part.from, jobs: opened.jobs(part), waiting: opened.waiting(part) };
  }
}

function isSingle({ from, to }: Part): boolean {
  return to - from === 1;
}

/** A single series that is over the backend's limit on requests. */
function tooLarge({ status, detail, ...refusal }: Refused): Refused {
  // Of one that was not even sent the words are ours, and say it all.
  if (status === 0) return { ...refusal, status, reason: 'too_large', detail };
  const words = detail === '' ? '' : `: ${detail}`;
  return { ...refusal, status, reason: 'too_large', detail: `answered ${status}${words}` };
}
