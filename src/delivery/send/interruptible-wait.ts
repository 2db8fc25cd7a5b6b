// A wait that ends when its time is over, when it is cut short, or when its signal aborts. It leaves no timer behind.
import type { Clock } from '../../telemetry/clock.ts';

export class InterruptibleWait {
  readonly #clock: Clock;
  #end: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One at a time. */
  wait(delayMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#end = undefined;
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = this.#clock.setTimer(end, delayMs);
      signal.addEventListener('abort', end);
      this.#end = end;
    });
  }

  cutShort(): void {
    this.#end?.();
  }
}
