// The events of delivery, logged and counted. A failing backend is logged loudly once, then quietly, then its recovery.
import type { Clock } from './clock.ts';
import type { BlockFacts, DeliveryEvents, DropFacts, RelabelDrops, SeriesFacts } from './events.ts';
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

  blockSplit(e: BlockFacts & { readonly reason: string; readonly detail: string }): void {
    const { backend, reason, detail, sampleCount: samples } = e;
    this.#metrics.backends.split(backend, reason);
    if (this.#log.isLevelEnabled('debug'))
      this.#log.debug({ backend, reason, detail, samples }, 'blockSplit');
  }

  blockDropped(e: BlockFacts & DropFacts): void {
    const { backend, reason, detail, sampleCount: samples } = e;
    this.#metrics.backends.dropped(backend, reason, samples);
    const fields = {
      backend,
      reason,
      detail,
      samples,
      ...listJobs(e.jobs),
      ...this.#unseparated(e, samples),
    };
    this.#log.error(fields, 'blockDropped');
  }

  seriesDropped(e: SeriesFacts & DropFacts): void {
    const { backend, job, reason, detail, series, pushSeries } = e;
    this.#metrics.backends.seriesDropped(backend, reason, series);
    const fields = { backend, job, reason, detail, series, pushSeries, ...this.#unseparated(e, series) };
    this.#log.error(fields, 'seriesDropped');
  }

  accessRefused(e: { readonly backend: string; readonly reason: string; readonly detail: string }): void {
    this.#metrics.backends.accessRefused(e.backend, true);
    this.#log.error(e, 'accessRefused');
  }

  accessGranted(e: { readonly backend: string }): void {
    this.#metrics.backends.accessRefused(e.backend, false);
    this.#log.info(e, 'accessGranted');
  }

  histogramsWithheld(backend: string, count: number): void {
    this.#metrics.backends.withheld(backend, count);
  }

  spoolUnreadable(e: { readonly backend: string; readonly detail: string }): void {
    this.#logAtMost('warn', `spool ${e.backend}`, e, 'spoolUnreadable');
  }

  relabelDropped(backend: string, drops: RelabelDrops): void {
    this.#metrics.relabeling.dropped(backend, drops);
  }

  messageVersionChosen(backend: string, version: 1 | 2): void {
    this.#metrics.backends.messageVersion(backend, version);
  }

  messageVersionFellBack(e: { readonly backend: string; readonly reason: string }): void {
    this.#metrics.backends.messageVersion(e.backend, 1);
    this.#log.warn(e, 'messageVersionFellBack');
  }

  messageVersionRestored(e: { readonly backend: string }): void {
    this.#metrics.backends.messageVersion(e.backend, 2);
    this.#log.info(e, 'messageVersionRestored');
  }

  exemplarsRejected(backend: string, count: number): void {
    this.#metrics.backends.exemplarsRejected(backend, count);
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

  #unseparated({ backend, isUnseparated }: { backend: string } & DropFacts, samples: number): object {
    if (!isUnseparated) return {};
    this.#metrics.backends.unseparated(backend, samples);
    return { unseparated: true };
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
