// What the extension logs about itself, each kind of line in one place. CloudWatch bills by the byte: what happens with
// every invocation is logged at debug only.
import type { Log } from '../telemetry/log.ts';
import type { InvocationEnding } from './invocation-end.ts';

export interface InvocationFacts {
  readonly requestId: string;
  readonly ending: InvocationEnding;
  /** Samples that go with the next invocation. */
  readonly remainingSamples: number;
  /** By which the end of the invocation was held up since its handler was done, as far as that is known. */
  readonly flushMs: number;
}

export class ExtensionLog {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Pushes are answered with 503, or not at all; the function goes on without its metrics. */
  cannotStart(reason: string): void {
    this.#log.error({ reason }, 'extensionCannotStart');
  }

  warning(detail: string): void {
    this.#log.warn({ detail }, 'configurationWarning');
  }

  /** The end of an invocation is then told by a pause between pushes. */
  noTelemetry(reason: string): void {
    this.#log.info({ reason }, 'extensionWithoutTelemetry');
  }

  invocationEnded({ requestId, ending, remainingSamples, flushMs }: InvocationFacts): void {
    const facts = { requestId, ending, remainingSamples, flushMs: Math.round(flushMs) };
    if (remainingSamples > 0) this.#log.warn(facts, 'invocationEndedUndelivered');
    else this.#log.debug(facts, 'invocationEnded');
  }

  connectionsRenewed(pausedMs: number): void {
    this.#log.debug({ pausedMs: Math.round(pausedMs) }, 'connectionsRenewed');
  }

  shuttingDown(reason: string): void {
    this.#log.info({ reason }, 'extensionShuttingDown');
  }

  stopped(lostSamples: number): void {
    if (lostSamples > 0) this.#log.error({ lostSamples }, 'extensionStopped');
    else this.#log.info({ lostSamples }, 'extensionStopped');
  }

  /** A defect of the program: a crash would end the invocation, so it goes on. */
  fault(error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log.error({ detail }, 'fault');
  }
}
