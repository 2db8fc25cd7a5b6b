// Waits that a signal can end. Every wait of the program is made of these, so none leaks a timer or a listener.
import type { Clock } from './clock.ts';

/**
 * Calls `fn` when `signal` aborts, or at once if it has. Call what this returns as soon as the signal does not matter any
 * more: signals live longer than what waits for them.
 */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  if (signal.aborted) {
    fn();
    return () => undefined;
  }
  signal.addEventListener('abort', fn);
  return () => signal.removeEventListener('abort', fn);
}

/**
 * Resolves when `start` has had its argument called, or when `signal` aborts; never rejects. `start` must not call it
 * before it returns. What `start` returns is called once, at the end.
 */
export function untilDone(signal: AbortSignal, start: (done: () => void) => () => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    let stopListening = () => {};
    const done = () => {
      stopListening();
      cleanUp();
      resolve();
    };
    const cleanUp = start(done);
    stopListening = onAbort(signal, done);
  });
}

/** Resolves after the delay, or when `signal` aborts; never rejects. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return untilDone(signal, (done) => {
    const timer = clock.setTimer(done, delayMs);
    return () => timer.cancel();
  });
}

/** As `promise`, but rejects with the signal's reason as soon as it aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(stopListening);
  });
}
