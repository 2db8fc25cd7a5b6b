// A clock that moves only when the test moves it. It keeps every delay it was asked for.
import type { Clock, Timer } from '../../src/telemetry/clock.ts';

interface PendingTimer {
  readonly fn: () => void;
  readonly dueMs: number;
}

export class FakeClock implements Clock {
  /** Every delay that was asked for, in order. */
  readonly delays: number[] = [];
  readonly #timers = new Set<PendingTimer>();
  #elapsedMs = 0;
  #epochMs: number;

  constructor(epochMs = 1_700_000_000_000) {
    this.#epochMs = epochMs;
  }

  nowMs(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  setTimer(fn: () => void, delayMs: number): Timer {
    this.delays.push(delayMs);
    const timer = { fn, dueMs: this.#elapsedMs + delayMs };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves on, calling what becomes due in order of time. */
  advance(byMs: number): void {
    const endMs = this.#elapsedMs + byMs;
    for (let next = this.#nextDue(endMs); next !== undefined; next = this.#nextDue(endMs)) {
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.fn();
    }
    this.#elapsedMs = endMs;
  }

  /** As after a freeze: timers that became due during it are called late, when it is over. */
  leap(byMs: number): void {
    this.#elapsedMs += byMs;
    this.advance(0);
  }

  /** Sets the wall clock, as an administrator would; waits are not touched. */
  stepWallClock(byMs: number): void {
    this.#epochMs += byMs;
  }

  #nextDue(endMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
