// When a handler is done. Telemetry says so; where it is silent, a pause in which nothing was pushed has to do. An extension
// that waited for a word that never comes would be billed until the function times out, so every wait has its bound.
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
 * What telemetry is relied on for. `full`: it says that an invocation begins, and when its handler is done. `none`: it says
 * nothing, until it does. `broken`: it kept back that a handler was done; what it says of a begin means nothing.
 */
type Trust = 'full' | 'none' | 'broken';

/** In which telemetry says that an invocation has begun, where it says anything. */
const FIRST_WORD_MS = 1000;
/** A pause that is taken for the end of a handler. */
const QUIET_MS = 100;
const NEVER = new AbortController().signal;

export class InvocationEnd {
  readonly #deps: InvocationEndDeps;
  #trust: Trust = 'none';

  constructor(deps: InvocationEndDeps) {
    this.#deps = deps;
  }

  /** Lambda has agreed to send telemetry. */
  expectTelemetry(): void {
    this.#trust = 'full';
  }

  /** Resolves at the end of the handler as far as it can be known, in `withinMs` at the latest. */
  async wait(requestId: string, withinMs: number): Promise<InvocationEnding> {
    const { clock, telemetry } = this.#deps;
    const over = new AbortController();
    const ending = await Promise.race([
      telemetry.said({ kind: 'done', requestId }, over.signal).then(() => 'done' as const),
      pause(clock, withinMs, over.signal).then(() => 'deadline' as const),
      this.#quiet(requestId, over.signal).then(() => 'quiet' as const),
    ]);
    over.abort();
    this.#learn(ending, requestId);
    return ending;
  }

  #learn(ending: InvocationEnding, requestId: string): void {
    if (ending === 'done') this.#trust = 'full';
    else if (ending === 'quiet' && this.#trust === 'full') this.#trust = 'none';
    else if (ending === 'deadline' && this.#trust !== 'broken') {
      this.#trust = 'broken';
      // It came in the last moment: nothing was kept back.
      void this.#deps.telemetry.said({ kind: 'done', requestId }, NEVER).then(() => {
        this.#trust = 'full';
      });
    }
  }

  /** Does not resolve once telemetry has said that the invocation has begun: it will say when it is done. */
  async #quiet(requestId: string, signal: AbortSignal): Promise<void> {
    const { clock, telemetry } = this.#deps;
    let hasBegun = false;
    if (this.#trust !== 'broken')
      void telemetry.said({ kind: 'started', requestId }, signal).then(() => {
        hasBegun = true;
      });
    if (this.#trust === 'full') await pause(clock, FIRST_WORD_MS, signal);
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
