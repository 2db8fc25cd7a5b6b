// Handles the events of Lambda. After each invocation, everything that was pushed is delivered before Lambda may freeze the
// environment, within bounds. Samples that are left stay for the next invocation.

import type { Collector } from '../collector.ts';
import type { Clock } from '../telemetry/clock.ts';
import { pause } from '../telemetry/wait.ts';
import type { ExtensionLog } from './extension-log.ts';
import type { InvokeEvent, ShutdownEvent } from './extensions-api.ts';
import type { FlushPolicy } from './flush-policy.ts';
import { InvocationEnd } from './invocation-end.ts';
import type { InvocationTelemetry } from './telemetry.ts';

/** Handles the events of Lambda. */
export interface EventHandler {
  /** The next event is asked for: Lambda may freeze the environment from now on. */
  idle(): void;
  /** Never rejects. Until it resolves Lambda counts the invocation as not over. */
  invoked(event: InvokeEvent): Promise<void>;
  /** As `invoked`; the extension ends afterwards. */
  shutDown(event: ShutdownEvent): Promise<void>;
}

export interface InvocationsDeps {
  readonly collector: Pick<Collector, 'flush' | 'stop' | 'requests' | 'renewConnections'>;
  readonly policy: FlushPolicy;
  readonly telemetry: InvocationTelemetry;
  readonly log: ExtensionLog;
  readonly clock: Clock;
  readonly reconnectAfterMs: number;
}

/** The time to read an answer that came during a freeze, before its connection is given up. */
const RENEWAL_GRACE_MS = 100;
/** Lambda gives all of a shutdown 2 s, of which the runtime takes up to 0.5 s. */
const LONGEST_STOP_MS = 1500;
/** The part of a shutdown that is kept for the exit. */
const EXIT_RESERVE_MS = 200;
const NEVER = new AbortController().signal;

export class Invocations implements EventHandler {
  readonly #deps: InvocationsDeps;
  readonly #end: InvocationEnd;
  /** In ms since the epoch. A monotonic clock may stop while the environment is frozen. */
  #idleSinceMs: number;
  /** Whether something waits for the samples that a flush has left. */
  #awaitsLeft = false;

  constructor(deps: InvocationsDeps) {
    const { clock, telemetry, collector } = deps;
    this.#deps = deps;
    this.#idleSinceMs = clock.nowMs();
    const flush = () => this.#flush();
    this.#end = new InvocationEnd({ clock, telemetry, flush, requests: () => collector.requests });
  }

  /** Lambda has agreed to send telemetry. */
  expectTelemetry(): void {
    this.#end.expectTelemetry();
  }

  idle(): void {
    const { clock, telemetry, policy } = this.#deps;
    telemetry.forget();
    policy.setDeadline(Infinity);
    this.#idleSinceMs = clock.nowMs();
  }

  async invoked({ requestId, deadlineMs }: InvokeEvent): Promise<void> {
    const { policy, log, clock } = this.#deps;
    policy.setDeadline(deadlineMs);
    this.#renewOldConnections();
    const ending = await this.#end.wait(requestId, policy.handlerEndMs());
    const startedAtMs = clock.monotonicMs();
    // What was quiet has been flushed just now.
    const remainingSamples = ending === 'quiet' ? await this.#remaining() : await this.#flush();
    log.invocationEnded({ requestId, ending, remainingSamples, flushMs: clock.monotonicMs() - startedAtMs });
  }

  async shutDown({ reason, deadlineMs }: ShutdownEvent): Promise<void> {
    const { collector, log, clock } = this.#deps;
    log.shuttingDown(reason);
    this.#renewOldConnections();
    const restMs = Math.max(0, deadlineMs - clock.nowMs() - EXIT_RESERVE_MS);
    const stopMs = Math.min(LONGEST_STOP_MS, restMs);
    const over = new AbortController();
    // A client that does not read its answer must not hold up the end.
    const tooLong = pause(clock, stopMs + EXIT_RESERVE_MS / 2, over.signal);
    await Promise.race([collector.stop(stopMs).then(({ lostSamples }) => log.stopped(lostSamples)), tooLong]);
    over.abort();
  }

  /** Returns the samples that are left. */
  async #flush(): Promise<number> {
    const { collector, policy, clock } = this.#deps;
    const over = new AbortController();
    void pause(clock, policy.flushMs(), over.signal).then(() => over.abort());
    const { remainingSamples } = await collector.flush(over.signal);
    over.abort();
    policy.flushed(remainingSamples);
    if (remainingSamples > 0) this.#awaitLeft();
    return remainingSamples;
  }

  /** Runs next to later invocations, one at a time. */
  #awaitLeft(): void {
    if (this.#awaitsLeft) return;
    this.#awaitsLeft = true;
    const { collector, policy } = this.#deps;
    void collector.flush(NEVER).then(() => {
      this.#awaitsLeft = false;
      policy.caughtUp();
    });
  }

  async #remaining(): Promise<number> {
    const { remainingSamples } = await this.#deps.collector.flush(AbortSignal.abort());
    return remainingSamples;
  }

  #renewOldConnections(): void {
    const { collector, log, clock, reconnectAfterMs } = this.#deps;
    const pausedMs = clock.nowMs() - this.#idleSinceMs;
    if (pausedMs < reconnectAfterMs) return;
    collector.renewConnections(RENEWAL_GRACE_MS);
    log.connectionsRenewed(pausedMs);
  }
}
