// A lane over the log: one shard of one backend. Pushes that fit its share of memory go straight to the block queue. The
// others stay in the log, and the backlog reads them when there is room. The lane's position in the log moves as blocks
// settle; what a stop leaves is read by the next run.
import type { LanePush, ReadPush } from '../block/lane-push.ts';
import type { LogRange } from '../block/push-log.ts';
import type { QueuedBlock } from '../block/queued-block.ts';
import type { SenderDeps } from '../send/block-sender.ts';
import { BlockQueue } from './block-queue.ts';
import { type AdaptEncoded, adaptPush, type Lane } from './lane.ts';
import { LaneProgress } from './lane-progress.ts';
import type { LaneRecords } from './lane-records.ts';
import { LogBacklog } from './log-backlog.ts';

export class LogLane implements Lane {
  readonly #log: LaneRecords;
  readonly #adapt: AdaptEncoded;
  readonly #queue: BlockQueue;
  readonly #backlog: LogBacklog;
  readonly #progress: LaneProgress;
  /** The lane's share of the memory of its backend. */
  readonly #shareBytes: number;
  #isStopping = false;
  /** A stop has left something in the log: the lane's position stays where it is. */
  #hasLeft = false;
  /** Samples of pushes that the log stored only during the stop. */
  #leftSamples = 0;
  /** No record of the lane before this position is needed. If the lane is idle, no record is needed at all. */
  #needsFrom: number;

  constructor(deps: SenderDeps, log: LaneRecords, adapt: AdaptEncoded) {
    const { backend, clock, events, ledger, queueConfig } = deps;
    this.#log = log;
    this.#adapt = adapt;
    this.#shareBytes = ledger.limitBytes / queueConfig.shards;
    this.#needsFrom = log.start.position;
    this.#progress = new LaneProgress(
      () => this.#queue.unsettledSamples + this.#backlog.leftSamples + this.#leftSamples,
    );
    this.#queue = new BlockQueue(deps, {
      isAwaited: () => this.#progress.isAwaited,
      settled: (block) => this.#settle(block),
      left: () => this.#blockLeft(),
    });
    this.#backlog = new LogBacklog(log, {
      clock,
      ledger,
      progress: this.#progress,
      shareBytes: this.#shareBytes,
      hasRoom: (byteLength) => this.#hasRoom(byteLength),
      roomBytes: () => Math.max(0, this.#shareBytes - this.#queue.bytes),
      append: (push) => this.#enqueue(push),
      onUnreadable: (detail) => events.spoolUnreadable({ backend, detail }),
      onDiscarded: (jobs) => this.#queue.dropLeft(jobs),
      onRelabelDropped: (drops) => events.relabelDropped(backend, drops),
    });
  }

  /** Reads what an earlier run left in the log. Call it again when the log could not be read at first and now can. */
  readEarlierRun(): void {
    if (!this.#backlog.isBehind) this.#needsFrom = this.#log.start.position;
    this.#backlog.fallBehindEarlierRun();
    this.#backlog.refill();
  }

  append(push: LanePush): void {
    const { encoded, range } = push;
    if (range === undefined) return this.#appendUnlogged(adaptPush(push, this.#adapt));
    if (this.#isStopping) return this.#leaveToNextRun(push, range);
    // Decided before the backend's rules are applied: they are applied to a push of the backlog when it is read.
    if (this.#backlog.isBehind || !this.#hasRoom(encoded.bytes.length)) return this.#leaveInLog(push, range);
    const adapted = adaptPush(push, this.#adapt);
    this.#progress.take(adapted.encoded.sampleCount, range.position);
    this.#enqueue(adapted);
  }

  /** Gives up the records before `position`. Those of them that are in memory are still sent. */
  skipTo(position: number): void {
    if (this.needsFrom >= position) return;
    this.#queue.forgetPlaces();
    const arrive = () => {
      this.#needsFrom = Math.max(this.#needsFrom, position);
      this.#log.settle({ position: this.#needsFrom, samples: 0 });
    };
    if (this.#backlog.isBehind) this.#backlog.discardUntil(position, arrive);
    else arrive();
  }

  /** The lane needs no record before this position. */
  get needsFrom(): number {
    const isIdle = this.#queue.isEmpty && !this.#hasLeft && !this.#backlog.isBehind;
    return isIdle ? Infinity : this.#needsFrom;
  }

  /** Why the log cannot be read now. */
  get unreadable(): string | undefined {
    return this.#backlog.unreadable;
  }

  get oldestMs(): number | undefined {
    return this.#queue.oldestMs;
  }

  hurry(): void {
    this.#queue.hurry();
  }

  settled(signal: AbortSignal): Promise<number> {
    return this.#progress.settled(signal);
  }

  finish(): Promise<void> {
    this.#isStopping = true;
    this.#backlog.stop((push) => this.#queue.dropUnsent(push));
    return this.#queue.finish();
  }

  abandon(): void {
    this.#queue.abandon();
  }

  /** A push that the log did not take: it is in memory only. */
  #appendUnlogged(push: LanePush): void {
    this.#progress.take(push.encoded.sampleCount);
    if (this.#isStopping) this.#queue.dropUnsent(push);
    else if (this.#backlog.isBehind) this.#backlog.hold(push);
    else this.#enqueue(push);
  }

  #leaveInLog(push: LanePush, range: LogRange): void {
    this.#progress.take(push.encoded.sampleCount, range.position);
    if (!this.#backlog.isBehind) {
      if (this.#queue.isEmpty) this.#needsFrom = range.position;
      this.#backlog.fallBehind(range.position);
    }
    this.#backlog.leave(push, range);
  }

  /** The log stored the push only after the stop had begun. */
  #leaveToNextRun({ encoded }: LanePush, { position }: LogRange): void {
    this.#progress.take(encoded.sampleCount, position);
    if (this.needsFrom === Infinity) this.#needsFrom = position;
    this.#leftSamples += encoded.sampleCount;
    this.#hasLeft = true;
  }

  /** A lane may always hold one push, so that it gets on, and then its share of the backend's memory. */
  #hasRoom(byteLength: number): boolean {
    const { bytes } = this.#queue;
    return bytes === 0 || bytes + byteLength <= this.#shareBytes;
  }

  #enqueue(push: LanePush | ReadPush): void {
    if (push.range !== undefined && this.#queue.isEmpty && !this.#hasLeft)
      this.#needsFrom = push.range.position;
    this.#queue.append(push);
    // A batch that has metadata only would never be sent, and a push in the log might wait for its memory.
    if (this.#queue.hasEmptyBatch) this.#queue.seal();
  }

  #settle({ after }: QueuedBlock): void {
    if (after !== undefined) {
      this.#needsFrom = after.position;
      this.#log.settle(after);
    }
    this.#progress.advance();
    this.#backlog.madeRoom();
  }

  /** A stop left a block in the log: from now on the lane's position does not move. */
  #blockLeft(): void {
    this.#hasLeft = true;
    this.#backlog.madeRoom();
  }
}
