// Random pushes of metric families as plain objects, for the delimited protobuf format: mostly sound, now and then with
// one of the faults that a Pushgateway refuses.
import type { SeededRandom } from '../../support/seeded-random.ts';

export const TYPE_NUMBERS = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4 } as const;

type TypeName = keyof typeof TYPE_NUMBERS;
type Plain = Record<string, unknown>;

const NAMES = ['m', 'n', 'requests_total', 'h', 'h_count', 'h_bucket', 's', 's_sum', 'Q:x', '_u'];
const LABELS = ['a', 'b', 'Z', '_x', 'job', 'instance', 'le', 'quantile'];
const TEXTS = ['', '1', 'x', 'é😀', 'a"b\\c\nd', '/var/tmp', 'x'.repeat(200)];
const VALUES = [0, -0, 1, -2.5, 1e300, 5e-324, 0.1, Infinity, -Infinity, NaN, 2 ** 53 + 2, 123456.789];
const COUNTS = [0, 1, 3, 127, 128, 1e6, 2 ** 32, 2 ** 53];
const BOUNDS = [-1, 0, 0.005, 0.1, 1, 2.5, 10, 100_000, 1e6, 1.5e7, 1e-5];
/** One in so many metrics, or families, has a fault. */
const FAULTS = 60;

export interface PlainFamily extends Plain {
  readonly metric: readonly Plain[];
}

/** Families with names of their own each. */
export function rollFamilies(random: SeededRandom): PlainFamily[] {
  return random.some(NAMES, 4).map((name) => rollFamily(random, name));
}

function rollFamily(random: SeededRandom, name: string): PlainFamily {
  const type = random.pick(Object.keys(TYPE_NUMBERS) as TypeName[]);
  const metric = Array.from({ length: random.nat(4) }, () => rollMetric(random, type));
  return {
    name,
    ...(random.coin() && { help: random.pick(TEXTS) }),
    // Absent, it is a counter.
    ...((type !== 'counter' || random.coin()) && { type: TYPE_NUMBERS[type] }),
    metric,
  };
}

function rollMetric(random: SeededRandom, type: TypeName): Plain {
  const kind = isFaulty(random) ? random.pick([...Object.keys(TYPE_NUMBERS), 'none'] as const) : type;
  return {
    label: rollLabels(random),
    ...(kind !== 'none' && { [kind]: rollValue(random, kind as TypeName) }),
    ...(isFaulty(random) && { timestamp_ms: random.pick([0, 1, 1_700_000_000_000]) }),
  };
}

function rollLabels(random: SeededRandom): Plain[] {
  const names = random.some(LABELS, 3);
  if (isFaulty(random)) names.push(random.pick(['__x', 'a', '__name__']));
  return names.map((name) => ({ name, ...(random.nat(8) > 0 && { value: random.pick(TEXTS) }) }));
}

function rollValue(random: SeededRandom, type: TypeName): Plain {
  switch (type) {
    case 'summary':
      return {
        ...rollCounts(random),
        quantile: random
          .some([0, 0.5, 0.9, 0.99, 1])
          .map((quantile) => ({ quantile, value: random.pick(VALUES) })),
      };
    case 'histogram':
      return {
        ...rollCounts(random),
        bucket: rollBuckets(random),
        ...(random.nat(4) === 0 && rollNative(random)),
      };
    default:
      return random.nat(8) > 0 ? { value: random.pick(VALUES) } : {};
  }
}

function rollCounts(random: SeededRandom): Plain {
  return {
    ...(random.nat(8) > 0 && { sample_count: random.pick(COUNTS) }),
    ...(random.nat(8) > 0 && { sample_sum: random.pick(VALUES) }),
  };
}

function rollBuckets(random: SeededRandom): Plain[] {
  const bounds = random.some(BOUNDS).sort((a, b) => a - b);
  if (random.coin()) bounds.push(Infinity);
  return bounds.map((bound) => ({
    ...((bound !== 0 || random.coin()) && { upper_bound: bound }),
    ...(random.nat(8) > 0 && { cumulative_count: random.pick(COUNTS) }),
  }));
}

/** A native histogram of the count that Prometheus would store; the classic parts stay as they are. */
function rollNative(random: SeededRandom): Plain {
  const deltas = Array.from({ length: 1 + random.nat(5) }, () => random.nat(3));
  // A bucket holds the sum of the differences up to it, so the first difference is in every bucket.
  const total = deltas.reduce((sum, delta, i) => sum + delta * (deltas.length - i), 0);
  const zero = random.nat(4);
  return {
    schema: random.nat(13) - 4,
    zero_threshold: 0.001,
    zero_count: zero,
    positive_span: [{ offset: random.nat(9) - 4, length: deltas.length }],
    positive_delta: deltas,
    sample_count: total + zero,
    sample_sum: 1.5,
  };
}

function isFaulty(random: SeededRandom): boolean {
  return random.nat(FAULTS) === 0;
}
