// The open buffer of one lane. Append-only; its bytes are always whole fields of a write request.
// The buffer is reused after sealing and holds at most `maxBytes`, unless a single field is larger than that.
import type { BlockSealer } from '../../remotewrite/block.ts';
import { maxSnappyLength } from '../../remotewrite/snappy-encoder.ts';
import type { LanePosition } from './push-log.ts';
import { PushManifest, type SealedManifest } from './push-manifest.ts';
import type { PushTicket } from './push-ticket.ts';
import { BYTES_PER_WAITING_PART, type QueuedBlock, type WaitingPart } from './queued-block.ts';

const FIRST_BYTES = 16 * 1024;
/** About what an entry of a Map costs, besides its text. */
const BYTES_PER_JOB = 64;

export interface BatchLimits {
  readonly maxSamples: number;
  /** Bound on the bytes before compression. */
  readonly maxBytes: number;
}

/** What is known about a push, or a part of one, besides its bytes. */
export interface PushFacts {
  readonly job: string;
  readonly receivedAtMs: number;
  /** Held until the block is settled. */
  readonly ticket?: PushTicket | undefined;
}

/** The most bytes that fit a request of `maxRequestBytes` even if compression gains nothing. */
export function uncompressedBudget(maxRequestBytes: number): number {
  let bytes = Math.max(1, Math.floor(((maxRequestBytes - 32) * 6) / 7));
  while (bytes > 1 && maxSnappyLength(bytes) > maxRequestBytes) bytes--;
  return bytes;
}

export class Batch {
  readonly #limits: BatchLimits;
  readonly #sealer: BlockSealer;
  #buffer = new Uint8Array(FIRST_BYTES);
  readonly #pushes = new PushManifest();
  #waiting: WaitingPart[] = [];
  /** The lane's position once this is settled; undefined for what is in memory only. */
  after: LanePosition | undefined;
  byteLength = 0;
  sampleCount = 0;
  oldestMs = 0;
  newestMs = 0;

  constructor(limits: BatchLimits, sealer: BlockSealer) {
    this.#limits = limits;
    this.#sealer = sealer;
  }

  get isFull(): boolean {
    return this.sampleCount >= this.#limits.maxSamples;
  }

  hasRoom(sampleCount: number, byteLength: number): boolean {
    return (
      this.sampleCount + sampleCount <= this.#limits.maxSamples &&
      this.byteLength + byteLength <= this.#limits.maxBytes
    );
  }

  append(bytes: Uint8Array, sampleCount: number, { job, receivedAtMs, ticket }: PushFacts): void {
    this.#reserve(this.byteLength + bytes.length);
    this.#buffer.set(bytes, this.byteLength);
    // It may be that of a push without samples, and this push may be in memory only.
    if (this.sampleCount === 0) this.after = undefined;
    if (this.byteLength === 0 || receivedAtMs < this.oldestMs) this.oldestMs = receivedAtMs;
    if (this.byteLength === 0 || receivedAtMs > this.newestMs) this.newestMs = receivedAtMs;
    this.byteLength += bytes.length;
    this.sampleCount += sampleCount;
    if (ticket !== undefined && sampleCount > 0) {
      ticket.hold();
      this.#waiting.push({ push: this.#pushes.count, sampleCount, ticket });
    }
    this.#pushes.add(job, sampleCount);
  }

  /** The content as a block; the batch is empty afterwards. */
  seal(): QueuedBlock {
    const block = this.#sealer.seal(this.#buffer.subarray(0, this.byteLength), this.sampleCount);
    const manifest = this.#pushes.seal();
    const { oldestMs, newestMs, after } = this;
    const waiting = this.#waiting;
    const heldBytes = block.body.length + manifestBytes(manifest) + BYTES_PER_WAITING_PART * waiting.length;
    const sealed = { ...block, ...manifest, heldBytes, oldestMs, newestMs, waiting, after };
    this.clear();
    return sealed;
  }

  clear(): void {
    this.byteLength = 0;
    this.sampleCount = 0;
    this.#pushes.clear();
    // A new array: the sealed block keeps the old one.
    this.#waiting = [];
    this.after = undefined;
    if (this.#buffer.length > this.#limits.maxBytes) this.#buffer = new Uint8Array(FIRST_BYTES);
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#buffer.length) return;
    const doubled = Math.min(this.#limits.maxBytes, this.#buffer.length * 2);
    const grown = new Uint8Array(Math.max(doubled, byteLength));
    grown.set(this.#buffer.subarray(0, this.byteLength));
    this.#buffer = grown;
  }
}

function manifestBytes({ jobs, pushes }: SealedManifest): number {
  let bytes = pushes.length;
  for (const job of jobs.keys()) bytes += BYTES_PER_JOB + job.length;
  return bytes;
}
