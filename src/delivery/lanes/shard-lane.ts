// One shard of one backend: an open batch, sealed blocks in order, and at most one request in flight.
// A block leaves the lane delivered or given up before a later one is tried, so every series keeps its order.
// With a spool the lane keeps its place in it, and what does not fit the lane's memory is read from there later.
import { Batch, type BatchLimits, type PushFacts, uncompressedBudget } from '../block/batch.ts';
import type { LanePush, SpoolLane } from '../block/lane-push.ts';
import { piecesOf } from '../block/push-pieces.ts';
import type { QueuedBlock } from '../block/queued-block.ts';
import { BlockSender, type SenderDeps } from '../send/block-sender.ts';
import { BatchDeadline } from './batch-deadline.ts';
import { LaneBacklog } from './lane-backlog.ts';
import { LaneProgress } from './lane-progress.ts';

export interface LaneDeps extends SenderDeps {
  /** What the lane has of the spool; undefined without one. */
  readonly spool?: SpoolLane | undefined;
}

export class ShardLane {
  readonly #deps: LaneDeps;
  readonly #limits: BatchLimits;
  readonly #batch: Batch;
  readonly #sender: BlockSender;
  /** Aborts when a stop gives up what is left. */
  readonly #abandoned = new AbortController();
  readonly #backlog: LaneBacklog | undefined;
  readonly #sealed: QueuedBlock[] = [];
  readonly #deadline: BatchDeadline;
  /** The open batch has waited long enough; it goes out as soon as nothing is before it. */
  #isDue = false;
  #isStopping = false;
  /** The stop has left something in the spool: the lane stays where it is. */
  #hasLeft = false;
  #running: Promise<void> | undefined;
  readonly #progress = new LaneProgress(
    () => this.#samples + (this.#backlog?.leftSamples ?? 0) + this.#sender.undelivered,
  );
  /** Of the batch and the blocks, and what of them a stop has left in the spool. */
  #samples = 0;
  /** What of the backend's bytes the lane holds. */
  #bytes = 0;
  /** No record of the lane before this position is needed any more, unless the lane is idle: then none is. */
  #needsFrom = 0;

  constructor(deps: LaneDeps) {
    const { maxSamplesPerSend, maxRequestBytes, batchSendDeadline } = deps.queueConfig;
    this.#deps = deps;
    this.#limits = { maxSamples: maxSamplesPerSend, maxBytes: uncompressedBudget(maxRequestBytes) };
    this.#batch = new Batch(this.#limits, deps.sealer);
    this.#deadline = new BatchDeadline(deps.clock, batchSendDeadline, () => this.#meetDeadline());
    this.#sender = new BlockSender(deps);
    if (deps.spool) this.#backlog = this.#openBacklog(deps.spool);
  }

  /** Reads what an earlier run has left in the spool; also where that cannot be read before the lane is on its way. */
  readSpool(): void {
    const { spool } = this.#deps;
    if (this.#backlog === undefined || spool === undefined) return;
    if (!this.#backlog.isBehind) this.#needsFrom = spool.start.position;
    this.#backlog.fallBehindEarlierRun();
    this.#backlog.refill();
  }

  /** Takes a push; with its place in the spool, or for memory alone. The caller has checked that there is room. */
  append(push: LanePush): void {
    this.#progress.take(push.encoded.sampleCount);
    if (this.#isStopping && this.#backlog !== undefined) return this.#leaveToStop(push);
    if (this.#backlog === undefined) return this.#append(push);
    if (this.#backlog.isBehind) return this.#backlog.leave(push);
    if (push.range === undefined || this.#hasRoom(push.encoded.bytes.length)) return this.#append(push);
    this.#needsFrom = this.#isEmpty ? push.range.position : this.#needsFrom;
    this.#backlog.fallBehind(push.range.position);
    this.#backlog.leave(push);
  }

  /** Lets go of the records before `position`; what of them is in memory goes on there, the rest is given up. */
  skipTo(position: number): void {
    const { spool } = this.#deps;
    if (spool === undefined || this.needsFrom >= position) return;
    this.#batch.after = undefined;
    for (const block of this.#sealed) block.after = undefined;
    const arrive = () => {
      this.#needsFrom = Math.max(this.#needsFrom, position);
      spool.settle({ position: this.#needsFrom, samples: 0 });
    };
    if (this.#backlog?.isBehind) this.#backlog.discardUntil(position, arrive);
    else arrive();
  }

  /** Records before this position are settled as far as the lane is concerned. */
  get needsFrom(): number {
    return this.#isIdle ? Infinity : this.#needsFrom;
  }

  /** Why what the lane has in the spool cannot be read now. */
  get unreadable(): string | undefined {
    return this.#backlog?.unreadable;
  }

  /** When the oldest push that is still here was received; undefined where there is none. */
  get oldestMs(): number | undefined {
    return this.#sealed[0]?.oldestMs ?? (this.#batch.sampleCount > 0 ? this.#batch.oldestMs : undefined);
  }

  /** Sends what there is without further waiting for company or for a backoff that is under way; new pushes wait as ever. */
  hurry(): void {
    // What is before it goes first anyway: a block for each hurry would be a request for each once the backend is back.
    if (this.#running === undefined) this.#seal();
    else if (this.#batch.sampleCount > 0) this.#isDue = true;
    this.#sender.retryNow();
  }

  /** Resolves when all that was appended so far is settled, or `signal` aborts: with how many samples of it still wait. */
  settled(signal: AbortSignal): Promise<number> {
    return this.#progress.settled(signal);
  }

  /** For a stop: sends all there is in memory, and takes nothing from the spool any more. */
  async finish(): Promise<void> {
    this.#isStopping = true;
    this.#backlog?.stop((push) => this.#sender.dropUnsent(push));
    this.#seal();
    this.#sender.stop();
    await this.#running;
  }

  /** Gives up whatever is left; the promise of `finish` then ends soon. */
  abandon(): void {
    this.#abandoned.abort();
  }

  get #isEmpty(): boolean {
    return this.#sealed.length === 0 && this.#batch.sampleCount === 0;
  }

  /** The disk has answered for a push only when the stop had come to its end. */
  #leaveToStop(push: LanePush): void {
    if (push.range === undefined) return this.#sender.dropUnsent(push);
    if (this.#isIdle) this.#needsFrom = push.range.position;
    this.#samples += push.encoded.sampleCount;
    this.#hasLeft = true;
  }

  get #isIdle(): boolean {
    return this.#isEmpty && !this.#hasLeft && !this.#backlog?.isBehind;
  }

  #openBacklog(spool: SpoolLane): LaneBacklog {
    this.#needsFrom = spool.start.position;
    const { clock, events, backend, ledger } = this.#deps;
    return new LaneBacklog(spool, {
      clock,
      ledger,
      hasRoom: (byteLength) => this.#hasRoom(byteLength),
      shareBytes: this.#shareBytes,
      roomBytes: () => Math.max(0, this.#shareBytes - this.#bytes),
      append: (push) => this.#append(push),
      onUnreadable: (detail) => events.spoolUnreadable({ backend, detail }),
      onDiscarded: (jobs) => this.#sender.dropLeft(jobs),
      onRelabelDropped: (drops) => events.relabelDropped(backend, drops),
      onCaughtUp: () => this.#progress.advance(),
    });
  }

  get #shareBytes(): number {
    return this.#deps.ledger.limitBytes / this.#deps.queueConfig.shards;
  }

  /** A lane has its share of the backend's memory, and any one push: so that it gets on. */
  #hasRoom(byteLength: number): boolean {
    return this.#bytes === 0 || this.#bytes + byteLength <= this.#shareBytes;
  }

  #append(lanePush: LanePush): void {
    const { encoded, push, range, skip = 0 } = lanePush;
    const { bytes, sampleCount, dropped } = encoded;
    // Here, since a push that was left in the spool is relabeled once more when it is read.
    if (dropped && skip === 0) this.#deps.events.relabelDropped(this.#deps.backend, dropped);
    const isSpooled = range !== undefined;
    if (this.#batch.sampleCount > 0 && isSpooled !== (this.#batch.after !== undefined)) this.#seal();
    if (isSpooled && this.#isEmpty && !this.#hasLeft) this.#needsFrom = range.position;
    if (skip === 0 && this.#batch.hasRoom(sampleCount, bytes.length)) {
      this.#appendPart(bytes, sampleCount, push);
      if (isSpooled) this.#batch.after = { position: range.end, samples: 0 };
    } else this.#appendBeyondBatch(lanePush);
    // A batch without samples is cleared: a push that waits in the spool for its room would wait for ever.
    const isDeadWeight = this.#batch.sampleCount === 0 && this.#backlog !== undefined;
    if (this.#batch.isFull || isDeadWeight) this.#seal();
    else if (push.ticket !== undefined || this.#progress.isAwaited) this.#deadline.hurry();
    else if (this.#batch.sampleCount > 0 && !this.#isDue) this.#deadline.start();
  }

  /** A push stays in one block where it can: what is finally refused then concerns as few pushes as possible. */
  #appendBeyondBatch(push: LanePush): void {
    this.#seal();
    for (const { bytes, sampleCount, after } of piecesOf(push, this.#limits)) {
      if (!this.#batch.hasRoom(sampleCount, bytes.length)) this.#seal();
      this.#appendPart(bytes, sampleCount, push.push);
      if (after !== undefined) this.#batch.after = after;
    }
  }

  #appendPart(bytes: Uint8Array, sampleCount: number, push: PushFacts): void {
    this.#batch.append(bytes, sampleCount, push);
    this.#samples += sampleCount;
    this.#hold(bytes.length);
  }

  #seal(): void {
    this.#deadline.cancel();
    this.#isDue = false;
    this.#hold(-this.#batch.byteLength);
    // Metadata alone is not worth a request: it comes again with its family's next samples.
    if (this.#batch.sampleCount === 0) this.#batch.clear();
    else this.#enqueue(this.#batch.seal());
  }

  #enqueue(sealed: QueuedBlock): void {
    this.#hold(sealed.heldBytes);
    this.#sealed.push(sealed);
    this.#running ??= this.#run();
  }

  #hold(byteLength: number): void {
    this.#bytes += byteLength;
    this.#deps.ledger.bytes += byteLength;
  }

  #meetDeadline(): void {
    // While others are before it the batch goes on filling: fewer, fuller requests once the backend is back.
    if (this.#running === undefined) this.#seal();
    else this.#isDue = true;
  }

  async #run(): Promise<void> {
    for (let next = this.#sealed[0]; next !== undefined; next = this.#sealed[0]) {
      const { kind } = await this.#sender.send(next, this.#abandoned.signal);
      this.#hold(-next.heldBytes);
      this.#sealed.shift();
      if (kind === 'leftInSpool') this.#hasLeft = true;
      else this.#settle(next);
      this.#backlog?.madeRoom();
      if (this.#sealed.length === 0 && (this.#isDue || this.#isStopping)) this.#seal();
    }
    this.#running = undefined;
  }

  #settle({ after, waiting, sampleCount }: QueuedBlock): void {
    this.#samples -= sampleCount;
    if (after !== undefined) {
      this.#needsFrom = after.position;
      this.#deps.spool?.settle(after);
    }
    for (const { ticket } of waiting) ticket.release();
    this.#progress.advance();
  }
}
