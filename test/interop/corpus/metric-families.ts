// Random pushes of metric families as plain objects, for the delimited protobuf format: mostly sound, now and then with
// one of the faults that a Pushgateway refuses.
import type { Dice } from '../../support/dice.ts';

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
export function rollFamilies(dice: Dice): PlainFamily[] {
  return dice.some(NAMES, 4).map((name) => rollFamily(dice, name));
}

function rollFamily(dice: Dice, name: string): PlainFamily {
  const type = dice.pick(Object.keys(TYPE_NUMBERS) as TypeName[]);
  const metric = Array.from({ length: dice.nat(4) }, () => rollMetric(dice, type));
  return {
    name,
    ...(dice.coin() && { help: dice.pick(TEXTS) }),
    // Absent, it is a counter.
    ...((type !== 'counter' || dice.coin()) && { type: TYPE_NUMBERS[type] }),
    metric,
  };
}

function rollMetric(dice: Dice, type: TypeName): Plain {
  const kind = isFaulty(dice) ? dice.pick([...Object.keys(TYPE_NUMBERS), 'none'] as const) : type;
  return {
    label: rollLabels(dice),
    ...(kind !== 'none' && { [kind]: rollValue(dice, kind as TypeName) }),
    ...(isFaulty(dice) && { timestamp_ms: dice.pick([0, 1, 1_700_000_000_000]) }),
  };
}

function rollLabels(dice: Dice): Plain[] {
  const names = dice.some(LABELS, 3);
  if (isFaulty(dice)) names.push(dice.pick(['__x', 'a', '__name__']));
  return names.map((name) => ({ name, ...(dice.nat(8) > 0 && { value: dice.pick(TEXTS) }) }));
}

function rollValue(dice: Dice, type: TypeName): Plain {
  switch (type) {
    case 'summary':
      return {
        ...rollCounts(dice),
        quantile: dice
          .some([0, 0.5, 0.9, 0.99, 1])
          .map((quantile) => ({ quantile, value: dice.pick(VALUES) })),
      };
    case 'histogram':
      return { ...rollCounts(dice), bucket: rollBuckets(dice), ...(dice.nat(4) === 0 && rollNative(dice)) };
    default:
      return dice.nat(8) > 0 ? { value: dice.pick(VALUES) } : {};
  }
}

function rollCounts(dice: Dice): Plain {
  return {
    ...(dice.nat(8) > 0 && { sample_count: dice.pick(COUNTS) }),
    ...(dice.nat(8) > 0 && { sample_sum: dice.pick(VALUES) }),
  };
}

function rollBuckets(dice: Dice): Plain[] {
  const bounds = dice.some(BOUNDS).sort((a, b) => a - b);
  if (dice.coin()) bounds.push(Infinity);
  return bounds.map((bound) => ({
    ...((bound !== 0 || dice.coin()) && { upper_bound: bound }),
    ...(dice.nat(8) > 0 && { cumulative_count: dice.pick(COUNTS) }),
  }));
}

/** A native histogram of the count that Prometheus would store; the classic parts stay as they are. */
function rollNative(dice: Dice): Plain {
  const deltas = Array.from({ length: 1 + dice.nat(5) }, () => dice.nat(3));
  // A bucket holds the sum of the differences up to it, so the first difference is in every bucket.
  const total = deltas.reduce((sum, delta, i) => sum + delta * (deltas.length - i), 0);
  const zero = dice.nat(4);
  return {
    schema: dice.nat(13) - 4,
    zero_threshold: 0.001,
    zero_count: zero,
    positive_span: [{ offset: dice.nat(9) - 4, length: deltas.length }],
    positive_delta: deltas,
    sample_count: total + zero,
    sample_sum: 1.5,
  };
}

function isFaulty(dice: Dice): boolean {
  return dice.nat(FAULTS) === 0;
}
