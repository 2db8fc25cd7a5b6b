// Tells what one lane gives up: whole requests at once, and the series of one push together, when all of them are known.
// Whoever waits for a push of them hears it as well.
import type { DeliveryEvents } from '../../telemetry/events.ts';
import type { BackendLedger } from '../block/backend-ledger.ts';
import type { BlockPush } from '../block/push-manifest.ts';
import type { PartlyDelivered } from '../block/send-outcome.ts';
import type { WaitingPart } from '../block/waiting-part.ts';

export interface DropDeps {
  readonly backend: string;
  readonly ledger: BackendLedger;
  readonly events: DeliveryEvents;
}

export interface Drop {
  readonly reason: string;
  /** The backend's own words, made printable, or ours. */
  readonly detail: string;
  /** The refusal budget was used up: what is dropped was refused together, and some of it may be good. */
  readonly isUnseparated: boolean;
  /** Our credentials, TLS or address are the cause. */
  readonly isOurFault?: boolean | undefined;
}

/** What is dropped at once. */
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
  /** Whatever is given up from the stop on counts as lost. */
  isStopping = false;
  /** Samples that nobody refused: the stop had to end before they were delivered. */
  undelivered = 0;

  constructor(deps: DropDeps) {
    this.#deps = deps;
  }

  /** A block, or some whole pushes of one. */
  block({ sampleCount, jobs, waiting }: DroppedPart, drop: Drop): void {
    this.reach(undefined);
    this.#lose(sampleCount, drop);
    this.#tell(waiting, drop);
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

  /** What a backend did not take of a part: it says how much it took, and not what. */
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

  /** Some series of a push, of a block that was taken apart. */
  series(push: BlockPush, { sampleCount, waiting }: DroppedPart, drop: Drop): void {
    this.reach(push);
    this.#lose(sampleCount, drop);
    this.#tell(waiting, drop);
    const open = this.#open;
    if (open !== undefined && (open.reason !== drop.reason || open.isUnseparated !== drop.isUnseparated))
      this.reach(undefined);
    this.#open = this.#open
      ? { ...this.#open, series: this.#open.series + sampleCount }
      : { ...drop, push, series: sampleCount };
  }

  /** Nothing more comes of the pushes before `push`; undefined at the end of a block. */
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

  #tell(waiting: readonly WaitingPart[], { reason, detail, isOurFault = false }: Drop): void {
    const { backend } = this.#deps;
    for (const { ticket, sampleCount: samples } of waiting) {
      if (reason === 'too_old' || reason === 'shutdown')
        ticket.fail({ kind: 'givenUp', reason, detail, isOurFault });
      else ticket.fail({ kind: 'refused', backend, reason, detail, samples, isOurFault });
    }
  }
}
