// Counts what a lane was given and has not settled, for flushes. A lane is first in, first out: of what waits in it, what
// came after a flush began is settled last.
import { untilDone } from '../../telemetry/wait.ts';

export interface FlushReport {
  /**
   * Samples accepted before the flush that are neither delivered nor dropped, in memory or in the log, summed over the
   * required backends that miss them. What an earlier run left in the log counts as one for each lane until it is read.
   */
  readonly remainingSamples: number;
}

interface FlushPoint {
  /** What the lane had been given when the flush began, in samples. */
  taken: number;
  /** The position in the log of the last push that the lane had been given. */
  readonly lastPosition: number;
  end: () => void;
}

export class LaneProgress {
  readonly #waitingSamples: () => number;
  readonly #open = new Set<FlushPoint>();
  /** Samples of all pushes that the lane was given. */
  #taken = 0;
  #lastPosition = -1;

  /** `waitingSamples`: how many samples the lane has to settle yet. */
  constructor(waitingSamples: () => number) {
    this.#waitingSamples = waitingSamples;
  }

  /** `position` is that of the push in the log; undefined if it is in memory only. */
  take(sampleCount: number, position?: number): void {
    this.#taken += sampleCount;
    if (position !== undefined) this.#lastPosition = position;
  }

  /**
   * The push at `position` has so many samples less than was said when it was taken: rules removed them. Without this a
   * later push that shrinks would pass for an earlier one that was settled.
   */
  shrink(position: number, sampleCount: number): void {
    if (sampleCount === 0) return;
    this.#taken -= sampleCount;
    for (const point of this.#open) if (position <= point.lastPosition) point.taken -= sampleCount;
  }

  /** Whether a flush waits for this lane. */
  get isAwaited(): boolean {
    return this.#open.size > 0;
  }

  /** Something was settled. */
  advance(): void {
    for (const point of this.#open) if (this.#remaining(point) === 0) point.end();
  }

  /** Resolves when all that was taken so far is settled, or `signal` aborts: with how many samples of it still wait. */
  async settled(signal: AbortSignal): Promise<number> {
    const point: FlushPoint = { taken: this.#taken, lastPosition: this.#lastPosition, end: () => undefined };
    if (this.#remaining(point) > 0)
      await untilDone(signal, (end) => {
        point.end = end;
        this.#open.add(point);
        return () => this.#open.delete(point);
      });
    return this.#remaining(point);
  }

  #remaining({ taken }: FlushPoint): number {
    const takenSince = Math.max(0, this.#taken - taken);
    return Math.max(0, this.#waitingSamples() - takenSince);
  }
}
