// Which version of remote write a backend that is configured for 2.0 is sent. One that turns out not to know it gets 1.0
// from then on; 2.0 is tried anew after an hour, and after a restart. Told once, and once when it has learned it.
import type { Clock } from '../../telemetry/clock.ts';
import type { DeliveryEvents } from '../../telemetry/events.ts';

const RETRY_AFTER_MS = 3_600_000;

export interface MessageVersionDeps {
  readonly backend: string;
  readonly events: DeliveryEvents;
  readonly clock: Clock;
}

export class MessageVersion {
  readonly #deps: MessageVersionDeps;
  /** When 2.0 is tried anew, monotonic; undefined as long as the backend is taken to know it. */
  #retryAtMs: number | undefined;

  constructor(deps: MessageVersionDeps) {
    this.#deps = deps;
    deps.events.messageVersionChosen(deps.backend, 2);
  }

  /** What the next request is to be. */
  get current(): 1 | 2 {
    return this.#retryAtMs === undefined || this.#isTrialDue() ? 2 : 1;
  }

  /** The backend has shown that it does not know 2.0. `reason` is a short stable word. */
  fallBack(reason: string): void {
    const isNews = this.#retryAtMs === undefined;
    this.#retryAtMs = this.#deps.clock.monotonicMs() + RETRY_AFTER_MS;
    if (isNews) this.#deps.events.messageVersionFellBack({ backend: this.#deps.backend, reason });
  }

  /** The backend has shown that it knows 2.0. A late answer from before the fallback says nothing. */
  confirm(): void {
    if (this.#retryAtMs === undefined || !this.#isTrialDue()) return;
    this.#retryAtMs = undefined;
    this.#deps.events.messageVersionRestored({ backend: this.#deps.backend });
  }

  #isTrialDue(): boolean {
    return this.#retryAtMs !== undefined && this.#deps.clock.monotonicMs() >= this.#retryAtMs;
  }
}
