// Whoever waits until all that a lane was given before a moment is delivered or dropped. A lane is first in, first out:
// of what waits in it, what came since that moment is settled last.

import { untilDone } from '../../telemetry/wait.ts';

export interface FlushReport {
  /**
   * Samples accepted before the flush that are neither delivered nor dropped, in memory or in the spool, summed over the
   * required backends that miss them. What an earlier run left in the spool counts as one for each lane until it is read.
   */
  readonly remainingSamples: number;
}

interface FlushPoint {
  /** What the lane had been given when the flush began. */
  readonly taken: number;
  readonly end: () => void;
}

export class LaneProgress {
  readonly #waitingSamples: () => number;
  readonly #open = new Set<FlushPoint>();
  /** Samples of all pushes that the lane was given. */
  #taken = 0;

  /** `waitingSamples`: how many samples the lane has to settle yet. */
  constructor(waitingSamples: () => number) {
    this.#waitingSamples = waitingSamples;
  }

  take(sampleCount: number): void {
    this.#taken += sampleCount;
  }

  /** Whether somebody waits. */
  get isAwaited(): boolean {
    return this.#open.size > 0;
  }

  /** Something was settled. */
  advance(): void {
    for (const point of this.#open) if (this.#remaining(point.taken) === 0) point.end();
  }

  /** Resolves when all that was taken so far is settled, or `signal` aborts: with how many samples of it still wait. */
  async settled(signal: AbortSignal): Promise<number> {
    const taken = this.#taken;
    if (this.#remaining(taken) > 0)
      await untilDone(signal, (end) => {
        const point = { taken, end };
        this.#open.add(point);
        return () => this.#open.delete(point);
      });
    return this.#remaining(taken);
  }

  #remaining(taken: number): number {
    return Math.max(0, this.#waitingSamples() - (this.#taken - taken));
  }
}
