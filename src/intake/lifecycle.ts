// Flush and stop on request, for whoever cannot send signals. Only where the configuration allows it: who reaches the
// listener could otherwise stop the program.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../telemetry/clock.ts';
import { CHANGING_METHODS } from './allowed-methods.ts';
import type { Connections } from './connections.ts';
import { flushWait } from './flush-wait.ts';
import type { OpenPushes } from './open-pushes.ts';
import { PLAIN, sendText } from './send-text.ts';

export interface LifecycleDeps {
  readonly isEnabled: boolean;
  /** Resolves when what was accepted before is delivered or dropped, or `signal` aborts. */
  readonly flush: (signal: AbortSignal) => Promise<{ readonly remainingSamples: number }>;
  /** Asks for the stop that a signal asks for; undefined where nobody would hear it. */
  readonly quit: (() => void) | undefined;
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** A stop waits for the answers to flushes too. */
  readonly openPushes: OpenPushes;
}

export type LifecycleAction = 'flush' | 'quit';

/** One that comes while so many wait is answered at once: each costs memory, and a client may ask without reading. */
const MAX_WAITING = 1000;

export class Lifecycle {
  readonly #deps: LifecycleDeps;
  #waiting = 0;

  constructor(deps: LifecycleDeps) {
    this.#deps = deps;
  }

  answer(
    action: LifecycleAction,
    request: IncomingMessage,
    response: ServerResponse,
    connections: Connections,
  ): void {
    request.resume();
    const { method } = request;
    if (method !== 'PUT' && method !== 'POST') {
      response.setHeader('allow', CHANGING_METHODS);
      sendText(response, 405, PLAIN, `Cannot ${method} here: expected PUT or POST\n`);
    } else if (!this.#deps.isEnabled) {
      sendText(response, 403, PLAIN, `Cannot ${action}: expected enableLifecycle: true, found false\n`);
    } else if (request.headers.origin !== undefined) {
      // Any page that a browser opens may send this; a browser adds the header to every such request, and nobody else does.
      sendText(
        response,
        403,
        PLAIN,
        `Cannot ${action}: expected no request of a web page, found one (Origin)\n`,
      );
    } else if (action === 'quit') this.#quit(response);
    else void this.#flush(request, response, connections);
  }

  /** The stop begins when its answer is out, or nobody is left to read it. */
  #quit(response: ServerResponse): void {
    const { quit } = this.#deps;
    if (quit === undefined)
      return sendText(response, 403, PLAIN, 'Cannot quit: Sluice is stopped by what it runs in\n');
    response.once('close', quit);
    // The stop, which ends the connection, has not begun yet.
    response.setHeader('connection', 'close');
    sendText(response, 202, PLAIN, 'Stopping.\n');
  }

  async #flush(request: IncomingMessage, response: ServerResponse, connections: Connections): Promise<void> {
    const { maxWaitMs, clock, openPushes, flush } = this.#deps;
    const wait = flushWait(request.url ?? '', request.headers.prefer as string | undefined, maxWaitMs);
    if ('problem' in wait) return sendText(response, 400, PLAIN, `${wait.problem}\n`);
    if (wait.applied !== undefined) response.setHeader('preference-applied', wait.applied);
    const ended = new AbortController();
    const timer = clock.setTimer(() => ended.abort(), wait.waitMs);
    if (++this.#waiting > MAX_WAITING) ended.abort();
    response.once('close', () => ended.abort());
    openPushes.add(response);
    connections.beginWait(request.socket);
    const { remainingSamples } = await flush(ended.signal);
    timer.cancel();
    this.#waiting--;
    connections.endWait(request.socket);
    if (remainingSamples === 0) sendText(response, 200, PLAIN, 'Flushed.\n');
    // Only a stop ends a wait before its time: nobody here sends them any more.
    else if (!ended.signal.aborted)
      sendText(
        response,
        503,
        PLAIN,
        `Not flushed: Sluice stops, ${remainingSamples} samples were not delivered\n`,
      );
    else sendText(response, 202, PLAIN, `Not flushed yet: ${remainingSamples} samples still wait\n`);
  }
}
