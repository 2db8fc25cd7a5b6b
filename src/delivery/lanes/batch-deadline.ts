// Says when an open batch has waited long enough for company: at its deadline, or in the next turn of the event loop if
// somebody waits for one of its pushes.
import type { Clock, Timer } from '../../telemetry/clock.ts';

export class BatchDeadline {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #onDue: () => void;
  readonly #meet = (): void => {
    this.cancel();
    this.#onDue();
  };
  #timer: Timer | undefined;
  #isHurried = false;

  constructor(clock: Clock, delayMs: number, onDue: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#onDue = onDue;
  }

  /** Does nothing if the time is running already. */
  start(): void {
    this.#timer ??= this.#clock.setTimer(this.#meet, this.#delayMs);
  }

  /** Pushes that come in this turn of the event loop still go along. */
  hurry(): void {
    if (this.#isHurried) return;
    this.#isHurried = true;
    setImmediate(() => {
      this.#isHurried = false;
      this.#meet();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
