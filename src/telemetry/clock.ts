// The clock as an argument: all code that reads the time or waits uses this interface.
import { performance } from 'node:perf_hooks';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch; may step in either direction. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start; never steps back. For measuring and waiting. */
  monotonicMs(): number;
  /** Calls `fn` once. A delay over about 24.8 days is cut to that: waiters compare with `monotonicMs` and wait again. */
  setTimer(fn: () => void, delayMs: number): Timer;
}

/** Above this Node's timers fire after one millisecond. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  return { nowMs: Date.now, monotonicMs: () => performance.now(), setTimer: startTimer };
}

/** Resolves after the delay; nothing can cut it short. */
export function passed(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(resolve, delayMs));
}

function startTimer(fn: () => void, delayMs: number): Timer {
  const timer = setTimeout(fn, Math.min(delayMs, LONGEST_DELAY_MS));
  return { cancel: () => clearTimeout(timer) };
}
