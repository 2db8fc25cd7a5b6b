// A native histogram (https://prometheus.io/docs/specs/native_histograms/). One object is reused for all of a push.
// Invariant: once it is read, the spans cover as many buckets as there are.
import { writeVarint64 } from '../wire/varint.ts';

/** Places in `numbers`. */
export const SUM = 0;
export const ZERO_THRESHOLD = 1;
/** Only for a float histogram. */
export const FLOAT_COUNT = 2;
export const FLOAT_ZERO_COUNT = 3;

/** Exponential schemas are -4 to 8; this one means custom buckets, whose bounds are given one by one. */
export const CUSTOM_BUCKETS_SCHEMA = -53;
export const MIN_SCHEMA = -4;
export const MAX_SCHEMA = 8;

export class NativeHistogram {
  /** Whether counts are doubles; otherwise they are whole numbers of 64 bits. */
  isFloat = false;
  /** Whether it may go down between two samples (a gauge histogram). */
  isGauge = false;
  schema = 0;
  readonly numbers = new Float64Array(4);
  /** The whole numbers of an integer histogram, each as its low and its high 32 bits. */
  readonly count = new Uint32Array(2);
  readonly zeroCount = new Uint32Array(2);
  readonly negative = new BucketRun();
  readonly positive = new BucketRun();

  clear(): void {
    this.isFloat = false;
    this.isGauge = false;
    this.schema = 0;
    this.numbers.fill(0);
    this.count.fill(0);
    this.zeroCount.fill(0);
    this.negative.clear();
    this.positive.clear();
  }
}

const MAX_VARINT_BYTES = 10;
const FIRST_SPANS = 16;
const FIRST_BUCKET_BYTES = 1024;
const KEPT_BUCKET_BYTES = 1 << 16;
const KEPT_SPANS = 1 << 12;

/**
 * The buckets on one side of zero: spans of consecutive buckets, and what is in each bucket. Grows with what is pushed, and
 * gives back what an unusually large histogram needed.
 */
export class BucketRun {
  spanCount = 0;
  /** The gap to the span before, or for the first the index of its first bucket. */
  offsets = new Int32Array(FIRST_SPANS);
  lengths = new Uint32Array(FIRST_SPANS);
  /** How many buckets there are. */
  bucketCount = 0;
  /**
   * The buckets as the content of a packed field: for an integer histogram each bucket's difference to the one before
   * as a zigzag varint (`sint64`), for a float histogram each bucket's count as a little-endian double.
   */
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BUCKET_BYTES);
  byteLength = 0;

  clear(): void {
    this.spanCount = 0;
    this.bucketCount = 0;
    this.byteLength = 0;
    if (this.bytes.length > KEPT_BUCKET_BYTES || this.offsets.length > KEPT_SPANS) {
      this.bytes = Buffer.allocUnsafeSlow(FIRST_BUCKET_BYTES);
      this.offsets = new Int32Array(FIRST_SPANS);
      this.lengths = new Uint32Array(FIRST_SPANS);
    }
  }

  addSpan(offset: number, length: number): void {
    if (this.spanCount === this.offsets.length) this.#growSpans();
    this.offsets[this.spanCount] = offset;
    this.lengths[this.spanCount] = length;
    this.spanCount++;
  }

  /** Adds `count` buckets, whose encoded content is `from[start, end)`. */
  addBuckets(from: Uint8Array, start: number, end: number, count: number): void {
    const needed = this.byteLength + end - start;
    if (needed > this.bytes.length) this.#growBytes(needed);
    this.bytes.set(from.subarray(start, end), this.byteLength);
    this.byteLength = needed;
    this.bucketCount += count;
  }

  /** Adds one bucket of an integer histogram: its difference, given as the two halves of its zigzag number. */
  addDelta(low: number, high: number): void {
    const needed = this.byteLength + MAX_VARINT_BYTES;
    if (needed > this.bytes.length) this.#growBytes(needed);
    this.byteLength = writeVarint64(this.bytes, this.byteLength, low, high);
    this.bucketCount++;
  }

  #growSpans(): void {
    const { offsets, lengths } = this;
    this.offsets = new Int32Array(2 * offsets.length);
    this.offsets.set(offsets);
    this.lengths = new Uint32Array(2 * lengths.length);
    this.lengths.set(lengths);
  }

  #growBytes(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.byteLength));
    this.bytes = grown;
  }
}
