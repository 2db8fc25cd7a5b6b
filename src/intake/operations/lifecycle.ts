// /-/flush and /-/quit: flush and stop on request, for those who cannot send signals. Both work only if the configuration
// allows them, because anyone who reaches the listener could otherwise stop the program.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseDuration } from '../../config/units.ts';
import type { Clock } from '../../telemetry/clock.ts';
import { quote } from '../../wire/quoted-text.ts';
import type { Connections } from '../http/connections.ts';
import type { OpenPushes } from '../http/open-requests.ts';
import { PLAIN_TEXT, writePage } from '../http/write-answer.ts';
import { CHANGING_METHODS } from '../paths/method-rules.ts';
import { waitApplied } from '../waiting/acknowledgement.ts';
import { readPrefer } from '../waiting/prefer.ts';

export interface LifecycleDeps {
  readonly isEnabled: boolean;
  /** Resolves when what was accepted before is delivered or dropped, or `signal` aborts. */
  readonly flush: (signal: AbortSignal) => Promise<{ readonly remainingSamples: number }>;
  /** Asks for the stop that a signal asks for; undefined if nothing would act on it. */
  readonly quit: (() => void) | undefined;
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** A stop waits for the answers to flushes too. */
  readonly openPushes: OpenPushes;
}

export type LifecycleAction = 'flush' | 'quit';

/** Further flushes are answered at once. Each costs memory, and a client may ask without reading the answers. */
const MAX_WAITING_FLUSHES = 1000;

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
      writePage(response, 405, PLAIN_TEXT, `Cannot ${method} here: expected PUT or POST\n`);
    } else if (!this.#deps.isEnabled) {
      writePage(response, 403, PLAIN_TEXT, `Cannot ${action}: expected enableLifecycle: true, found false\n`);
    } else if (request.headers.origin !== undefined) {
      // Any page that a browser opens may send this request. A browser adds Origin to it, and nothing else does.
      writePage(
        response,
        403,
        PLAIN_TEXT,
        `Cannot ${action}: expected a request that is not from a web page, found one with an Origin header\n`,
      );
    } else if (action === 'quit') this.#quit(response);
    else void this.#flush(request, response, connections);
  }

  /** The stop begins when the answer has left, or its connection is closed. */
  #quit(response: ServerResponse): void {
    const { quit } = this.#deps;
    if (quit === undefined)
      return writePage(
        response,
        403,
        PLAIN_TEXT,
        'Cannot quit: Sluice is stopped by the environment that it runs in\n',
      );
    response.once('close', quit);
    // The stop, which ends the connection, has not begun yet.
    response.setHeader('connection', 'close');
    writePage(response, 202, PLAIN_TEXT, 'Stopping.\n');
  }

  async #flush(request: IncomingMessage, response: ServerResponse, connections: Connections): Promise<void> {
    const { maxWaitMs, clock, openPushes, flush } = this.#deps;
    const wait = flushWait(request.url ?? '', request.headers.prefer as string | undefined, maxWaitMs);
    if ('problem' in wait) return writePage(response, 400, PLAIN_TEXT, `${wait.problem}\n`);
    if (wait.applied !== undefined) response.setHeader('preference-applied', wait.applied);
    const ended = new AbortController();
    const timer = clock.setTimer(() => ended.abort(), wait.waitMs);
    if (++this.#waiting > MAX_WAITING_FLUSHES) ended.abort();
    response.once('close', () => ended.abort());
    openPushes.add(response);
    connections.beginWait(request.socket);
    const { remainingSamples } = await flush(ended.signal);
    timer.cancel();
    this.#waiting--;
    connections.endWait(request.socket);
    if (remainingSamples === 0) writePage(response, 200, PLAIN_TEXT, 'Flushed.\n');
    // Only a stop ends a wait early. Those samples are not sent any more.
    else if (!ended.signal.aborted)
      writePage(
        response,
        503,
        PLAIN_TEXT,
        `Not flushed: Sluice is stopping, and ${remainingSamples} samples were not delivered\n`,
      );
    else
      writePage(
        response,
        202,
        PLAIN_TEXT,
        `Not flushed yet: ${remainingSamples} samples are still waiting\n`,
      );
  }
}

export type FlushWait = { readonly waitMs: number; readonly applied?: string } | { readonly problem: string };

const MAX_SHOWN = 40;

/**
 * How long a flush may wait: what the request asks for by `?timeout=5s` or `Prefer: wait=5`, and never longer than pushes.
 * If it asks both ways, the query counts. `target` is that of the request.
 */
export function flushWait(target: string, prefer: string | undefined, maxWaitMs: number): FlushWait {
  const [, query = ''] = /\?([^#]*)/.exec(target) ?? [];
  const timeout = new URLSearchParams(query).get('timeout');
  if (timeout !== null) return queryWait(timeout, maxWaitMs);
  const { waitSeconds } = readPrefer(prefer ?? '');
  if (waitSeconds === undefined) return { waitMs: maxWaitMs };
  const waitMs = Math.min(1000 * waitSeconds, maxWaitMs);
  return { waitMs, applied: waitApplied(waitMs) };
}

function queryWait(text: string, maxWaitMs: number): FlushWait {
  const waitMs = text === '' ? undefined : parseDuration(text);
  if (waitMs !== undefined) return { waitMs: Math.min(waitMs, maxWaitMs) };
  const found = quote(text, MAX_SHOWN);
  return { problem: `Cannot read timeout: expected a duration such as 5s, found ${found}` };
}
