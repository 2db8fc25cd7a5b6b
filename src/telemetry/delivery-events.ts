// The events of delivery, logged and counted. A failing backend is told once loudly, then quietly, then its recovery.
import type { Clock } from './clock.ts';
import type { BlockFacts, DeliveryEvents } from './events.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { RateLimit } from './rate-limit.ts';

/** Retries and recoveries logged for each backend and reason: five at once, then one in ten seconds. */
const REPEATS = { burst: 5, perSecond: 0.1 };
/** Jobs listed by name for a dropped block. */
const MAX_JOBS = 20;

export class LoggedDeliveryEvents implements DeliveryEvents {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #repeats: RateLimit;

  constructor(log: Log, metrics: Metrics, clock: Clock) {
    this.#log = log;
    this.#metrics = metrics;
    this.#repeats = new RateLimit(REPEATS, clock);
  }

  requestEnded(backend: string, durationMs: number): void {
    this.#metrics.backends.requestEnded(backend, durationMs);
  }

  blockSent(e: BlockFacts & { readonly bytes: number; readonly attempt: number }): void {
    const { backend, sampleCount: samples, bytes, attempt } = e;
    this.#metrics.backends.sent(backend, samples, bytes);
    if (attempt > 0)
      this.#logAtMost('info', `${backend} recovered`, { backend, samples, attempt }, 'blockRecovered');
    else if (this.#log.isLevelEnabled('debug')) this.#log.debug({ backend, samples, bytes }, 'blockSent');
  }

  blockRetried(e: BlockFacts & { attempt: number; reason: string; detail: string; delayMs: number }): void {
    const { backend, reason, detail, attempt, sampleCount: samples } = e;
    this.#metrics.backends.retried(backend, reason, samples);
    const fields = { backend, reason, detail, attempt, samples, delayMs: Math.round(e.delayMs) };
    if (attempt === 0) this.#logAtMost('warn', `${backend} ${reason}`, fields, 'blockRetried');
    else this.#log.debug(fields, 'blockRetried');
  }

  blockDropped(e: BlockFacts & { readonly reason: string; readonly detail: string }): void {
    const { backend, reason, detail, sampleCount: samples } = e;
    this.#metrics.backends.dropped(backend, reason, samples);
    this.#log.error({ backend, reason, detail, samples, ...listJobs(e.jobs) }, 'blockDropped');
  }

  histogramsWithheld(backend: string, count: number): void {
    this.#metrics.backends.withheld(backend, count);
  }

  tlsReloaded(e: { readonly backend: string }): void {
    this.#log.info(e, 'tlsReloaded');
  }

  tlsUnreadable(e: { readonly backend: string; readonly detail: string }): void {
    this.#log.error(e, 'tlsUnreadable');
  }

  credentialsUnreadable(e: { readonly backend: string; readonly detail: string }): void {
    this.#log.error(e, 'credentialsUnreadable');
  }

  #logAtMost(level: 'info' | 'warn', kind: string, fields: object, event: string): void {
    const suppressed = this.#repeats.take(kind);
    if (suppressed < 0) return;
    this.#log[level](suppressed > 0 ? { ...fields, suppressed } : fields, event);
  }
}

function listJobs(jobs: ReadonlyMap<string, number>): object {
  const listed = [...jobs].slice(0, MAX_JOBS).map(([job, samples]) => ({ job, samples }));
  const otherJobs = jobs.size - listed.length;
  return otherJobs > 0 ? { jobs: listed, otherJobs } : { jobs: listed };
}
