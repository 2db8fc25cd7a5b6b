// Reports what one lane drops: whole requests at once, and the refused series of one push together, when all of them are
// known. Also releases the tickets of pushes that lost samples.
import type { DeliveryEvents } from '../../telemetry/events.ts';
import type { BackendLedger } from '../block/backend-ledger.ts';
import type { BlockPush } from '../block/push-manifest.ts';
import type { WaitingPart } from '../block/queued-block.ts';
import type { PartlyDelivered } from '../block/send-outcome.ts';

export interface DropDeps {
  readonly backend: string;
  readonly ledger: BackendLedger;
  readonly events: DeliveryEvents;
}

export interface Drop {
  readonly reason: string;
  /** The backend's words, made printable, or Sluice's. */
  readonly detail: string;
  /** The refusal budget was used up: all of this was refused together, and some of it may be good. */
  readonly isUnseparated: boolean;
  /** As in `Rejected`. */
  readonly isOurFault?: boolean | undefined;
}

/** What is dropped together. */
export interface DroppedPart {
  readonly sampleCount: number;
  readonly jobs: ReadonlyMap<string, number>;
  readonly waiting: readonly WaitingPart[];
}

interface OpenPush extends Drop {
  readonly push: BlockPush;
  readonly series: number;
}

export class DropReport {
  readonly #deps: DropDeps;
  #open: OpenPush | undefined;
  /** From the stop on, everything that is dropped counts as lost. */
  isStopping = false;
  /** Samples that no backend refused: the stop had to end before they were delivered. */
  undelivered = 0;

  constructor(deps: DropDeps) {
    this.#deps = deps;
  }

  /** A block, or some whole pushes of one. */
  block({ sampleCount, jobs, waiting }: DroppedPart, drop: Drop): void {
    this.reach(undefined);
    this.#lose(sampleCount, drop);
    this.#failTickets(waiting, drop);
    const { reason, detail, isUnseparated } = drop;
    this.#deps.events.blockDropped({
      backend: this.#deps.backend,
      sampleCount,
      jobs,
      reason,
      detail,
      isUnseparated,
    });
  }

  /** What a backend did not take of a part. It says how much it took, but not what. */
  remainder(part: DroppedPart, { written, reason, detail }: PartlyDelivered): void {
    const sampleCount = part.sampleCount - written;
    if (sampleCount <= 0) return;
    const unsaid = `took ${written} of ${part.sampleCount} samples sent together, and does not say which`;
    const waiting = part.waiting.map((each) => ({
      ...each,
      sampleCount: Math.min(each.sampleCount, sampleCount),
    }));
    const words = detail === '' ? unsaid : `${unsaid}: ${detail}`;
    this.block({ ...part, sampleCount, waiting }, { reason, detail: words, isUnseparated: true });
  }

  /** Some series of a push, from a block that was taken apart. */
  series(push: BlockPush, { sampleCount, waiting }: DroppedPart, drop: Drop): void {
    this.reach(push);
    this.#lose(sampleCount, drop);
    this.#failTickets(waiting, drop);
    const open = this.#open;
    if (open !== undefined && (open.reason !== drop.reason || open.isUnseparated !== drop.isUnseparated))
      this.reach(undefined);
    this.#open = this.#open
      ? { ...this.#open, series: this.#open.series + sampleCount }
      : { ...drop, push, series: sampleCount };
  }

  /** Nothing more of the pushes before `push` will be dropped. Undefined at the end of a block. */
  reach(push: BlockPush | undefined): void {
    if (this.#open === undefined || this.#open.push === push) return;
    const { push: open, series, reason, detail, isUnseparated } = this.#open;
    this.#open = undefined;
    const { backend, events } = this.#deps;
    const { job, sampleCount: pushSeries } = open;
    events.seriesDropped({ backend, job, reason, detail, series, pushSeries, isUnseparated });
  }

  #lose(samples: number, { reason }: Drop): void {
    if (this.isStopping) this.#deps.ledger.lostSamples += samples;
    if (reason === 'shutdown') this.undelivered += samples;
  }

  #failTickets(waiting: readonly WaitingPart[], { reason, detail, isOurFault = false }: Drop): void {
    const { backend } = this.#deps;
    for (const { ticket, sampleCount: samples } of waiting) {
      if (reason === 'too_old' || reason === 'shutdown')
        ticket.fail({ kind: 'givenUp', reason, detail, isOurFault });
      else ticket.fail({ kind: 'refused', backend, reason, detail, samples, isOurFault });
    }
  }
}
