// What a push waits for before it is answered, and for how long: what is configured, or what its Prefer header asks for.
import type { PushgatewayConfig } from '../config/config.ts';
import { type Preferences, readPrefer } from './prefer.ts';

export interface Acknowledgement {
  readonly level: PushgatewayConfig['acknowledge'];
  /** How long a push waits for its delivery; 0 at the other levels. */
  readonly waitMs: number;
  /** For `Preference-Applied`; undefined where no preference was honoured. */
  readonly applied: string | undefined;
}

export interface AcknowledgementOptions extends Pick<PushgatewayConfig, 'acknowledge' | 'maxWait'> {
  readonly hasSpool: boolean;
  /** How long a push that comes now may wait for its delivery, beside `maxWait`; where it is absent, as long as that. */
  readonly longestWaitMs?: (() => number) | undefined;
}

export class Acknowledgements {
  /** What a push gets that is not to wait for its delivery. */
  readonly withoutWait: Acknowledgement;
  readonly #configured: Acknowledgement;
  readonly #maxWaitMs: number;
  readonly #longestWaitMs: (() => number) | undefined;

  constructor({ acknowledge, maxWait, hasSpool, longestWaitMs }: AcknowledgementOptions) {
    this.#maxWaitMs = maxWait;
    this.#longestWaitMs = longestWaitMs;
    this.withoutWait = { level: hasSpool ? 'stored' : 'queued', waitMs: 0, applied: undefined };
    this.#configured =
      acknowledge === 'delivered'
        ? this.#waitUpTo(maxWait)
        : { level: acknowledge, waitMs: 0, applied: undefined };
  }

  /** `prefer`: the text of the header, or undefined without one. */
  of(prefer: string | undefined): Acknowledgement {
    return prefer === undefined ? this.#usual() : this.#preferred(readPrefer(prefer));
  }

  #usual(): Acknowledgement {
    const longestMs = this.#longestMs();
    return this.#configured.waitMs <= longestMs ? this.#configured : this.#waitUpTo(longestMs);
  }

  /** In whole ms, as timers are. */
  #longestMs(): number {
    return Math.min(this.#maxWaitMs, Math.floor(this.#longestWaitMs?.() ?? Infinity));
  }

  #preferred({ waitSeconds, respondAsync }: Preferences): Acknowledgement {
    // With both, the client takes 202 once its time is over (RFC 7240, section 4.3): any that waits gets that.
    if (waitSeconds !== undefined) {
      const waitMs = Math.min(1000 * waitSeconds, this.#longestMs());
      // The header knows whole seconds only; what it names is never less than what was granted.
      return { ...this.#waitUpTo(waitMs), applied: `wait=${Math.ceil(waitMs / 1000)}` };
    }
    if (respondAsync) return { level: 'queued', waitMs: 0, applied: 'respond-async' };
    return this.#usual();
  }

  #waitUpTo(waitMs: number): Acknowledgement {
    return waitMs === 0 ? this.withoutWait : { level: 'delivered', waitMs, applied: undefined };
  }
}
