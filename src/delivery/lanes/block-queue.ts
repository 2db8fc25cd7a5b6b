// What a lane has in memory: an open batch, then sealed blocks in order, and at most one request in flight. Both kinds of
// lane have one. A block comes to its end before a later one is tried, so every series keeps its order.
import type { Clock, Timer } from '../../telemetry/clock.ts';
import { Batch, type BatchLimits, type PushFacts, uncompressedBudget } from '../block/batch.ts';
import { type LanePush, piecesOf } from '../block/lane-push.ts';
import type { QueuedBlock } from '../block/queued-block.ts';
import { BlockSender, type SenderDeps } from '../send/block-sender.ts';

/** What the lane hears of its blocks. */
export interface BlockQueueListener {
  /** Whether a flush waits for what is in the lane: then no batch waits for company. */
  isAwaited(): boolean;
  /** The block came to its end, and its tickets are released. */
  settled(block: QueuedBlock): void;
  /** A stop left the block in the log: it is not settled. */
  left(block: QueuedBlock): void;
}

export class BlockQueue {
  readonly #deps: SenderDeps;
  readonly #listener: BlockQueueListener;
  readonly #limits: BatchLimits;
  readonly #batch: Batch;
  readonly #sender: BlockSender;
  readonly #deadline: BatchDeadline;
  readonly #sealed: QueuedBlock[] = [];
  /** Aborts when a stop gives up what is left. */
  readonly #abandoned = new AbortController();
  #running: Promise<void> | undefined;
  /** The open batch has waited long enough. It goes out as soon as nothing is before it. */
  #isDue = false;
  #isStopping = false;
  #samples = 0;
  #bytes = 0;

  constructor(deps: SenderDeps, listener: BlockQueueListener) {
    const { maxSamplesPerSend, maxRequestBytes, batchSendDeadline } = deps.queueConfig;
    this.#deps = deps;
    this.#listener = listener;
    this.#limits = { maxSamples: maxSamplesPerSend, maxBytes: uncompressedBudget(maxRequestBytes) };
    this.#batch = new Batch(this.#limits, deps.sealer);
    this.#deadline = new BatchDeadline(deps.clock, batchSendDeadline, () => this.#meetDeadline());
    this.#sender = new BlockSender(deps);
  }

