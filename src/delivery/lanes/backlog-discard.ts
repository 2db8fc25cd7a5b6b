// Gives up the pushes of a lane before a position of the spool, as they are read once more: so that it is known what they were.
import type { RelabelDrops } from '../../telemetry/events.ts';
import type { LanePush } from '../block/lane-push.ts';

export interface DiscardEvents {
  /** These samples, by job, were given up. */
  onDiscarded(jobs: ReadonlyMap<string, number>): void;
  /** What rules took out of a push that was given up. */
  onRelabelDropped(drops: RelabelDrops): void;
}

export class BacklogDiscard {
  readonly #until: number;
  readonly #events: DiscardEvents;
  readonly #onDone: () => void;
  /** Samples by job, so far. */
  readonly #jobs = new Map<string, number>();

  constructor(until: number, events: DiscardEvents, onDone: () => void) {
    this.#until = until;
    this.#events = events;
    this.#onDone = onDone;
  }

  /** Whether the push is one of those to be given up; then it is. */
  takes({ push, encoded, range }: LanePush): boolean {
    if (range!.position >= this.#until) return false;
    this.#jobs.set(push.job, (this.#jobs.get(push.job) ?? 0) + encoded.sampleCount);
    if (encoded.dropped) this.#events.onRelabelDropped(encoded.dropped);
    return true;
  }

  /** Whether all that lies before `position` is enough; then it is told, once. */
  endsAt(position: number): boolean {
    if (position < this.#until) return false;
    this.#events.onDiscarded(this.#jobs);
    this.#onDone();
    return true;
  }
}
