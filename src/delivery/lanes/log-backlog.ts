// What a lane has in the log and not in memory. While there is anything, new pushes are left there too, so that order holds.
// It is read in pieces as the lane gets room, so memory is bounded by one piece.
import type { Clock, Timer } from '../../telemetry/clock.ts';
import type { BackendLedger } from '../block/backend-ledger.ts';
import type { LanePush, ReadPush } from '../block/lane-push.ts';
import type { LogRange } from '../block/push-log.ts';
import type { PushTicket } from '../block/push-ticket.ts';
import { BacklogDiscard, type DiscardListener } from './backlog-discard.ts';
import type { LaneProgress } from './lane-progress.ts';
import type { LaneRecords } from './lane-records.ts';

export interface BacklogDeps extends DiscardListener {
  readonly clock: Clock;
  readonly progress: LaneProgress;
  hasRoom(byteLength: number): boolean;
  /** What the lane may hold in memory. */
  readonly shareBytes: number;
  /** How much of `shareBytes` is free. */
  roomBytes(): number;
  append(push: LanePush): void;
  /** Bytes that wait here count against the backend's limit. */
  readonly ledger: BackendLedger;
  onUnreadable(detail: string): void;
}

/** A push that is in memory only and waits here, so that it does not overtake earlier pushes in the log. */
interface HeldPush extends LanePush {
  /** It comes after all records before this position. */
  readonly after: number;
}

const PIECE_BYTES = 1024 * 1024;
/** The part of a lane's share that has to be free before it reads on: fewer, larger reads. */
const MIN_ROOM = 0.25;
const RETRY_MS = 1000;
/** Of more tickets than this the oldest is forgotten. Its client then waits until its time limit. */
const MAX_TICKETS = 20_000;

export class LogBacklog {
  readonly #log: LaneRecords;
  readonly #deps: BacklogDeps;
  #readFrom: number;
  /** Samples of the record at the start that are settled. */
  #skip: number;
  #isReading = false;
  #lacksRoom = false;
  #discarding: BacklogDiscard | undefined;
  #isStopped = false;
  #retry: Timer | undefined;
  #held: HeldPush[] = [];
  /** Of pushes that were left here and are waited for, by position. */
  readonly #tickets = new Map<number, PushTicket>();
  /** Samples of pushes that were left here and are not yet handed to the lane. */
  #left = 0;
  /** Records before this position are an earlier run's. */
  #earlierUntil: number;
  isBehind = true;
  /** Why the latest read failed; undefined if it did not. */
  unreadable: string | undefined;

  constructor(log: LaneRecords, deps: BacklogDeps) {
    this.#log = log;
    this.#deps = deps;
    this.#readFrom = log.start.position;
    this.#skip = log.start.samples;
    this.#earlierUntil = log.end;
  }

  /** From the record at `position` on, pushes are left in the log. */
  fallBehind(position: number): void {
    this.isBehind = true;
    this.#readFrom = position;
    this.#skip = 0;
  }

