// One shard of one backend: an open batch, sealed blocks in order, and at most one request in flight.
// A block leaves the lane delivered or given up before a later one is tried, so every series keeps its order.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { cutFragments } from '../remotewrite/fragments.ts';
import type { Timer } from '../telemetry/clock.ts';
import { Batch, type BatchLimits, uncompressedBudget } from './batch.ts';
import { BlockSender, type SenderDeps } from './block-sender.ts';
import type { OfferedPush } from './offered-push.ts';
import type { QueuedBlock } from './queued-block.ts';

export class ShardLane {
  readonly #deps: SenderDeps;
  readonly #limits: BatchLimits;
  readonly #batch: Batch;
  readonly #sender: BlockSender;
  readonly #sealed: QueuedBlock[] = [];
  readonly #onDeadline = (): void => this.#meetDeadline();
  #deadline: Timer | undefined;
  /** The open batch has waited long enough; it goes out as soon as nothing is before it. */
  #isDue = false;
  #isStopping = false;
  #running: Promise<void> | undefined;

  constructor(deps: SenderDeps) {
    const { maxSamplesPerSend, maxRequestBytes } = deps.queueConfig;
    this.#deps = deps;
    this.#limits = { maxSamples: maxSamplesPerSend, maxBytes: uncompressedBudget(maxRequestBytes) };
    this.#batch = new Batch(this.#limits, deps.sealer);
    this.#sender = new BlockSender(deps);
  }

  /** Copies the push into the open batch. The caller has checked that the backend has room. */
  append({ bytes, sampleCount }: EncodedSeries, push: OfferedPush): void {
    if (this.#batch.hasRoom(sampleCount, bytes.length)) this.#appendPart(bytes, sampleCount, push);
    else this.#appendBeyondBatch(bytes, push);
    if (this.#batch.isFull) this.#seal();
    else if (this.#deadline === undefined && !this.#isDue && this.#batch.sampleCount > 0) this.#armDeadline();
  }

  /** When the oldest push that is still here was received; undefined where there is none. */
  get oldestMs(): number | undefined {
    return this.#sealed[0]?.oldestMs ?? (this.#batch.sampleCount > 0 ? this.#batch.oldestMs : undefined);
  }

  /** Sends all there is without further waiting for company or for a backoff that is under way. */
  async flush(): Promise<void> {
    this.#isStopping = true;
    this.#seal();
    this.#sender.hurry();
    await this.#running;
  }

  /** Gives up whatever is left; the promise of `flush` then ends soon. */
  abandon(): void {
    this.#sender.abandon();
  }

  /** A push stays in one block where it can: what is finally refused then concerns as few pushes as possible. */
  #appendBeyondBatch(bytes: Uint8Array, push: OfferedPush): void {
    this.#seal();
    for (let start = 0; start < bytes.length; ) {
      const { end, sampleCount } = cutFragments(bytes, start, this.#limits.maxSamples, this.#limits.maxBytes);
      if (!this.#batch.hasRoom(sampleCount, end - start)) this.#seal();
      this.#appendPart(bytes.subarray(start, end), sampleCount, push);
      start = end;
    }
  }

  #appendPart(bytes: Uint8Array, sampleCount: number, push: OfferedPush): void {
    this.#batch.append(bytes, sampleCount, push.job, push.receivedAtMs);
    this.#deps.ledger.bytes += bytes.length;
  }

  #seal(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    this.#isDue = false;
    this.#deps.ledger.bytes -= this.#batch.byteLength;
    // Metadata alone is not worth a request: it comes again with its family's next samples.
    if (this.#batch.sampleCount === 0) this.#batch.clear();
    else this.#enqueue(this.#batch.seal());
  }

  #enqueue(sealed: QueuedBlock): void {
    const { ledger, queueConfig } = this.#deps;
    if (sealed.block.body.length > queueConfig.maxRequestBytes) {
      this.#sender.dropTooLarge(sealed);
      return;
    }
    ledger.bytes += sealed.heldBytes;
    this.#sealed.push(sealed);
    this.#running ??= this.#run();
  }

  #armDeadline(): void {
    const { clock, queueConfig } = this.#deps;
    this.#deadline = clock.setTimer(this.#onDeadline, queueConfig.batchSendDeadline);
  }

  #meetDeadline(): void {
    this.#deadline = undefined;
    // While others are before it the batch goes on filling: fewer, fuller requests once the backend is back.
    if (this.#running === undefined) this.#seal();
    else this.#isDue = true;
  }

  async #run(): Promise<void> {
    for (let next = this.#sealed[0]; next !== undefined; next = this.#sealed[0]) {
      await this.#sender.deliver(next);
      this.#deps.ledger.bytes -= next.heldBytes;
      this.#sealed.shift();
      if (this.#sealed.length === 0 && (this.#isDue || this.#isStopping)) this.#seal();
    }
    this.#running = undefined;
  }
}
