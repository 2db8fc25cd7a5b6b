// What a lane has in the spool and not in memory. While there is anything, new pushes are left there too, so that order
// holds; they are read in pieces as the lane gets room. Memory is bounded by one piece.
import type { Clock, Timer } from '../../telemetry/clock.ts';
import type { BackendLedger } from '../block/backend-ledger.ts';
import type { LanePush, SpoolLane } from '../block/lane-push.ts';
import { BacklogDiscard, type DiscardEvents } from './backlog-discard.ts';
import { LeftTickets } from './left-tickets.ts';

export interface BacklogDeps extends DiscardEvents {
  readonly clock: Clock;
  hasRoom(byteLength: number): boolean;
  /** What the lane may hold in memory, and how much of that is free. */
  readonly shareBytes: number;
  roomBytes(): number;
  append(push: LanePush): void;
  /** Bytes that wait here count against the backend's limit. */
  readonly ledger: BackendLedger;
  onUnreadable(detail: string): void;
  /** Nothing is left here. */
  onCaughtUp(): void;
}

interface HeldPush extends LanePush {
  /** It comes behind all records before this position. */
  readonly behind: number;
}

const PIECE_BYTES = 1024 * 1024;
/** The part of a lane's share that has to be free before it reads on: fewer, larger readings. */
const MIN_ROOM = 0.25;
const RETRY_MS = 1000;

export class LaneBacklog {
  readonly #spool: SpoolLane;
  readonly #deps: BacklogDeps;
  #readFrom: number;
  /** Samples of the record at the start that are settled. */
  #skip: number;
  #isReading = false;
  #lacksRoom = false;
  #discarding: BacklogDiscard | undefined;
  #isStopped = false;
  #retry: Timer | undefined;
  /** Pushes that came while the spool took none. */
  #held: HeldPush[] = [];
  readonly #tickets = new LeftTickets();
  /** Samples of pushes that were left here and are not yet handed to the lane. */
  #left = 0;
  /** The records before this position are an earlier run's. */
  #earlierUntil: number;
  isBehind = true;
  /** Why the latest reading failed; undefined where it did not. */
  unreadable: string | undefined;

  constructor(spool: SpoolLane, deps: BacklogDeps) {
    this.#spool = spool;
    this.#deps = deps;
    this.#readFrom = spool.start.position;
    this.#skip = spool.start.samples;
    this.#earlierUntil = spool.end;
  }

  /** From the record at `position` on, pushes are left in the spool. */
  fallBehind(position: number): void {
    this.isBehind = true;
    this.#readFrom = position;
    this.#skip = 0;
  }

