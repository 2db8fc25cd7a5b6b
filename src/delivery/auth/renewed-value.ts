// A value that expires and is fetched again: one fetch for all callers, started a little before the old value expires. Until
// then callers still get the old value. A failed fetch rejects for those that wait; the next caller starts another.
import type { Clock } from '../../telemetry/clock.ts';
import { unlessAborted } from '../../telemetry/wait.ts';

export interface Fetched<T> {
  readonly value: T;
  /** Counted from the end of the fetch. */
  readonly lifetimeMs: number;
}

export interface RenewedValueOptions<T> {
  /** Has its own time limit; ends when `signal` aborts. */
  readonly fetch: (signal: AbortSignal) => Promise<Fetched<T>>;
  readonly clock: Clock;
  /** How long before the value expires the next fetch starts; never more than a tenth of the lifetime. */
  readonly earlyMs: number;
}

interface Held<T> {
  readonly value: T;
  /** Monotonic. */
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/** After an early fetch has failed: the old value is still good. */
const PAUSE_MS = 1000;

export class RenewedValue<T> {
  readonly #options: RenewedValueOptions<T>;
  readonly #closed = new AbortController();
  #held: Held<T> | undefined;
  #fetching: Promise<T> | undefined;
  /** Monotonic. */
  #notBeforeMs = 0;

  constructor(options: RenewedValueOptions<T>) {
    this.#options = options;
  }

  /** Rejects with the error of the fetch, or with the signal's reason. */
  async get(signal: AbortSignal): Promise<T> {
    const nowMs = this.#options.clock.monotonicMs();
    const held = this.#held;
    if (held === undefined || nowMs >= held.endsAtMs) return unlessAborted(this.#fetch(), signal);
    if (nowMs >= held.renewAtMs && nowMs >= this.#notBeforeMs) this.#fetch().catch(() => {});
    return held.value;
  }

  /** `value` is of no use any more. A newer one stays. */
  drop(value: T): void {
    if (this.#held?.value === value) this.#held = undefined;
  }

  /** Gives up a fetch that is going on. */
  close(): void {
    this.#closed.abort(new Error('closed'));
  }

  #fetch(): Promise<T> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchOnce(): Promise<T> {
    const { fetch, clock, earlyMs } = this.#options;
    try {
      const { value, lifetimeMs } = await fetch(this.#closed.signal);
      const endsAtMs = clock.monotonicMs() + lifetimeMs;
      this.#held = { value, endsAtMs, renewAtMs: endsAtMs - Math.min(earlyMs, lifetimeMs / 10) };
      return value;
    } catch (error) {
      this.#notBeforeMs = clock.monotonicMs() + PAUSE_MS;
      throw error;
    }
  }
}
