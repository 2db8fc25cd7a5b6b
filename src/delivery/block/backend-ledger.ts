// What the lanes of one backend share: the bytes they hold together, the time before which none of them may send, and
// what the backend refuses.
import type { Clock } from '../../telemetry/clock.ts';
import { RefusalBudget } from './refusal-budget.ts';

export class BackendLedger {
  readonly limitBytes: number;
  readonly refusals: RefusalBudget;
  readonly #clock: Clock;
  #pausedUntilMs = 0;
  bytes = 0;
  requestsInFlight = 0;
  /** Samples given up because of a stop. */
  lostSamples = 0;
  /** Why the backend does not let us in (`status_401`); undefined while it does. */
  accessRefusal: string | undefined;

  constructor(limitBytes: number, clock: Clock) {
    this.limitBytes = limitBytes;
    this.#clock = clock;
    this.refusals = new RefusalBudget(clock);
  }

  hasRoom(byteLength: number): boolean {
    return this.bytes + byteLength <= this.limitBytes;
  }

  /** Holds all lanes back; never shortens a pause that is already longer. */
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
