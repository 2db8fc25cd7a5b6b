// Limits how often a kind of event is logged: a token bucket for each kind, which counts the events that it held back.
import type { Clock } from './clock.ts';

interface Bucket {
  tokens: number;
  filledAtMs: number;
  suppressed: number;
}

export interface RateLimitOptions {
  /** Events let through at once after a quiet time. */
  readonly burst: number;
  readonly perSecond: number;
}

/** `kind` must come from a bounded set: a bucket is kept for each. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** -1 when the event is to be held back, otherwise how many of its kind were held back since the last one let through. */
  take(kind: string): number {
    const bucket = this.#filled(kind);
    if (bucket.tokens < 1) {
      bucket.suppressed++;
      return -1;
    }
    bucket.tokens--;
    const { suppressed } = bucket;
    bucket.suppressed = 0;
    return suppressed;
  }

  #filled(kind: string): Bucket {
    const nowMs = this.#clock.monotonicMs();
    const { burst, perSecond } = this.#options;
    const known = this.#buckets.get(kind);
    if (known === undefined) {
      const fresh = { tokens: burst, filledAtMs: nowMs, suppressed: 0 };
      this.#buckets.set(kind, fresh);
      return fresh;
    }
    known.tokens = Math.min(burst, known.tokens + ((nowMs - known.filledAtMs) / 1000) * perSecond);
    known.filledAtMs = nowMs;
    return known;
  }
}
