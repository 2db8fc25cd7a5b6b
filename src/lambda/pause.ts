// A wait inside of an invocation: over when its time is, or when its signal aborts. It leaves no timer behind.
import type { Clock } from '../telemetry/clock.ts';

/** Never rejects. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, delayMs);
    signal.addEventListener('abort', end);
  });
}
