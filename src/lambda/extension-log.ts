// The log lines of the extension itself. CloudWatch bills by the byte, so events of every invocation are logged at debug only.
import type { Log } from '../telemetry/log.ts';
import type { InvocationEnding } from './invocation-end.ts';

export interface InvocationFacts {
  readonly requestId: string;
  readonly ending: InvocationEnding;
  /** Samples that go with the next invocation. */
  readonly remainingSamples: number;
  /** How long the end of the invocation was delayed after its handler was done, as far as that is known. */
  readonly flushMs: number;
}

export class ExtensionLog {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Pushes get 503 or no answer. The function goes on without its metrics. */
  cannotStart(reason: string): void {
    this.#log.error({ reason }, 'extensionCannotStart');
  }

  warning(detail: string): void {
    this.#log.warn({ detail }, 'configurationWarning');
  }

  /** A pause between pushes then counts as the end of an invocation. */
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

  /** A defect of the program. A crash would end the invocation, so the extension goes on. */
  fault(error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log.error({ detail }, 'fault');
  }
}
