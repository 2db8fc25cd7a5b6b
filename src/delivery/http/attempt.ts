// One request and its answer. It ends exactly once: with an answer as soon as a status is known and the body is read or
// given up, or with the error that came before any status. Its connection is discarded unless the answer was complete.
import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../../telemetry/clock.ts';

export interface AttemptRequest {
  /** POST where it is not said. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Uint8Array;
}

export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of the body. */
  readonly body: Uint8Array;
}

export type AttemptEnd = Answer | { readonly kind: 'failed'; readonly error: Error };

export interface AttemptLimits {
  /** Bound on the whole attempt. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The answer's body is what is wanted: up to 64 KiB of it are kept, and it may take all of the time. */
  readonly wantsBody?: boolean;
}

/** What of a body is kept: more than is logged, so that a credential in it is whole when it is looked for. */
const KEPT_BYTES = 8 * 1024;
/** What of a body is read so that the connection can be used again. */
const READ_BYTES = 64 * 1024;
/** How long a body may take once the status is known: it changes nothing any more. */
const BODY_MS = 1000;
/** A timer that is so late tells that the program was held up, and the answer may have come meanwhile unread. */
const LATE_MS = 1000;
/** For that answer to be read. */
const READ_MS = 100;

export class AttemptTimeout extends Error {
  readonly code = 'ETIMEDOUT';
  override readonly name = 'AttemptTimeout';
}

export class AttemptAborted extends Error {
  override readonly name = 'AttemptAborted';
}

export function attempt(
  pool: Dispatcher,
  request: AttemptRequest,
  limits: AttemptLimits,
): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    const handler = new AttemptHandler(limits, resolve);
    try {
      pool.dispatch({ method: 'POST', ...request }, handler);
    } catch (error) {
      handler.fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

class AttemptHandler implements Dispatcher.DispatchHandler {
  readonly #limits: AttemptLimits;
  readonly #resolve: (end: AttemptEnd) => void;
  readonly #onAbort = (): void => this.#giveUp(new AttemptAborted('aborted by a stop'));
  readonly #deadlineMs: number;
  #timer: Timer;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status = 0;
  #headers: Answer['headers'] = {};
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #readBytes = 0;

  constructor(limits: AttemptLimits, resolve: (end: AttemptEnd) => void) {
    this.#limits = limits;
    this.#resolve = resolve;
    const { clock, timeoutMs, signal } = limits;
    this.#deadlineMs = clock.monotonicMs() + timeoutMs;
    this.#timer = clock.setTimer(() => this.#meetDeadline(timeoutMs), timeoutMs);
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new AttemptAborted('given up while connecting'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Answer['headers']): void {
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
    if (this.#readBytes > READ_BYTES) this.#giveUp(new AttemptAborted('read enough of the body'));
  }

  onResponseEnd(): void {
    this.#end(this.#answer());
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** A status that was received stays the answer, also where its body was cut. */
  fail(error: Error): void {
    this.#end(this.#status > 0 ? this.#answer() : { kind: 'failed', error });
  }

  /** Timers come before what has arrived on sockets. */
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

  #end(end: AttemptEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#limits.signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(end);
  }

  #answer(): Answer {
    return {
      kind: 'answered',
      status: this.#status,
      headers: this.#headers,
      body: Buffer.concat(this.#kept),
    };
  }
}

function timeout(timeoutMs: number): AttemptTimeout {
  return new AttemptTimeout(`no complete answer within ${timeoutMs} ms`);
}
