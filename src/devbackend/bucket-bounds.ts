// Where the buckets of a native histogram end (https://prometheus.io/docs/specs/native_histograms/#buckets).
import { CUSTOM_BUCKETS_SCHEMA } from './histogram-codec.ts';

/** As Prometheus's query API numbers them: (a,b], [a,b), (a,b), [a,b]. */
export type BoundaryRule = 0 | 1 | 2 | 3;

export interface BucketBounds {
  readonly rule: BoundaryRule;
  readonly lower: number;
  readonly upper: number;
}

export type BoundOf = (index: number) => number;

/** The largest exponent of two that a finite double has, and one. */
const OVERFLOW_EXPONENT = 1024;

/** The upper bound of each positive bucket by its index. */
export function upperBounds(schema: number, customValues: readonly number[]): BoundOf {
  if (schema !== CUSTOM_BUCKETS_SCHEMA) return (index) => exponentialBound(index, schema);
  return (index) => (index < 0 ? -Infinity : (customValues[index] ?? Infinity));
}

export function positiveBounds(index: number, schema: number, boundOf: BoundOf): BucketBounds {
  const isLowest = schema === CUSTOM_BUCKETS_SCHEMA && index === 0;
  return { rule: isLowest ? 3 : 0, lower: boundOf(index - 1), upper: boundOf(index) };
}

export function negativeBounds(index: number, boundOf: BoundOf): BucketBounds {
  return { rule: 1, lower: -boundOf(index), upper: -boundOf(index - 1) };
}

/** The zero bucket reaches to its threshold; what a bucket beside it would share with it is left to it. */
export function outsideZero(bounds: BucketBounds, zeroThreshold: number): BucketBounds {
  const { rule, lower, upper } = bounds;
  if (lower >= 0) return lower < zeroThreshold ? { rule, lower: zeroThreshold, upper } : bounds;
  return upper <= 0 && -upper < zeroThreshold ? { rule, lower, upper: -zeroThreshold } : bounds;
}

/** 2 ^ (index / 2 ^ schema), split so that powers of two are exact and the last finite bucket ends at a finite bound. */
function exponentialBound(index: number, schema: number): number {
  const exponent = index / 2 ** schema;
  const whole = Math.floor(exponent);
  if (exponent === OVERFLOW_EXPONENT) return Number.MAX_VALUE;
  return whole >= OVERFLOW_EXPONENT ? Infinity : 2 ** (exponent - whole) * 2 ** whole;
}
