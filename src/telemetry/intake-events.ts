// The events of pushes and of the program's life, logged and counted. An accepted push costs no log call.
import type { Clock } from './clock.ts';
import type { IntakeEvents, PushAnswered, RelabelDrops } from './events.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { RateLimit } from './rate-limit.ts';

/** Refusals logged for each reason: ten at once, then one a second. */
const REFUSALS = { burst: 10, perSecond: 1 };

export class LoggedIntakeEvents implements IntakeEvents {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #refusals: RateLimit;
  readonly #logsAccepted: boolean;

  constructor(log: Log, metrics: Metrics, clock: Clock) {
    this.#log = log;
    this.#metrics = metrics;
    this.#refusals = new RateLimit(REFUSALS, clock);
    this.#logsAccepted = log.isLevelEnabled('debug');
  }

  pushAnswered(e: PushAnswered): void {
    this.#metrics.pushes.answered(e.status, e.reason, e.bodyBytes, e.durationMs, e.sampleCount);
    if (e.status >= 400) this.#logRefusal(e);
    else if (!this.#logsAccepted) return;
    else if (e.reason === 'delete_ignored') this.#logDelete(e);
    else this.#log.debug(e, 'pushAccepted');
  }

  timestampsAdvanced(count: number): void {
    this.#metrics.pushes.timestampsAdvanced(count);
  }

  staleMarked(series: number): void {
    this.#metrics.pushes.staleMarked(series);
  }

  staleGroupForgotten(): void {
    this.#metrics.pushes.staleGroupForgotten();
  }

  pushRelabelDropped(drops: RelabelDrops): void {
    this.#metrics.relabeling.pushDropped(drops);
  }

  fault(error: unknown): void {
    const suppressed = this.#refusals.take('fault');
    if (suppressed < 0) return;
    const stack = error instanceof Error ? error.stack : String(error);
    this.#log.error({ stack, ...countOf(suppressed) }, 'fault');
  }

  configurationWarning(detail: string): void {
    this.#log.warn({ detail }, 'configurationWarning');
  }

  starting(e: { readonly version: string; readonly config: string | undefined }): void {
    this.#log.info(e, 'starting');
  }

  listening(e: { readonly address: string }): void {
    this.#log.info(e, 'listening');
  }

  stopping(e: { readonly signal: string }): void {
    this.#log.info(e, 'stopping');
  }

  stopped(e: { readonly lostSamples: number }): void {
    if (e.lostSamples > 0) this.#log.error(e, 'stopped');
    else this.#log.info(e, 'stopped');
  }

  #logDelete({ job, status, userAgent }: PushAnswered): void {
    this.#log.debug({ job, status, userAgent }, 'deleteIgnored');
  }

  #logRefusal({ job, status, reason, detail, userAgent }: PushAnswered): void {
    const suppressed = this.#refusals.take(reason);
    if (suppressed < 0) return;
    this.#log.warn({ job, status, reason, detail, userAgent, ...countOf(suppressed) }, 'pushRefused');
  }
}

function countOf(suppressed: number): { suppressed?: number } {
  return suppressed > 0 ? { suppressed } : {};
}
