// A native histogram as queries and the page show it: buckets in rising order, without empty ones, with float counts
// (https://prometheus.io/docs/specs/native_histograms/#buckets).
import type { DecodedBuckets, DecodedHistogram } from '../receiver/decoded-histogram.ts';
import { CUSTOM_BUCKETS_SCHEMA } from '../receiver/decoded-histogram.ts';

interface HistogramBucket extends BucketBounds {
  /** Not cumulative, above zero. */
  readonly count: number;
}

export interface StoredHistogram {
  readonly count: number;
  readonly sum: number;
  readonly schema: number;
  readonly buckets: readonly HistogramBucket[];
}

/** `decoded` must have been checked. */
export function toStoredHistogram(decoded: DecodedHistogram): StoredHistogram {
  const { schema, zeroThreshold, zeroCount, negative, positive } = decoded;
  const boundOf = upperBounds(schema, decoded.customValues);
  const below = listBuckets(negative, (index) => outsideZero(negativeBounds(index, boundOf), zeroThreshold));
  const zero = {
    rule: 3,
    lower: -zeroThreshold,
    upper: zeroThreshold,
    count: Number(zeroCount ?? 0),
  } as const;
  const above = listBuckets(positive, (index) =>
    outsideZero(positiveBounds(index, schema, boundOf), zeroThreshold),
  );
  const buckets = [...below.reverse(), ...(zero.count > 0 ? [zero] : []), ...above];
  return { count: Number(decoded.count), sum: decoded.sum, schema, buckets };
}

/** Compares bit for bit everything that a query would show. */
export function isSameHistogram(a: StoredHistogram, b: StoredHistogram): boolean {
  return (
    a.schema === b.schema &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    a.buckets.length === b.buckets.length &&
    a.buckets.every((bucket, i) => isSameBucket(bucket, b.buckets[i]!))
  );
}

function isSameBucket(a: HistogramBucket, b: HistogramBucket): boolean {
  return a.rule === b.rule && a.lower === b.lower && a.upper === b.upper && Object.is(a.count, b.count);
}

/** In the order of the indexes, away from zero. */
function listBuckets(
  { spans, counts }: DecodedBuckets,
  boundsOf: (index: number) => BucketBounds,
): HistogramBucket[] {
  const buckets: HistogramBucket[] = [];
  let index = 0;
  let next = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (const end = index + length; index < end; index++) {
      const count = Number(counts[next++]);
      if (count !== 0) buckets.push({ ...boundsOf(index), count });
    }
  }
  return buckets;
}

/** As Prometheus's query API numbers them: (a,b], [a,b), (a,b), [a,b]. */
type BoundaryRule = 0 | 1 | 2 | 3;

interface BucketBounds {
  readonly rule: BoundaryRule;
  readonly lower: number;
  readonly upper: number;
}

type BoundOf = (index: number) => number;

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

/** The zero bucket reaches to its threshold, so a bucket next to it that overlaps it is cut there. */
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
