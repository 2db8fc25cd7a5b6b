// Tells what one lane gives up: whole requests at once, and the series of one push together, when all of them are known.
import type { DeliveryEvents } from '../telemetry/events.ts';
import type { BackendLedger } from './backend-ledger.ts';
import type { BlockPush } from './push-manifest.ts';

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

  constructor(deps: DropDeps) {
    this.#deps = deps;
  }

  /** A block, or some whole pushes of one. */
  block(facts: { sampleCount: number; jobs: ReadonlyMap<string, number> }, drop: Drop): void {
    this.reach(undefined);
    this.#lose(facts.sampleCount);
    this.#deps.events.blockDropped({ backend: this.#deps.backend, ...facts, ...drop });
  }

  /** What a backend that took the rest of the block did not take; it does not say which samples. */
  remainder(facts: { sampleCount: number; jobs: ReadonlyMap<string, number> }, drop: Drop): void {
    if (facts.sampleCount > 0) this.block(facts, drop);
  }

  /** Some series of a push, of a block that was taken apart. */
  series(push: BlockPush, series: number, drop: Drop): void {
    this.reach(push);
    this.#lose(series);
    const open = this.#open;
    if (open !== undefined && (open.reason !== drop.reason || open.isUnseparated !== drop.isUnseparated))
      this.reach(undefined);
    this.#open = this.#open
      ? { ...this.#open, series: this.#open.series + series }
      : { ...drop, push, series };
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

  #lose(samples: number): void {
    if (this.isStopping) this.#deps.ledger.lostSamples += samples;
  }
}
