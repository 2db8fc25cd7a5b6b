// The events of the spool, logged and counted.
import type { Clock } from './clock.ts';
import type { SpoolEvents } from './events.ts';
import type { Log } from './log.ts';
import { RateLimit } from './rate-limit.ts';
import type { SpoolMetrics } from './spool-metrics.ts';

/** How much damage is logged: ten stretches at once, then one in ten seconds. All of it is counted. */
const DAMAGE = { burst: 10, perSecond: 0.1 };

type Damage = Parameters<SpoolEvents['spoolDamaged']>[0];

export class LoggedSpoolEvents implements SpoolEvents {
  readonly #log: Log;
  readonly #metrics: SpoolMetrics;
  readonly #damageLimit: RateLimit;

  constructor(log: Log, metrics: SpoolMetrics, clock: Clock) {
    this.#log = log;
    this.#metrics = metrics;
    this.#damageLimit = new RateLimit(DAMAGE, clock);
  }

  spoolOpened(e: { readonly bytes: number; readonly tornBytes: number }): void {
    this.#log.info(e, 'spoolOpened');
  }

  spoolSynced(durationMs: number): void {
    this.#metrics.synced(durationMs);
  }

  spoolUnusable(e: { readonly detail: string }): void {
    this.#log.error(e, 'spoolUnusable');
  }

  spoolUsable(): void {
    this.#log.info({}, 'spoolUsable');
  }

  spoolBackendForgotten(e: { readonly backend: string; readonly bytes: number }): void {
    this.#log.warn(e, 'spoolBackendForgotten');
  }

  spoolDamaged(e: Damage): void {
    this.#metrics.damaged(e.records ?? 1, e.bytes);
    const suppressed = this.#damageLimit.take('damage');
    if (suppressed >= 0) this.#log.error(suppressed > 0 ? { ...e, suppressed } : e, 'spoolDamaged');
  }
}
