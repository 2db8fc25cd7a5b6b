// What a push waits for before it is answered, and for how long. The configuration decides, or the Prefer header of the push.
// The push service asks once for each push, right before it offers the push to delivery.
import type { PushgatewayConfig } from '../../config/config.ts';
import { type Preferences, readPrefer } from './prefer.ts';

export interface Acknowledgement {
  readonly level: PushgatewayConfig['acknowledge'];
  /** How long a push waits for its delivery; 0 at the other levels. */
  readonly waitMs: number;
  /** For `Preference-Applied`; undefined if no preference was honoured. */
  readonly applied: string | undefined;
}

export interface AcknowledgementOptions extends Pick<PushgatewayConfig, 'acknowledge' | 'maxWait'> {
  readonly hasSpool: boolean;
  /** A second bound next to `maxWait`: how long a push that comes now may wait for its delivery. */
  readonly longestWaitMs?: (() => number) | undefined;
}

export class Acknowledgements {
  readonly #configured: Acknowledgement;
  readonly #withoutWait: Acknowledgement;
  readonly #maxWaitMs: number;
  readonly #longestWaitMs: (() => number) | undefined;

  constructor({ acknowledge, maxWait, hasSpool, longestWaitMs }: AcknowledgementOptions) {
    this.#maxWaitMs = maxWait;
    this.#longestWaitMs = longestWaitMs;
    this.#withoutWait = { level: hasSpool ? 'stored' : 'queued', waitMs: 0, applied: undefined };
    this.#configured =
      acknowledge === 'delivered'
        ? this.#waitUpTo(maxWait)
        : { level: acknowledge, waitMs: 0, applied: undefined };
  }

  /** `prefer`: the text of the header, or undefined without one. `hasRoom`: whether one more push may wait for delivery. */
  of(prefer: string | undefined, hasRoom: boolean): Acknowledgement {
    const wanted = prefer === undefined ? this.#usual() : this.#preferred(readPrefer(prefer));
    return wanted.level === 'delivered' && !hasRoom ? this.#withoutWait : wanted;
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
    // With both, the client takes 202 when its time is over (RFC 7240, section 4.3). Every push that waits gets that.
    if (waitSeconds !== undefined) {
      const waitMs = Math.min(1000 * waitSeconds, this.#longestMs());
      return { ...this.#waitUpTo(waitMs), applied: waitApplied(waitMs) };
    }
    if (respondAsync) return { level: 'queued', waitMs: 0, applied: 'respond-async' };
    return this.#usual();
  }

  #waitUpTo(waitMs: number): Acknowledgement {
    return waitMs === 0 ? this.#withoutWait : { level: 'delivered', waitMs, applied: undefined };
  }
}

/** The header has whole seconds only. It never says less than what was granted. */
export function waitApplied(waitMs: number): string {
  return `wait=${Math.ceil(waitMs / 1000)}`;
}
