// Which version of remote write to send to a backend that is configured for 2.0. A backend that does not support 2.0
// gets 1.0; 2.0 is tried again after an hour, and after a restart. Both changes are reported once.
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
  /** When to try 2.0 again, monotonic. Undefined while the backend is believed to know it. */
  #retryAtMs: number | undefined;

  constructor(deps: MessageVersionDeps) {
    this.#deps = deps;
    deps.events.messageVersionChosen(deps.backend, 2);
  }

  /** The version of the next request. */
  get current(): 1 | 2 {
    return this.#retryAtMs === undefined || this.#isTrialDue() ? 2 : 1;
  }

  /** The backend does not know 2.0. `reason` is a short stable word. */
  fallBack(reason: string): void {
    const isNews = this.#retryAtMs === undefined;
    this.#retryAtMs = this.#deps.clock.monotonicMs() + RETRY_AFTER_MS;
    if (isNews) this.#deps.events.messageVersionFellBack({ backend: this.#deps.backend, reason });
  }

  /** The backend supports 2.0. A late answer to a request from before the fallback does not count. */
  confirm(): void {
    if (this.#retryAtMs === undefined || !this.#isTrialDue()) return;
    this.#retryAtMs = undefined;
    this.#deps.events.messageVersionRestored({ backend: this.#deps.backend });
  }

  #isTrialDue(): boolean {
    return this.#retryAtMs !== undefined && this.#deps.clock.monotonicMs() >= this.#retryAtMs;
  }
}
