// A native histogram as registers: reused for every one of a push, never an object per histogram
// (https://prometheus.io/docs/specs/native_histograms/). Invariant: `spans` and buckets agree in number once read.
import { BucketRun } from './bucket-run.ts';

/** Places in `numbers`. */
export const SUM = 0;
export const ZERO_THRESHOLD = 1;
/** Only for a float histogram. */
export const FLOAT_COUNT = 2;
export const FLOAT_ZERO_COUNT = 3;

/** Exponential schemas are -4 to 8; this one stands for custom buckets, whose bounds are given one by one. */
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
