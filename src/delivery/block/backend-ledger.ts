// What the lanes of one backend share: the bytes that they hold together, the time before which none of them may send, and
// the budget for refusals.
import type { Clock } from '../../telemetry/clock.ts';

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

/** Refusals in a row after a quiet time. */
export const MAX_REFUSALS = 256;
/** Below this, blocks are cut only between pushes: the rest of the budget serves to find which pushes are refused. */
export const KEPT_FOR_PUSHES = 128;
const REFILL_PER_SECOND = 5;

/**
 * How much one backend may refuse before Sluice stops searching blocks for what it refuses: a token bucket. A refused part of
 * a block costs a token, and every accepted request gives one back. Finding one bad series costs no more refusals than
 * successes, each further one in the same block about two: the bucket empties only if much is bad.
 */
export class RefusalBudget {
  readonly #clock: Clock;
  #tokens = MAX_REFUSALS;
  #filledAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAtMs = clock.monotonicMs();
  }

  /** A part of a refused block was refused as well. */
  spend(): void {
    this.#refill();
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  /** A request was accepted. */
  earn(): void {
    this.#tokens = Math.min(MAX_REFUSALS, this.#tokens + 1);
  }

  /** Whether a refused part may be cut: between pushes, or inside one. */
  allowsCut(isInsidePush: boolean): boolean {
    this.#refill();
    return this.#tokens >= (isInsidePush ? KEPT_FOR_PUSHES : 1);
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs();
    const gained = ((nowMs - this.#filledAtMs) / 1000) * REFILL_PER_SECOND;
    this.#tokens = Math.min(MAX_REFUSALS, this.#tokens + gained);
    this.#filledAtMs = nowMs;
  }
}
