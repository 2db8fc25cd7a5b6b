// What a lane has in the spool and not in memory. While there is anything, new pushes are left there too, so that order
// holds; they are read in pieces as the lane gets room. Memory is bounded by one piece.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import type { Clock, Timer } from '../telemetry/clock.ts';
import type { RelabelDrops } from '../telemetry/events.ts';
import type { BackendLedger } from './backend-ledger.ts';
import type { PushFacts } from './batch.ts';
import type { LanePosition } from './lane-position.ts';
import type { PushTicket } from './push-ticket.ts';

/** Where a record begins, and where the next one does. */
export interface SpoolRange {
  readonly position: number;
  readonly end: number;
}

export interface LanePush {
  /** What the lane's backend takes of the push. */
  readonly encoded: EncodedSeries & { readonly dropped?: RelabelDrops | undefined };
  readonly push: PushFacts;
  /** Its place in the spool; undefined where it is in memory only. */
  readonly range?: SpoolRange | undefined;
  /** How many of its first samples are settled already. */
  readonly skip?: number;
}

/** One lane's view of the spool. */
export interface SpoolLane {
  /** Where an earlier run has left the lane. */
  readonly start: LanePosition;
  /** Where the spool ends: everything before can be read. */
  readonly end: number;
  /** Pushes of the lane from a position on; `next` is where to go on, and is `end` where nothing is left. */
  read(
    from: number,
    maxBytes: number,
  ): Promise<{ readonly pushes: readonly LanePush[]; readonly next: number }>;
  settle(at: LanePosition): void;
}

export interface BacklogDeps {
  readonly clock: Clock;
  hasRoom(byteLength: number): boolean;
  /** What the lane may hold in memory, and how much of that is free. */
  readonly shareBytes: number;
  roomBytes(): number;
  append(push: LanePush): void;
  /** Bytes that wait here count against the backend's limit. */
  readonly ledger: BackendLedger;
  onUnreadable(detail: string): void;
  /** These samples, by job, were given up to make room. */
  onDiscarded(jobs: ReadonlyMap<string, number>): void;
  /** What rules took out of a push that was given up to make room. */
  onRelabelDropped(drops: RelabelDrops): void;
}

interface HeldPush extends LanePush {
  /** It comes behind all records before this position. */
  readonly behind: number;
}

interface Discarding {
  readonly until: number;
  /** Samples by job, so far. */
  readonly jobs: Map<string, number>;
  readonly onDone: () => void;
}

const PIECE_BYTES = 1024 * 1024;
/** The part of a lane's share that has to be free before it reads on: fewer, larger readings. */
const MIN_ROOM = 0.25;
const RETRY_MS = 1000;
/** A push that is left out of here is not waited for any longer: the wait ends by its time. */
const MAX_TICKETS = 20_000;

export class LaneBacklog {
  readonly #spool: SpoolLane;
  readonly #deps: BacklogDeps;
  #readFrom: number;
  /** Samples of the record at the start that are settled. */
  #skip: number;
  #isReading = false;
  #lacksRoom = false;
  #discarding: Discarding | undefined;
  #isStopped = false;
  #retry: Timer | undefined;
  /** Pushes that came while the spool took none. */
  #held: HeldPush[] = [];
  /** By position: of the pushes that are left in the spool. */
  readonly #tickets = new Map<number, PushTicket>();
  isBehind = true;
  /** Why the latest reading failed; undefined where it did not. */
  unreadable: string | undefined;

  constructor(spool: SpoolLane, deps: BacklogDeps) {
    this.#spool = spool;
    this.#deps = deps;
    this.#readFrom = spool.start.position;
    this.#skip = spool.start.samples;
  }

  /** From the record at `position` on, pushes are left in the spool. */
  fallBehind(position: number): void {
    this.isBehind = true;
    this.#readFrom = position;
    this.#skip = 0;
  }

  /** Leaves a push for later. */
  leave(lanePush: LanePush): void {
    const { range, push, encoded } = lanePush;
    if (range !== undefined) {
      if (push.ticket) this.#keep(range.position, push.ticket);
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
    this.#discarding = { until: position, jobs: new Map(), onDone };
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

  #discards({ push, encoded, range }: LanePush): boolean {
    const discarding = this.#discarding;
    if (discarding === undefined || range!.position >= discarding.until) {
      this.#endDiscarding(range!.position);
      return false;
    }
    const { jobs } = discarding;
    jobs.set(push.job, (jobs.get(push.job) ?? 0) + encoded.sampleCount);
    if (encoded.dropped) this.#deps.onRelabelDropped(encoded.dropped);
    this.#readFrom = range!.end;
    return true;
  }

  #endDiscarding(reached = this.#readFrom): void {
    const discarding = this.#discarding;
    if (discarding === undefined || reached < discarding.until) return;
    this.#discarding = undefined;
    this.#deps.onDiscarded(discarding.jobs);
    discarding.onDone();
  }

  #appendRead({ encoded, push, range }: LanePush): void {
    const { position } = range!;
    const ticket = this.#tickets.get(position);
    this.#tickets.delete(position);
    const skip = position === this.#spool.start.position ? this.#skip : 0;
    this.#deps.append({ encoded, push: { ...push, ticket }, range, skip });
    ticket?.release();
  }

  /** Held pushes that come before the record at `position`. */
  #appendHeld(position: number): void {
    while (this.#held[0] !== undefined && this.#held[0].behind <= position) {
      const held = this.#held.shift()!;
      this.#deps.ledger.bytes -= held.encoded.bytes.length;
      this.#deps.append(held);
      held.push.ticket?.release();
    }
  }

  #catchUp(): void {
    this.#endDiscarding(Infinity);
    this.#appendHeld(Infinity);
    this.isBehind = false;
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

  #keep(position: number, ticket: PushTicket): void {
    ticket.hold();
    this.#tickets.set(position, ticket);
    if (this.#tickets.size <= MAX_TICKETS) return;
    const [oldest] = this.#tickets.keys();
    this.#tickets.delete(oldest!);
  }
}