  /** Behind what an earlier run has left, which only now can be read. */
  fallBehindEarlierRun(): void {
    this.#earlierUntil = this.#spool.end;
    if (!this.isBehind) this.fallBehind(this.#spool.start.position);
  }

  /** Samples that wait here; what an earlier run left counts as one until it is read. */
  get leftSamples(): number {
    const hasEarlier = this.isBehind && this.#readFrom < this.#earlierUntil;
    return this.#left + (hasEarlier ? 1 : 0);
  }

  /** Leaves a push for later. */
  leave(lanePush: LanePush): void {
    const { range, push, encoded } = lanePush;
    this.#left += encoded.sampleCount;
    if (range !== undefined) {
      if (push.ticket) this.#tickets.keep(range.position, push.ticket);
      this.refill();
      return;
    }
    push.ticket?.hold();
    const bytes = Buffer.from(encoded.bytes);
    this.#deps.ledger.bytes += bytes.length;
    this.#held.push({ ...lanePush, encoded: { ...encoded, bytes }, behind: this.#spool.end });
    this.refill();
  }

  /** Gives up what lies before `position`: it is read once more to say what it was. `onDone` follows when it was. */
  discardUntil(position: number, onDone: () => void): void {
    if (this.#discarding !== undefined) return;
    this.#discarding = new BacklogDiscard(position, this.#deps, onDone);
    this.refill();
  }

  /** The lane has got room, or nothing at all in memory. */
  madeRoom(): void {
    this.#lacksRoom = this.#deps.roomBytes() < MIN_ROOM * this.#deps.shareBytes;
    this.refill();
  }

  /** Reads on unless the lane has no room; ends by itself when nothing is left. */
  refill(): void {
    if (!this.isBehind || this.#isReading || this.#isStopped || this.#retry !== undefined) return;
    // A piece of no bytes would be read again and again, and nothing else in the program get its turn.
    if (this.#discarding === undefined && (this.#lacksRoom || this.#deps.roomBytes() === 0)) return;
    if (this.#readFrom >= this.#spool.end) return this.#catchUp();
    this.#isReading = true;
    this.#read().then(
      () => this.#readOn(),
      (error: unknown) => this.#readLater(error),
    );
  }

  /** Nothing is read from now on. What is in memory only is handed to `drop`. */
  stop(drop: (push: LanePush) => void): void {
    this.#isStopped = true;
    this.#retry?.cancel();
    for (const push of this.#held.splice(0)) {
      this.#deps.ledger.bytes -= push.encoded.bytes.length;
      this.#left -= push.encoded.sampleCount;
      drop(push);
    }
  }

  async #read(): Promise<void> {
    const { pushes, next } = await this.#spool.read(this.#readFrom, this.#pieceBytes());
    if (this.#isStopped) return;
    for (const push of pushes) {
      if (this.#discards(push)) continue;
      this.#appendHeld(push.range!.position);
      if (!this.#deps.hasRoom(push.encoded.bytes.length)) {
        this.#lacksRoom = true;
        this.#readFrom = push.range!.position;
        return;
      }
      this.#appendRead(push);
      this.#readFrom = push.range!.end;
    }
    this.#readFrom = next;
    this.#endDiscarding();
  }

  /** Never 0, which would read nothing, for ever: a record that finds no room ends the reading. */
  #pieceBytes(): number {
    return this.#discarding ? PIECE_BYTES : Math.min(PIECE_BYTES, Math.max(1, this.#deps.roomBytes()));
  }

  #discards(push: LanePush): boolean {
    const { position, end } = push.range!;
    if (this.#discarding?.takes(push) !== true) {
      this.#endDiscarding(position);
      return false;
    }
    this.#readFrom = end;
    this.#forgetLeft(push);
    return true;
  }

  #endDiscarding(reached = this.#readFrom): void {
    const discarding = this.#discarding;
    if (discarding === undefined) return;
    // Whoever is told may ask for more.
    this.#discarding = undefined;
    if (!discarding.endsAt(reached)) this.#discarding = discarding;
  }

  #appendRead({ encoded, push, range }: LanePush): void {
    const { position } = range!;
    const ticket = this.#tickets.take(position);
    const skip = position === this.#spool.start.position ? this.#skip : 0;
    this.#forgetLeft({ encoded, push, range });
    this.#deps.append({ encoded, push: { ...push, ticket }, range, skip });
    ticket?.release();
  }

  #forgetLeft({ encoded, range }: LanePush): void {
    // Of one that went on in memory since the disk had not answered, the disk may still have a record.
    if (range!.position >= this.#earlierUntil) this.#left = Math.max(0, this.#left - encoded.sampleCount);
  }

  /** Held pushes that come before the record at `position`. */
  #appendHeld(position: number): void {
    while (this.#held[0] !== undefined && this.#held[0].behind <= position) {
      const held = this.#held.shift()!;
      this.#deps.ledger.bytes -= held.encoded.bytes.length;
      this.#left = Math.max(0, this.#left - held.encoded.sampleCount);
      this.#deps.append(held);
      held.push.ticket?.release();
    }
  }

  #catchUp(): void {
    this.#endDiscarding(Infinity);
    this.#appendHeld(Infinity);
    this.isBehind = false;
    // Records that were damaged never came.
    this.#left = 0;
    this.#deps.onCaughtUp();
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