  /** Copies the push into the open batch, or into several batches if it is too large for one. */
  append(lanePush: LanePush): void {
    const { encoded, push, range, skip = 0 } = lanePush;
    const { bytes, sampleCount, dropped } = encoded;
    if (dropped && skip === 0) this.#deps.events.relabelDropped(this.#deps.backend, dropped);
    // A block has a place in the log as a whole, or not at all.
    const hasPlace = range !== undefined;
    if (this.#batch.sampleCount > 0 && hasPlace !== (this.#batch.after !== undefined)) this.seal();
    if (skip === 0 && this.#batch.hasRoom(sampleCount, bytes.length)) {
      this.#appendPart(bytes, sampleCount, push);
      if (hasPlace) this.#batch.after = { position: range.end, samples: 0 };
    } else this.#appendBeyondBatch(lanePush);
    if (this.#batch.isFull) this.seal();
    else if (push.ticket !== undefined || this.#listener.isAwaited()) this.#deadline.hurry();
    else if (this.#batch.sampleCount > 0 && !this.#isDue) this.#deadline.start();
  }

  /** Puts the open batch at the end of the sealed blocks. */
  seal(): void {
    this.#deadline.cancel();
    this.#isDue = false;
    this.#hold(-this.#batch.byteLength);
    // Metadata alone is not worth a request: it comes again with its family's next samples.
    if (this.#batch.sampleCount === 0) this.#batch.clear();
    else this.#enqueue(this.#batch.seal());
  }

  /** Sends what there is, without waiting for company or for a backoff. */
  hurry(): void {
    // If a request is in flight, the batch waits for its end and fills up until then. Otherwise each call would make a
    // block, and each block a request when the backend is back.
    if (this.#running === undefined) this.seal();
    else if (this.#batch.sampleCount > 0) this.#isDue = true;
    this.#sender.retryNow();
  }

  /** For a stop: sends all there is. Resolves when every block is settled or left in the log. */
  async finish(): Promise<void> {
    this.#isStopping = true;
    this.seal();
    this.#sender.stop();
    await this.#running;
  }

  /** Gives up what is left; the promise of `finish` then resolves soon. Call it only next to `finish`. */
  abandon(): void {
    this.#abandoned.abort();
  }

  /** Gives up a push that was never in a block, because of a stop. */
  dropUnsent(push: LanePush): void {
    this.#sender.dropUnsent(push);
  }

  /** Reports samples, by job, that are in the log and will not be sent. */
  dropLeft(jobs: ReadonlyMap<string, number>): void {
    this.#sender.dropLeft(jobs);
  }

  /** The blocks have no place in the log any more: they are sent, but move the lane's position no further. */
  forgetPlaces(): void {
    this.#batch.after = undefined;
    for (const block of this.#sealed) block.after = undefined;
  }

  get isEmpty(): boolean {
    return this.#sealed.length === 0 && this.#batch.sampleCount === 0;
  }

  /** The open batch has no samples; it may have metadata. */
  get hasEmptyBatch(): boolean {
    return this.#batch.sampleCount === 0;
  }

  /** What the batch and the blocks take of the backend's memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Samples that are not settled: of the batch, the blocks, and those that a stop gave up. */
  get unsettledSamples(): number {
    return this.#samples + this.#sender.undelivered;
  }

  /** When the oldest push in the queue was received; undefined for an empty queue. */
  get oldestMs(): number | undefined {
    return this.#sealed[0]?.oldestMs ?? (this.#batch.sampleCount > 0 ? this.#batch.oldestMs : undefined);
  }

  /** A push stays in one block if it can: what is refused then concerns as few pushes as possible. */
  #appendBeyondBatch(push: LanePush): void {
    this.seal();
    for (const { bytes, sampleCount, after } of piecesOf(push, this.#limits)) {
      if (!this.#batch.hasRoom(sampleCount, bytes.length)) this.seal();
      this.#appendPart(bytes, sampleCount, push.push);
      if (after !== undefined) this.#batch.after = after;
    }
  }

  #appendPart(bytes: Uint8Array, sampleCount: number, push: PushFacts): void {
    this.#batch.append(bytes, sampleCount, push);
    this.#samples += sampleCount;
    this.#hold(bytes.length);
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
    // While blocks are before it the batch goes on filling: fewer, fuller requests when the backend is back.
    if (this.#running === undefined) this.seal();
    else this.#isDue = true;
  }

  async #run(): Promise<void> {
    for (let next = this.#sealed[0]; next !== undefined; next = this.#sealed[0]) {
      const { kind } = await this.#sender.send(next, this.#abandoned.signal);
      this.#hold(-next.heldBytes);
      this.#sealed.shift();
      if (kind === 'leftInSpool') this.#listener.left(next);
      else this.#settle(next);
      if (this.#sealed.length === 0 && (this.#isDue || this.#isStopping)) this.seal();
    }
    this.#running = undefined;
  }

  #settle(block: QueuedBlock): void {
    this.#samples -= block.sampleCount;
    for (const { ticket } of block.waiting) ticket.release();
    this.#listener.settled(block);
  }
}

/**
 * Says when an open batch has waited long enough for company: at its deadline, or in the next turn of the event loop if
 * somebody waits for one of its pushes.
 */
class BatchDeadline {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #onDue: () => void;
  readonly #meet = (): void => {
    this.cancel();
    this.#onDue();
  };
  #timer: Timer | undefined;
  #isHurried = false;

  constructor(clock: Clock, delayMs: number, onDue: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#onDue = onDue;
  }

  /** Does nothing if the time is running already. */
  start(): void {
    this.#timer ??= this.#clock.setTimer(this.#meet, this.#delayMs);
  }

  /** Pushes that come in this turn of the event loop still go along. */
  hurry(): void {
    if (this.#isHurried) return;
    this.#isHurried = true;
    setImmediate(() => {
      this.#isHurried = false;
      this.#meet();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
