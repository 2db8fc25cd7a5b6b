// A native histogram as queries and the page see it: its buckets in rising order, empty ones left out, counts as floats.
import {
  type BucketBounds,
  negativeBounds,
  outsideZero,
  positiveBounds,
  upperBounds,
} from './bucket-bounds.ts';
import type { DecodedBuckets, DecodedHistogram } from './histogram-codec.ts';

export interface HistogramBucket extends BucketBounds {
  /** Not cumulative, above zero. */
  readonly count: number;
}

export interface NativeHistogram {
  readonly count: number;
  readonly sum: number;
  readonly schema: number;
  readonly buckets: readonly HistogramBucket[];
}

/** Of a histogram that was checked. */
export function toNativeHistogram(decoded: DecodedHistogram): NativeHistogram {
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

/** Bit for bit in all that a query would show. */
export function isSameHistogram(a: NativeHistogram, b: NativeHistogram): boolean {
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

/** In the order of the indexes: away from zero. */
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
