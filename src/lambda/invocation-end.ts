// Finds out when a handler is done. Telemetry says so. Without telemetry, a pause without pushes has to do. Every wait has a
// bound: an extension that waits for telemetry that never comes is billed until the function times out.
import type { Clock } from '../telemetry/clock.ts';
import { pause } from '../telemetry/wait.ts';
import type { InvocationTelemetry } from './telemetry.ts';

export interface InvocationEndDeps {
  readonly clock: Clock;
  readonly telemetry: InvocationTelemetry;
  /** Requests of any kind: how many are open now, and how many there have been. */
  readonly requests: () => { readonly open: number; readonly seen: number };
  /** Delivers what is queued, within its own bound. */
  readonly flush: () => Promise<unknown>;
}

/** `quiet`: nothing is open, and what could be delivered has been. */
export type InvocationEnding = 'done' | 'quiet' | 'deadline';

/**
 * How far telemetry can be relied on. `full`: it says when an invocation begins and when its handler is done. `none`: it has
 * said nothing yet. `broken`: it did not say that a handler was done, so that it says a begin means nothing.
 */
type Reliability = 'full' | 'none' | 'broken';

/** Telemetry that works says within this time that an invocation has begun. */
const FIRST_WORD_MS = 1000;
/** A pause of this length counts as the end of a handler. */
const QUIET_MS = 100;
const NEVER = new AbortController().signal;

export class InvocationEnd {
  readonly #deps: InvocationEndDeps;
  #telemetry: Reliability = 'none';

  constructor(deps: InvocationEndDeps) {
    this.#deps = deps;
  }

  /** Lambda has agreed to send telemetry. */
  expectTelemetry(): void {
    this.#telemetry = 'full';
  }

  /** Resolves at the end of the handler, as far as that can be known, and after `withinMs` at the latest. */
  async wait(requestId: string, withinMs: number): Promise<InvocationEnding> {
    const { clock, telemetry } = this.#deps;
    const over = new AbortController();
    const ending = await Promise.race([
      telemetry.said({ kind: 'done', requestId }, over.signal).then(() => 'done' as const),
      pause(clock, withinMs, over.signal).then(() => 'deadline' as const),
      this.#quiet(requestId, over.signal).then(() => 'quiet' as const),
    ]);
    over.abort();
    this.#updateReliability(ending, requestId);
    return ending;
  }

  #updateReliability(ending: InvocationEnding, requestId: string): void {
    if (ending === 'done') this.#telemetry = 'full';
    else if (ending === 'quiet' && this.#telemetry === 'full') this.#telemetry = 'none';
    else if (ending === 'deadline' && this.#telemetry !== 'broken') {
      this.#telemetry = 'broken';
      // It may still come, only late. Then telemetry works.
      void this.#deps.telemetry.said({ kind: 'done', requestId }, NEVER).then(() => {
        this.#telemetry = 'full';
      });
    }
  }

  /** Never resolves after telemetry has said that the invocation has begun: telemetry will also say when it is done. */
  async #quiet(requestId: string, signal: AbortSignal): Promise<void> {
    const { clock, telemetry } = this.#deps;
    let hasBegun = false;
    if (this.#telemetry !== 'broken')
      void telemetry.said({ kind: 'started', requestId }, signal).then(() => {
        hasBegun = true;
      });
    if (this.#telemetry === 'full') await pause(clock, FIRST_WORD_MS, signal);
    while (!hasBegun) if ((await this.#isQuiet(signal)) && !hasBegun) return;
    return new Promise(() => {});
  }

  async #isQuiet(signal: AbortSignal): Promise<boolean> {
    const { clock, requests, flush } = this.#deps;
    const before = requests().seen;
    await flush();
    await pause(clock, QUIET_MS, signal);
    const { open, seen } = requests();
    return signal.aborted || (open === 0 && seen === before);
  }
}
