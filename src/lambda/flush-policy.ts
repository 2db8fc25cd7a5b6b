// How long Sluice may make a function wait: for the delivery of a push, and for the flush at the end of an invocation.
// Invariant: no wait goes past the deadline of the invocation, and a backend that is away costs the whole time once, not
// with every push and every invocation.
import type { Clock } from '../telemetry/clock.ts';

/** The part of an invocation that is kept for the runtime and Lambda. */
const LAMBDA_RESERVE_MS = 200;
/** The part of an invocation that is kept for the rest of a handler's work after its push. */
const HANDLER_RESERVE_MS = 500;
/** While a backend is away, a flush gets this part of its time, and every fifth flush gets all of it. */
const FAILING_PART = 0.25;
const FULL_TIME_EVERY = 5;

export class FlushPolicy {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #flushTimeoutMs: number;
  /** In ms since the epoch; Infinity outside of an invocation. */
  #deadlineMs = Infinity;
  /** Something was not delivered in the time that it had, and no flush has delivered everything since. */
  #isFailing = false;
  /** Even so a push may wait, until a wait times out. */
  #mayTryWaiting = false;
  #flushes = 0;

  constructor(clock: Pick<Clock, 'nowMs'>, flushTimeoutMs: number) {
    this.#clock = clock;
    this.#flushTimeoutMs = flushTimeoutMs;
  }

  /** An invocation begins, or with Infinity none is going on. */
  setDeadline(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs;
  }

  /** The limit on the wait of a push, next to the configured one. */
  longestWaitMs(): number {
    return this.#isFailing && !this.#mayTryWaiting ? 0 : this.#untilDeadline(HANDLER_RESERVE_MS);
  }

  /** A push has waited as long as it may and was not delivered. */
  waitTimedOut(): void {
    this.#isFailing = true;
    this.#mayTryWaiting = false;
    this.#flushes = 0;
  }

  /** How long to wait for the end of a handler. A flush has to fit in after it. */
  handlerEndMs(): number {
    return this.#untilDeadline(2 * LAMBDA_RESERVE_MS);
  }

  /** The time for the flush that begins now. */
  flushMs(): number {
    this.#flushes = this.#isFailing ? this.#flushes + 1 : 0;
    const hasFullTime = this.#flushes % FULL_TIME_EVERY === 0;
    const wantedMs = this.#flushTimeoutMs * (hasFullTime ? 1 : FAILING_PART);
    return Math.min(wantedMs, this.#untilDeadline(LAMBDA_RESERVE_MS));
  }

  flushed(remainingSamples: number): void {
    this.#isFailing = remainingSamples > 0;
    if (!this.#isFailing) this.#mayTryWaiting = false;
  }

  /** The samples that a flush had left are delivered. The backend may be there, and only slower than a flush may be. */
  caughtUp(): void {
    if (this.#isFailing && this.#flushes >= FULL_TIME_EVERY) this.#mayTryWaiting = true;
  }

  #untilDeadline(reserveMs: number): number {
    return Math.max(0, this.#deadlineMs - this.#clock.nowMs() - reserveMs);
  }
}
