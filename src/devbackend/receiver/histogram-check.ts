// What Prometheus refuses in a native histogram that arrives by remote write, and what only a faulty encoder writes
// (https://prometheus.io/docs/specs/native_histograms/#data-model).
import { CUSTOM_BUCKETS_SCHEMA, type DecodedBuckets, type DecodedHistogram } from './decoded-histogram.ts';

const MIN_SCHEMA = -4;
const MAX_SCHEMA = 8;
const MAX_RESET_HINT = 3;
/** Sums of floats depend on the order of addition. A total above the count by more than this is not rounding. */
const ROUNDING = 1e-9;

type FaultFinder = (histogram: DecodedHistogram) => string | undefined;

const FAULT_FINDERS: readonly FaultFinder[] = [
  findFieldFault,
  findSchemaFault,
  ({ negative }) => findBucketFault(negative, 'negative'),
  ({ positive }) => findBucketFault(positive, 'positive'),
  findKindFault,
  findSignFault,
  findTotalFault,
];

/** Undefined for a histogram that may be stored. */
export function findHistogramFault(histogram: DecodedHistogram): string | undefined {
  for (const findFault of FAULT_FINDERS) {
    const fault = findFault(histogram);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findFieldFault({ count, resetHint }: DecodedHistogram): string | undefined {
  if (count === undefined) return 'expected a native histogram with a count, found none';
  if (resetHint > MAX_RESET_HINT || resetHint < 0)
    return `expected a reset hint from 0 to ${MAX_RESET_HINT}, found ${resetHint}`;
  return undefined;
}

function findSchemaFault(histogram: DecodedHistogram): string | undefined {
  const { schema, customValues } = histogram;
  if (schema === CUSTOM_BUCKETS_SCHEMA) return findCustomFault(histogram);
  if (schema < MIN_SCHEMA || schema > MAX_SCHEMA) {
    return `expected a schema from ${MIN_SCHEMA} to ${MAX_SCHEMA}, or ${CUSTOM_BUCKETS_SCHEMA} for custom buckets, found ${schema}`;
  }
  if (customValues.length === 0) return undefined;
  return `expected custom values in schema ${CUSTOM_BUCKETS_SCHEMA} only, found some in schema ${schema}`;
}

function findCustomFault(histogram: DecodedHistogram): string | undefined {
  const { customValues, negative, positive, zeroCount, zeroThreshold } = histogram;
  if (negative.spans.length > 0 || negative.counts.length > 0)
    return 'expected only positive buckets with custom values, found negative ones';
  if (Number(zeroCount ?? 0) !== 0 || zeroThreshold !== 0)
    return 'expected no zero bucket with custom values, found one';
  if (customValues.some((bound, i) => !(bound > (customValues[i - 1] ?? -Infinity) && bound < Infinity)))
    return 'expected finite custom values in rising order, found others';
  const first = positive.spans[0]?.offset ?? 0;
  if (first < 0) return `expected a first bucket index of at least 0 with custom values, found ${first}`;
  const end = positive.spans.reduce((sum, { offset, length }) => sum + offset + length, 0);
  if (end <= customValues.length + 1) return undefined;
  return `expected the last bucket at index ${customValues.length}, above all custom values, found index ${end - 1}`;
}

function findBucketFault({ spans, counts }: DecodedBuckets, side: string): string | undefined {
  const offset = spans.slice(1).find((span) => span.offset < 0)?.offset;
  if (offset !== undefined)
    return `expected ${side} spans whose offsets after the first are not negative, found ${offset}`;
  const length = spans.reduce((sum, span) => sum + span.length, 0);
  if (length !== counts.length)
    return `expected as many ${side} buckets as the spans have (${length}), found ${counts.length}`;
  const below = counts.find((count) => count < 0);
  return below === undefined
    ? undefined
    : `expected ${side} buckets with counts that are not negative, found ${below}`;
}

/** An integer histogram has only whole numbers, a float histogram only floats. */
function findKindFault({ count, zeroCount, negative, positive }: DecodedHistogram): string | undefined {
  const isOther = (one: bigint | number): boolean => typeof one !== typeof count;
  const other = [zeroCount ?? count ?? 0, ...negative.counts, ...positive.counts].some(isOther);
  if (!other) return undefined;
  return typeof count === 'bigint'
    ? 'expected only whole numbers, like the count, found a float'
    : 'expected only floats, like the count, found a whole number';
}

function findSignFault({ count = 0, zeroCount = 0, zeroThreshold }: DecodedHistogram): string | undefined {
  if (count < 0) return `expected a count that is not negative, found ${count}`;
  if (zeroCount < 0) return `expected a zero bucket whose count is not negative, found ${zeroCount}`;
  return zeroThreshold < 0
    ? `expected a zero threshold that is not negative, found ${zeroThreshold}`
    : undefined;
}

/** A NaN observation is counted, makes the sum NaN, and is in no bucket. */
function findTotalFault(histogram: DecodedHistogram): string | undefined {
  const { count, sum, zeroCount = 0, negative, positive } = histogram;
  const counts = [...negative.counts, zeroCount, ...positive.counts];
  if (typeof count !== 'bigint') {
    const total = counts.reduce<number>((before, one) => before + Number(one), 0);
    return total > Number(count) * (1 + ROUNDING) ? totalFault('at most ', count, total) : undefined;
  }
  const total = counts.reduce<bigint>((before, one) => before + BigInt(one), 0n);
  if (Number.isNaN(sum)) return total > count ? totalFault('at most ', count, total) : undefined;
  return total === count ? undefined : totalFault('', count, total);
}

function totalFault(bound: string, count: bigint | number | undefined, total: bigint | number): string {
  return `expected buckets with ${bound}${count} observations in total, like the count, found ${total}`;
}
