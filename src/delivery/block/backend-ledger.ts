// What the lanes of one backend share: the bytes that they hold together, the time before which none of them may send, and
// the budget for refusals.
import type { Clock } from '../../telemetry/clock.ts';
import { RefusalBudget } from './refusal-budget.ts';

export class BackendLedger {
  readonly limitBytes: number;
  readonly refusals: RefusalBudget;
  readonly #clock: Clock;
  #pausedUntilMs = 0;
  bytes = 0;
  requestsInFlight = 0;
  /** Samples that a stop gave up. */
  lostSamples = 0;
  /** Why the backend refuses access (`status_401`); undefined while it does not. */
  accessRefusal: string | undefined;

  constructor(limitBytes: number, clock: Clock) {
    this.limitBytes = limitBytes;
    this.#clock = clock;
    this.refusals = new RefusalBudget(clock);
  }

  hasRoom(byteLength: number): boolean {
    return this.bytes + byteLength <= this.limitBytes;
  }

  /** No lane sends for this long. Never shortens a longer pause. */
  pause(delayMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.monotonicMs() + delayMs);
  }

  endPause(): void {
    this.#pausedUntilMs = 0;
  }

  /** Monotonic. */
  get pausedUntilMs(): number {
    return this.#pausedUntilMs;
  }
}
