// One HTTP request over a pool of connections. It ends exactly once: with an answer as soon as the status is known and the
// body is read or given up, or with the error that came before any status. Its connection is discarded unless the answer
// was complete.
import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../../telemetry/clock.ts';
import { onAbort } from '../../telemetry/wait.ts';

/** A URL, cut into origin and request target. The target goes onto the wire byte for byte as configured. */
export interface Target {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query exactly as in the URL; `/` if it has none. */
  readonly path: string;
}

const URL_PARTS = /^(https?:\/\/[^/?#]+)([^#]*)(?:#.*)?$/i;

/** Throws a SyntaxError for a URL that cannot be used as a request target. */
export function parseTarget(url: string): Target {
  const [, authority, rest] = URL_PARTS.exec(url) ?? [];
  if (authority === undefined || rest === undefined || !URL.canParse(authority)) {
    throw new SyntaxError(
      'Cannot use remote-write URL: expected http:// or https:// and a host, found something else',
    );
  }
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  if (!/^[\x21-\x7e]+$/.test(path)) {
    throw new SyntaxError(
      'Cannot use remote-write URL: expected printable ASCII in path and query, found other characters',
    );
  }
  return { origin: new URL(authority).origin, path };
}

export interface HttpRequest {
  /** POST by default. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of the body. */
  readonly body: Uint8Array;
}

export interface RequestLimits {
  /** Bound on the whole request. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The caller needs the answer's body: up to 64 KiB of it are kept, and it may take all of the time. */
  readonly wantsBody?: boolean;
}

/** How much of a body is kept: more than is logged, so that a credential in it is whole when it is redacted. */
const KEPT_BYTES = 8 * 1024;
/** How much of a body is read so that the connection can be used again. */
const READ_BYTES = 64 * 1024;
/** How long a body may take once the status is known: it changes nothing any more. */
const BODY_MS = 1000;
/** A timer that is this late shows that the program was held up: the answer may have come and not been read. */
const LATE_MS = 1000;
/** Time for that answer to be read. */
const READ_MS = 100;

class RequestTimeout extends Error {
  readonly code = 'ETIMEDOUT';
  override readonly name = 'RequestTimeout';
}

class RequestAborted extends Error {
  override readonly name = 'RequestAborted';
}

/** Rejects with the error that came before any status; `transportFailure` reads it. */
export function sendRequest(
  pool: Dispatcher,
  request: HttpRequest,
  limits: RequestLimits,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new AnswerReader(limits, resolve, reject);
    try {
      pool.dispatch({ method: 'POST', ...request }, handler);
    } catch (error) {
      handler.fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #limits: RequestLimits;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #deadlineMs: number;
  #timer: Timer;
  #stopListening: () => void = () => undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #readBytes = 0;

  constructor(limits: RequestLimits, resolve: (answer: HttpAnswer) => void, reject: (error: Error) => void) {
    this.#limits = limits;
    this.#resolve = resolve;
    this.#reject = reject;
    const { clock, timeoutMs, signal } = limits;
    this.#deadlineMs = clock.monotonicMs() + timeoutMs;
    this.#timer = clock.setTimer(() => this.#meetDeadline(timeoutMs), timeoutMs);
    this.#stopListening = onAbort(signal, () => this.#giveUp(new RequestAborted('aborted by a stop')));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new RequestAborted('given up while connecting'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpAnswer['headers']): void {
    if (status < 200 || this.#isOver) return;
    this.#status = status;
    this.#headers = headers;
    this.#timer.cancel();
    const { clock } = this.#limits;
    const restMs = this.#deadlineMs - clock.monotonicMs();
    const bodyMs = this.#limits.wantsBody ? restMs : Math.min(BODY_MS, restMs);
    this.#timer = clock.setTimer(() => this.#giveUp(timeout(bodyMs)), bodyMs);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#readBytes += chunk.length;
    const keptBytes = this.#limits.wantsBody ? READ_BYTES : KEPT_BYTES;
    const wanted = Math.min(chunk.length, keptBytes - this.#keptBytes);
    if (wanted > 0) {
      this.#kept.push(Buffer.from(chunk.subarray(0, wanted)));
      this.#keptBytes += wanted;
    }
    if (this.#readBytes > READ_BYTES) this.#giveUp(new RequestAborted('read enough of the body'));
  }

  onResponseEnd(): void {
    if (this.#end()) this.#resolve(this.#answer());
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** A status that was received stays the answer, even if its body was cut. */
  fail(error: Error): void {
    if (!this.#end()) return;
    if (this.#status > 0) this.#resolve(this.#answer());
    else this.#reject(error);
  }

  /** When the program was held up, timers fire before sockets are read: the answer gets a last chance. */
  #meetDeadline(timeoutMs: number): void {
    const { clock } = this.#limits;
    const giveUp = () => this.#giveUp(timeout(timeoutMs));
    if (clock.monotonicMs() - this.#deadlineMs < LATE_MS) giveUp();
    else this.#timer = clock.setTimer(giveUp, READ_MS);
  }

  #giveUp(error: Error): void {
    if (this.#isOver) return;
    this.fail(error);
    this.#controller?.abort(error);
  }

  /** Whether this is the first end; then nothing else comes of the request. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#timer.cancel();
    this.#stopListening();
    return true;
  }

  #answer(): HttpAnswer {
    return { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#kept) };
  }
}

function timeout(timeoutMs: number): RequestTimeout {
  return new RequestTimeout(`no complete answer within ${timeoutMs} ms`);
}
