// Native histograms as plain objects for tests: made at random, put into the reused object, and as they must be in a write request.
import {
  type BucketRun,
  FLOAT_COUNT,
  FLOAT_ZERO_COUNT,
  type NativeHistogram,
  SUM,
  ZERO_THRESHOLD,
} from '../../src/labels/native-histogram.ts';
import type { DecodedHistogram } from '../support/decode-histogram.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

export interface PlainRun {
  readonly spans: readonly (readonly [offset: number, length: number])[];
  /** Differences as bigint for an integer histogram, counts as number for a float one. */
  readonly buckets: readonly (bigint | number)[];
}

export interface PlainHistogram {
  readonly count: bigint | number;
  readonly sum: number;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: bigint | number;
  readonly isGauge: boolean;
  readonly negative: PlainRun;
  readonly positive: PlainRun;
}

const WHOLE = [0n, 1n, 127n, 128n, 300n, (1n << 31n) - 1n, 1n << 32n, (1n << 53n) + 1n, (1n << 64n) - 1n];
const DELTAS = [0n, 1n, -1n, 63n, -64n, 64n, -65n, 1n << 40n, -(1n << 63n), (1n << 63n) - 1n];
const NUMBERS = [0, 1, -1.5, 1e300, 5e-324, Number.POSITIVE_INFINITY, Number.NaN];
const OFFSETS = [0, 1, -1, 63, -64, 64, 2 ** 31 - 1, -(2 ** 31)];
const LENGTHS = [0, 1, 5, 127, 128, 2 ** 32 - 1];

/** Any values that the fields can hold; not a histogram that makes sense. */
export function rollHistogram(random: SeededRandom): PlainHistogram {
  const isFloat = random.coin();
  const number = () => random.pick(NUMBERS);
  const run = (): PlainRun => ({
    spans: listOf(random, 4, () => [random.pick(OFFSETS), random.pick(LENGTHS)] as const),
    buckets: listOf(random, 300, () => (isFloat ? number() : random.pick(DELTAS))),
  });
  return {
    count: isFloat ? number() : random.pick(WHOLE),
    sum: number(),
    schema: random.nat(13) - 4,
    zeroThreshold: random.pick([0, 0.001, 1e-128]),
    zeroCount: isFloat ? number() : random.pick(WHOLE),
    isGauge: random.coin(),
    negative: run(),
    positive: run(),
  };
}

export function fillHistogram(histogram: NativeHistogram, plain: PlainHistogram): void {
  histogram.clear();
  histogram.isFloat = typeof plain.count === 'number';
  histogram.isGauge = plain.isGauge;
  histogram.schema = plain.schema;
  histogram.numbers[SUM] = plain.sum;
  histogram.numbers[ZERO_THRESHOLD] = plain.zeroThreshold;
  if (typeof plain.count === 'number') histogram.numbers[FLOAT_COUNT] = plain.count;
  else histogram.count.set(halves(plain.count));
  if (typeof plain.zeroCount === 'number') histogram.numbers[FLOAT_ZERO_COUNT] = plain.zeroCount;
  else histogram.zeroCount.set(halves(plain.zeroCount));
  fillRun(histogram.negative, plain.negative);
  fillRun(histogram.positive, plain.positive);
}

/** What a reader of the write request sees. */
export function toWire(plain: PlainHistogram, timestampMs: number): DecodedHistogram {
  const isFloat = typeof plain.count === 'number';
  const spans = ({ spans: all }: PlainRun) => all.map(([offset, length]) => ({ offset, length }));
  return {
    count: plain.count,
    sum: plain.sum,
    schema: plain.schema,
    zeroThreshold: plain.zeroThreshold,
    zeroCount: plain.zeroCount,
    negativeSpans: spans(plain.negative),
    negativeDeltas: isFloat ? [] : (plain.negative.buckets as bigint[]),
    negativeCounts: isFloat ? (plain.negative.buckets as number[]) : [],
    positiveSpans: spans(plain.positive),
    positiveDeltas: isFloat ? [] : (plain.positive.buckets as bigint[]),
    positiveCounts: isFloat ? (plain.positive.buckets as number[]) : [],
    resetHint: plain.isGauge ? 3 : 0,
    timestampMs,
    customValues: [],
  };
}

function listOf<T>(random: SeededRandom, most: number, make: () => T): T[] {
  return Array.from({ length: random.nat(most + 1) }, make);
}

function halves(value: bigint): [low: number, high: number] {
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}

function fillRun(run: BucketRun, { spans, buckets }: PlainRun): void {
  for (const [offset, length] of spans) run.addSpan(offset, length);
  for (const bucket of buckets) {
    const bytes = typeof bucket === 'number' ? double(bucket) : zigzagVarint(bucket);
    run.addBuckets(bytes, 0, bytes.length, 1);
  }
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function zigzagVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
