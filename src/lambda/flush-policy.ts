// How long Sluice may make a function wait: by a push that waits for its delivery, and by a flush at the end of an
// invocation. Invariant: no wait reaches beyond the deadline of the invocation, and a backend that is away costs the whole
// time once, not with every push and every invocation.
import type { Clock } from '../telemetry/clock.ts';

/** What the runtime and Lambda have left of an invocation when Sluice is done with it. */
const LAMBDA_RESERVE_MS = 200;
/** What a handler has left for the rest of its work when its push has been answered. */
const HANDLER_RESERVE_MS = 500;
/** While a backend is away a flush has this part of its time, except for each time that it is tried in earnest. */
const FAILING_PART = 0.25;
const EARNEST_EVERY = 5;

export class FlushPolicy {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #flushTimeoutMs: number;
  /** In ms since the epoch; Infinity outside of an invocation. */
  #deadlineMs = Infinity;
  /** Something was not delivered in the time that it had, and no flush has delivered everything since. */
  #isFailing = false;
  /** All the same a push may wait, until one has waited in vain. */
  #isWorthATry = false;
  #flushes = 0;

  constructor(clock: Pick<Clock, 'nowMs'>, flushTimeoutMs: number) {
    this.#clock = clock;
    this.#flushTimeoutMs = flushTimeoutMs;
  }

  /** An invocation begins, or with Infinity none is going on. */
  setDeadline(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs;
  }

  /** Of a push, beside what is configured. */
  longestWaitMs(): number {
    return this.#isFailing && !this.#isWorthATry ? 0 : this.#untilDeadline(HANDLER_RESERVE_MS);
  }

  /** A push has waited as long as it might and was not delivered. */
  waitedInVain(): void {
    this.#isFailing = true;
    this.#isWorthATry = false;
    this.#flushes = 0;
  }

  /** Until when the end of a handler may be waited for: a flush has to fit in behind it. */
  handlerEndMs(): number {
    return this.#untilDeadline(2 * LAMBDA_RESERVE_MS);
  }

  /** Of the flush that begins now. */
  flushMs(): number {
    this.#flushes = this.#isFailing ? this.#flushes + 1 : 0;
    const isEarnest = this.#flushes % EARNEST_EVERY === 0;
    const wantedMs = this.#flushTimeoutMs * (isEarnest ? 1 : FAILING_PART);
    return Math.min(wantedMs, this.#untilDeadline(LAMBDA_RESERVE_MS));
  }

  flushed(remainingSamples: number): void {
    this.#isFailing = remainingSamples > 0;
    if (!this.#isFailing) this.#isWorthATry = false;
  }

  /** What a flush had left has been delivered since: the backend may be there, and take longer than a flush has. */
  caughtUp(): void {
    if (this.#isFailing && this.#flushes >= EARNEST_EVERY) this.#isWorthATry = true;
  }

  #untilDeadline(reserveMs: number): number {
    return Math.max(0, this.#deadlineMs - this.#clock.nowMs() - reserveMs);
  }
}
