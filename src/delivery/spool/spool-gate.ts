// Where pushes pass through the spool: each is appended, and handed to the backends in the order of the offers once it is
// on disk. Those that nobody waits for pass in memory where the disk takes none; no push overtakes another.
import { untilDone } from '../../telemetry/wait.ts';
import type { SpoolRange } from '../block/lane-push.ts';
import type { OfferedPush, OfferResult } from '../block/offered-push.ts';
import type { PushTicket } from '../block/push-ticket.ts';
import type { SpoolSink } from './spool-face.ts';
import type { SpoolStore } from './spool-store.ts';
import { decodeSpooledPush, encodeSpooledPush, type SpooledPush } from './spooled-push.ts';

export interface PassedPush {
  readonly push: SpooledPush;
  readonly shardHash: number;
  readonly ticket: PushTicket | undefined;
  /** Its place in the spool; undefined where it is in memory only. */
  readonly range: SpoolRange | undefined;
}

export interface GateDeps {
  readonly profiles: readonly number[];
  /** Whether every backend has room in memory for a push that is on no disk. */
  hasRoom(push: OfferedPush): boolean;
  pass(push: PassedPush): void;
  /** The spool has no room for a push. */
  onFull(): void;
  /** Some pushes have passed. */
  onPassed(): void;
  /** The spool has what an earlier run left, which no lane has been handed. */
  onLoaded(): void;
}

interface PendingPush {
  /** Counts the offers. */
  readonly number: number;
  readonly payload: Buffer;
  readonly shardHash: number;
  readonly ticket: PushTicket | undefined;
  range: SpoolRange | undefined;
}

export class SpoolGate implements SpoolSink {
  readonly #deps: GateDeps;
  #store: SpoolStore | undefined;
  #pending: PendingPush[] = [];
  #offered = 0;
  readonly #onMoved = new Set<() => void>();

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  open(store: SpoolStore): void {
    this.#store = store;
  }

  offer(push: OfferedPush, ticket: PushTicket | undefined): OfferResult {
    const { shardHash } = push;
    const payload = encodeSpooledPush(push, this.#deps.profiles);
    const result = this.#store!.append(shardHash, [payload]);
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

  synced(end: number): void {
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

  /** Whether the disk has answered for everything. */
  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Resolves when the disk has answered for all that was offered so far, or `signal` aborts: with what it has yet to answer for. */
  async settled(signal: AbortSignal): Promise<readonly SpooledPush[]> {
    const last = this.#offered;
    const isSettled = () => (this.#pending[0]?.number ?? Infinity) > last;
    if (!isSettled())
      await untilDone(signal, (done) => {
        const look = () => {
          if (isSettled()) done();
        };
        this.#onMoved.add(look);
        return () => this.#onMoved.delete(look);
      });
    return this.#pendingUntil(last);
  }

  #pendingUntil(last: number): readonly SpooledPush[] {
    const pending = this.#pending.filter(({ number }) => number <= last);
    return pending.map(({ payload }) => decodeSpooledPush(payload));
  }

  #moved(): void {
    for (const look of this.#onMoved) look();
  }

  #offerInMemory(push: OfferedPush, payload: Buffer): OfferResult {
    if (!this.#deps.hasRoom(push)) return 'full';
    const { shardHash } = push;
    this.#pending.push({ number: ++this.#offered, payload, shardHash, ticket: undefined, range: undefined });
    this.#passUnwaited();
    return 'accepted';
  }

  /**
   * Of the pushes before it that the disk has not answered for, those that wait to be stored stay: it may take long to
   * know whether a restart brings them back. The others go on in memory, whatever the disk has of them.
   */
  #passUnwaited(): void {
    const waited: PendingPush[] = [];
    for (const next of this.#pending) {
      if (next.ticket === undefined) this.#pass({ ...next, range: undefined });
      else waited.push(next);
    }
    this.#pending = waited;
    this.#moved();
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
    this.#moved();
  }

  #pass({ payload, shardHash, ticket, range }: PendingPush): void {
    if (range !== undefined || ticket === undefined)
      this.#deps.pass({ push: decodeSpooledPush(payload), shardHash, ticket, range });
    if (range !== undefined) ticket?.waiter.stored();
    ticket?.release();
  }
}
