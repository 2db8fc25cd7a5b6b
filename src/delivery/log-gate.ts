// Pushes pass through the log here: each is appended, and handed to the backends in the order of the offers once it is stored.
// If the log takes no pushes, those that no client waits for continue in memory. No push overtakes another.
import { untilDone } from '../telemetry/wait.ts';
import type { OfferedPush, OfferResult } from './block/offered-push.ts';
import type { LogListener, LogRange, PushLog } from './block/push-log.ts';
import { decodePushRecord, encodePushRecord, type LoggedPush } from './block/push-record.ts';
import type { PushTicket } from './block/push-ticket.ts';

export interface PassedPush {
  readonly push: LoggedPush;
  readonly shardHash: number;
  readonly ticket: PushTicket | undefined;
  /** Its place in the log; undefined for a push that is in memory only. */
  readonly range: LogRange | undefined;
}

export interface GateDeps {
  readonly profiles: readonly number[];
  /** Whether every backend has room in memory for a push that is not in the log. */
  hasRoom(push: OfferedPush): boolean;
  pass(push: PassedPush): void;
  /** The log has no room for a push. */
  onFull(): void;
  /** Some pushes have passed. */
  onPassed(): void;
  /** What an earlier run left in the log can be read. */
  onLoaded(): void;
}

interface PendingPush {
  /** Counts the offers. */
  readonly number: number;
  readonly payload: Buffer;
  readonly shardHash: number;
  readonly ticket: PushTicket | undefined;
  range: LogRange | undefined;
}

export class LogGate implements LogListener {
  readonly #deps: GateDeps;
  #log: PushLog | undefined;
  #pending: PendingPush[] = [];
  #offered = 0;
  readonly #waiters = new Set<() => void>();

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  open(log: PushLog): void {
    this.#log = log;
  }

  offer(push: OfferedPush, ticket: PushTicket | undefined): OfferResult {
    const { shardHash } = push;
    const payload = encodePushRecord(push, this.#deps.profiles);
    const result = this.#log!.append(shardHash, [payload]);
    switch (result.kind) {
      case 'full':
        this.#deps.onFull();
        return 'spoolFull';
      case 'busy':
        return 'spoolFull';
      case 'tooLarge':
        return 'spoolTooSmall';
      case 'unusable':
        return ticket === undefined ? this.#offerInMemory(push, payload) : 'spoolUnusable';
      case 'appended':
        ticket?.hold();
        this.#pending.push({
          number: ++this.#offered,
          payload,
          shardHash,
          ticket,
          range: { position: result.position, end: result.end },
        });
        return 'accepted';
    }
  }

  stored(end: number): void {
    this.#passWhile((next) => next.range === undefined || next.range.end <= end);
  }

  failed(from: number, to: number, detail: string): void {
    for (const pending of this.#pending) {
      const { range } = pending;
      if (range === undefined || range.position < from || range.end > to) continue;
      pending.range = undefined;
      if (pending.ticket) pending.ticket.fail({ kind: 'notStored', detail });
    }
    this.#passWhile((next) => next.range === undefined);
  }

  loaded(): void {
    this.#deps.onLoaded();
  }

  /** Whether the log has answered for everything. */
  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Resolves when the log has answered for all that was offered so far, or `signal` aborts: with what it has not answered for. */
  async settled(signal: AbortSignal): Promise<readonly LoggedPush[]> {
    const last = this.#offered;
    const isSettled = () => (this.#pending[0]?.number ?? Infinity) > last;
    if (!isSettled())
      await untilDone(signal, (done) => {
        const look = () => {
          if (isSettled()) done();
        };
        this.#waiters.add(look);
        return () => this.#waiters.delete(look);
      });
    return this.#pendingUntil(last);
  }

  #pendingUntil(last: number): readonly LoggedPush[] {
    const pending = this.#pending.filter(({ number }) => number <= last);
    return pending.map(({ payload }) => decodePushRecord(payload));
  }

  #notify(): void {
    for (const look of this.#waiters) look();
  }

  #offerInMemory(push: OfferedPush, payload: Buffer): OfferResult {
    if (!this.#deps.hasRoom(push)) return 'full';
    const { shardHash } = push;
    this.#pending.push({ number: ++this.#offered, payload, shardHash, ticket: undefined, range: undefined });
    this.#passNotAwaited();
    return 'accepted';
  }

  /**
   * Of the pushes that the log has not answered for, those whose clients wait stay: it may take long until it is known
   * whether a restart brings them back. The others continue in memory, also if the log turns out to have them.
   */
  #passNotAwaited(): void {
    const awaited: PendingPush[] = [];
    for (const next of this.#pending) {
      if (next.ticket === undefined) this.#pass({ ...next, range: undefined });
      else awaited.push(next);
    }
    this.#pending = awaited;
    this.#notify();
  }

  #passWhile(isReady: (next: PendingPush) => boolean): void {
    let count = 0;
    for (const next of this.#pending) {
      if (!isReady(next)) break;
      count++;
      this.#pass(next);
    }
    if (count === 0) return;
    this.#pending.splice(0, count);
    this.#deps.onPassed();
    this.#notify();
  }

  #pass({ payload, shardHash, ticket, range }: PendingPush): void {
    if (range !== undefined || ticket === undefined)
      this.#deps.pass({ push: decodePushRecord(payload), shardHash, ticket, range });
    if (range !== undefined) ticket?.waiter.stored();
    ticket?.release();
  }
}