  /** Goes back to what an earlier run left, which can be read only now. */
  fallBehindEarlierRun(): void {
    this.#earlierUntil = this.#log.end;
    if (!this.isBehind) this.fallBehind(this.#log.start.position);
  }

  /** Samples that wait here. What an earlier run left counts as one until it is read. */
  get leftSamples(): number {
    const hasEarlier = this.isBehind && this.#readFrom < this.#earlierUntil;
    return this.#left + (hasEarlier ? 1 : 0);
  }

  /** Leaves a push in the log, to be read later. */
  leave({ encoded, push }: LanePush, { position }: LogRange): void {
    this.#left += encoded.sampleCount;
    if (push.ticket !== undefined) this.#keepTicket(position, push.ticket);
    this.refill();
  }

  /** Keeps a push that is in memory only until the records before it are read. */
  hold(lanePush: LanePush): void {
    const { push, encoded } = lanePush;
    const bytes = Buffer.from(encoded.bytes);
    push.ticket?.hold();
    this.#left += encoded.sampleCount;
    this.#deps.ledger.bytes += bytes.length;
    this.#held.push({ ...lanePush, encoded: { ...encoded, bytes }, after: this.#log.end });
    this.refill();
  }

  /** Gives up the records before `position`. They are read once more to report what they were; then `onDone` is called. */
  discardUntil(position: number, onDone: () => void): void {
    if (this.#discarding !== undefined) return;
    this.#discarding = new BacklogDiscard(position, this.#deps, onDone);
    this.refill();
  }

  /** The lane has got room, or has nothing in memory. */
  madeRoom(): void {
    this.#lacksRoom = this.#deps.roomBytes() < MIN_ROOM * this.#deps.shareBytes;
    this.refill();
  }

  /** Reads on unless the lane has no room. Ends by itself when nothing is left. */
  refill(): void {
    if (!this.isBehind || this.#isReading || this.#isStopped || this.#retry !== undefined) return;
    // A piece of no bytes would be read again and again, and nothing else in the program could run.
    if (this.#discarding === undefined && (this.#lacksRoom || this.#deps.roomBytes() === 0)) return;
    if (this.#readFrom >= this.#log.end) return this.#catchUp();
    this.#isReading = true;
    this.#read().then(
      () => this.#readOn(),
      (error: unknown) => this.#readLater(error),
    );
  }

  /** Nothing is read from now on. Pushes that are in memory only are handed to `drop`. */
  stop(drop: (push: LanePush) => void): void {
    this.#isStopped = true;
    this.#retry?.cancel();
    for (const push of this.#held.splice(0)) {
      this.#release(push);
      drop(push);
    }
  }

  async #read(): Promise<void> {
    const { pushes, next } = await this.#log.read(this.#readFrom, this.#pieceBytes());
    if (this.#isStopped) return;
    for (const push of pushes) {
      const { position, end } = push.range;
      if (this.#discards(push)) continue;
      this.#appendHeld(position);
      if (!this.#deps.hasRoom(push.encoded.bytes.length)) {
        this.#lacksRoom = true;
        this.#readFrom = position;
        return;
      }
      this.#appendRead(push);
      this.#readFrom = end;
    }
    this.#readFrom = next;
    this.#endDiscarding();
  }

  /** Never 0, which would read nothing for ever. A record that finds no room ends the reading. */
  #pieceBytes(): number {
    return this.#discarding ? PIECE_BYTES : Math.min(PIECE_BYTES, Math.max(1, this.#deps.roomBytes()));
  }

  #discards(push: ReadPush): boolean {
    const { position, end } = push.range;
    if (this.#discarding?.takes(push) !== true) {
      this.#endDiscarding(position);
      return false;
    }
    this.#readFrom = end;
    if (this.#wasLeft(push)) this.#forgetLeft(push.loggedSamples);
    return true;
  }

  #endDiscarding(reached = this.#readFrom): void {
    const discarding = this.#discarding;
    if (discarding === undefined) return;
    // Its end may call `discardUntil` again.
    this.#discarding = undefined;
    if (!discarding.endsAt(reached)) this.#discarding = discarding;
  }

  #appendRead(read: ReadPush): void {
    const { encoded, push, range, loggedSamples } = read;
    const { position } = range;
    const ticket = this.#tickets.get(position);
    this.#tickets.delete(position);
    const skip = position === this.#log.start.position ? this.#skip : 0;
    if (this.#wasLeft(read)) {
      this.#forgetLeft(loggedSamples);
      this.#deps.progress.shrink(position, loggedSamples - encoded.sampleCount);
    }
    this.#deps.append({ encoded, push: { ...push, ticket }, range, skip });
    ticket?.release();
  }

  #wasLeft({ range }: ReadPush): boolean {
    return range.position >= this.#earlierUntil;
  }

  #forgetLeft(samples: number): void {
    // A push that went on in memory because the log did not answer may still be in the log: it was never counted.
    this.#left = Math.max(0, this.#left - samples);
  }

  #keepTicket(position: number, ticket: PushTicket): void {
    ticket.hold();
    this.#tickets.set(position, ticket);
    if (this.#tickets.size <= MAX_TICKETS) return;
    const [oldest] = this.#tickets.keys();
    this.#tickets.delete(oldest!);
  }

  /** Hands on the held pushes that come before the record at `position`. */
  #appendHeld(position: number): void {
    while (this.#held[0] !== undefined && this.#held[0].after <= position) {
      const held = this.#held.shift()!;
      this.#release(held);
      this.#deps.append(held);
      held.push.ticket?.release();
    }
  }

  #release({ encoded }: HeldPush): void {
    this.#deps.ledger.bytes -= encoded.bytes.length;
    this.#forgetLeft(encoded.sampleCount);
  }

  #catchUp(): void {
    this.#endDiscarding(Infinity);
    this.#appendHeld(Infinity);
    this.isBehind = false;
    // Records that were damaged never came.
    this.#left = 0;
    this.#deps.progress.advance();
  }

  #readOn(): void {
    this.#isReading = false;
    this.unreadable = undefined;
    this.refill();
  }

  #readLater(error: unknown): void {
    this.#isReading = false;
    this.unreadable = error instanceof Error ? error.message : String(error);
    this.#deps.onUnreadable(this.unreadable);
    if (this.#isStopped) return;
    this.#retry = this.#deps.clock.setTimer(() => {
      this.#retry = undefined;
      this.refill();
    }, RETRY_MS);
  }
}
