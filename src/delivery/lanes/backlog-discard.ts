// Gives up the pushes of a lane before a position of the log. They are read once more so that it can be reported what they were.
import type { RelabelDrops } from '../../telemetry/events.ts';
import type { ReadPush } from '../block/lane-push.ts';

export interface DiscardListener {
  /** These samples, by job, were given up. */
  onDiscarded(jobs: ReadonlyMap<string, number>): void;
  /** Rules removed these from a push that was given up. */
  onRelabelDropped(drops: RelabelDrops): void;
}

export class BacklogDiscard {
  readonly #until: number;
  readonly #events: DiscardListener;
  readonly #onDone: () => void;
  /** Samples by job, so far. */
  readonly #jobs = new Map<string, number>();

  constructor(until: number, events: DiscardListener, onDone: () => void) {
    this.#until = until;
    this.#events = events;
    this.#onDone = onDone;
  }

  /** Gives up the push if it is before the position; returns whether it was. */
  takes({ push, encoded, range }: ReadPush): boolean {
    if (range.position >= this.#until) return false;
    this.#jobs.set(push.job, (this.#jobs.get(push.job) ?? 0) + encoded.sampleCount);
    if (encoded.dropped) this.#events.onRelabelDropped(encoded.dropped);
    return true;
  }

  /** Ends the discard, and returns true, if everything before `position` has been read and that is enough. */
  endsAt(position: number): boolean {
    if (position < this.#until) return false;
    this.#events.onDiscarded(this.#jobs);
    this.#onDone();
    return true;
  }
}
