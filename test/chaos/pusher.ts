// One connection that pushes as fast as it is answered, up to once in a millisecond, and reconnects after a kill. The n-th
// push of a connection has the value n in every series. The outcome of each push is kept.
import { connect, type Socket } from 'node:net';
import { monotonicMs } from './monotonic-ms.ts';

/** Series of one push: it has to arrive with all of them or with none. */
export const PARTS = 3;

/** `acknowledged`: 2xx. `unanswered`: the connection ended first; the push may be delivered or not. */
export type PushedOutcome = 'acknowledged' | 'refused' | 'unanswered';

export interface PushedLedger {
  readonly instance: string;
  /** Of push n at n - 1. */
  readonly outcomes: readonly PushedOutcome[];
  /** When pushes were answered as delivered, by their numbers; on the clock of `monotonicMs`. */
  readonly confirmedAtMs: ReadonlyMap<number, number>;
}

export interface PusherOptions {
  readonly port: number;
  readonly instance: string;
  readonly target: string;
  /** Statuses that say that the backend has the push. */
  readonly confirms: (status: number) => boolean;
}

const RECONNECT_MS = 5;
const AFTER_REFUSAL_MS = 5;
/** Timestamps are milliseconds: those of a grouping key that is pushed more often run ahead of the clock. */
const SPACING_MS = 1;
const HEAD_END = '\r\n\r\n';

export class Pusher implements PushedLedger {
  readonly instance: string;
  readonly outcomes: PushedOutcome[] = [];
  readonly confirmedAtMs = new Map<number, number>();
  /** Statuses and how often each came. */
  readonly statuses = new Map<number, number>();
  readonly #options: PusherOptions;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;
  #pushedAtMs = 0;
  #isStopped = false;
  #received = '';

  constructor(options: PusherOptions) {
    this.instance = options.instance;
    this.#options = options;
    this.#connect();
  }

  get answers(): number {
    return [...this.statuses.values()].reduce((sum, count) => sum + count, 0);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#break();
  }

  #connect(): void {
    const socket = connect({ host: '127.0.0.1', port: this.#options.port, noDelay: true });
    this.#socket = socket;
    this.#received = '';
    socket.setEncoding('latin1');
    socket.once('connect', () => this.#push());
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#break();
      if (!this.#isStopped) this.#timer = setTimeout(() => this.#connect(), RECONNECT_MS);
    });
  }

  #push(): void {
    if (this.#isStopped) return;
    const value = this.outcomes.push('unanswered');
    const lines = Array.from({ length: PARTS }, (_, part) => `chaos{part="${part}"} ${value}\n`);
    const body = lines.join('');
    this.#isWaiting = true;
    this.#pushedAtMs = monotonicMs();
    this.#socket!.write(
      `POST ${this.#options.target} HTTP/1.1\r\nhost: chaos\r\ncontent-type: text/plain; version=0.0.4\r\n` +
        `content-length: ${body.length}${HEAD_END}${body}`,
    );
  }

  #read(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd);
    const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < headEnd + HEAD_END.length + bodyLength) return;
    this.#received = '';
    this.#answered(Number(head.split(' ')[1]));
  }

  #answered(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.#isWaiting = false;
    this.#settle(status < 300 ? 'acknowledged' : 'refused');
    if (this.#options.confirms(status)) this.confirmedAtMs.set(this.outcomes.length, monotonicMs());
    if (status >= 300) this.#timer = setTimeout(() => this.#push(), AFTER_REFUSAL_MS);
    else if (monotonicMs() - this.#pushedAtMs >= SPACING_MS) this.#push();
    else this.#timer = setTimeout(() => this.#push(), SPACING_MS);
  }

  #break(): void {
    clearTimeout(this.#timer);
    if (this.#isWaiting) this.#settle('unanswered');
    this.#isWaiting = false;
  }

  #settle(outcome: PushedOutcome): void {
    this.outcomes[this.outcomes.length - 1] = outcome;
  }
}
