// Random families as plain messages, valid ones: all types, native histograms of all schemas, fields left out.
import type { Dice } from '../../support/dice.ts';
import { labelPairs, type PlainMessage, Type } from './family-messages.ts';

const NAME_LETTERS = ['a', 'b', 'Z', '_', '9', ':'];
const LABEL_NAMES = ['a', 'ab', 'b', 'code', 'handler', 'x', 'le_', 'quantiles', 'A'];
const VALUE_LETTERS = ['a', 'B', '0', ' ', '"', '\\', '\n', 'é', '😀', '\0'];
const VALUES = [0, -0, 1, 1.5, -3, 1e300, 5e-324, Infinity, -Infinity, NaN, 1e6, 0.1];
const BOUNDS = [-1, 0, 0.005, 0.1, 1, 2.5, 10, 1e6, 1e-5, 123456.75, -Infinity, NaN];
const COUNTS = ['0', '1', '255', '9007199254740993', '18446744073709551615', '4294967296'];
const SECONDS = ['0', '-1', '1700000000', '4294967296'];

export function randomFamilies(dice: Dice): PlainMessage[] {
  return Array.from({ length: dice.nat(4) }, (_, i) => {
    const type = dice.nat(6);
    // The number in front keeps names apart, and the letter behind from looking like a part.
    const name = `${dice.pick(['m', 'n_'])}${i}${dice.text(NAME_LETTERS, 12)}x`;
    return {
      name,
      // Absent, it is a counter.
      ...((type !== Type.counter || dice.coin()) && { type }),
      ...(dice.coin() && { help: dice.text(VALUE_LETTERS, 20) }),
      ...(dice.nat(4) === 0 && { unit: 'seconds' }),
      metric: Array.from({ length: dice.nat(4) }, () => randomMetric(dice, type)),
    };
  });
}

function randomMetric(dice: Dice, type: number): PlainMessage {
  return {
    label: randomLabels(dice, dice.some(LABEL_NAMES, 4)),
    ...(dice.nat(3) === 0 && {
      timestamp_ms: dice.pick(['0', '1', '-1', '1700000000123', '9007199254740991']),
    }),
    ...randomValue(dice, type),
  };
}

function randomValue(dice: Dice, type: number): PlainMessage {
  switch (type) {
    case Type.counter:
      return { counter: { ...plainValue(dice), ...some(dice, 'exemplar', () => randomExemplar(dice)) } };
    case Type.gauge:
      return { gauge: plainValue(dice) };
    case Type.untyped:
      return { untyped: plainValue(dice) };
    case Type.summary:
      return { summary: randomSummary(dice) };
    default:
      return { histogram: randomHistogram(dice) };
  }
}

function plainValue(dice: Dice): PlainMessage {
  return { ...some(dice, 'value', () => randomDouble(dice)), ...randomCreated(dice) };
}

function randomSummary(dice: Dice): PlainMessage {
  const quantile = Array.from({ length: dice.nat(4) }, () => ({
    ...some(dice, 'quantile', () => dice.pick([0, 0.5, 0.99, 1, NaN])),
    ...some(dice, 'value', () => randomDouble(dice)),
  }));
  return {
    ...some(dice, 'sample_count', () => dice.pick(COUNTS)),
    ...some(dice, 'sample_sum', () => randomDouble(dice)),
    ...randomCreated(dice),
    quantile,
  };
}

function randomHistogram(dice: Dice): PlainMessage {
  const bounds = dice.some(BOUNDS, 6);
  if (dice.nat(4) === 0) bounds.push(Infinity);
  const bucket = bounds.map((upper_bound) => ({
    ...some(dice, 'cumulative_count', () => dice.pick(COUNTS)),
    ...(dice.nat(4) === 0 && { cumulative_count_float: dice.pick([0, 1.5, -1, NaN]) }),
    ...((upper_bound !== 0 || dice.coin()) && { upper_bound }),
    ...(dice.nat(3) === 0 && { exemplar: randomExemplar(dice) }),
  }));
  const exemplars = Array.from({ length: dice.nat(3) }, () => randomExemplar(dice));
  return {
    ...some(dice, 'sample_count', () => dice.pick(COUNTS)),
    ...some(dice, 'sample_sum', () => randomDouble(dice)),
    ...(dice.nat(4) === 0 && { sample_count_float: dice.pick([0, 2.5, -1, NaN]) }),
    ...randomCreated(dice),
    ...(dice.coin() && randomNative(dice)),
    bucket,
    exemplars,
  };
}

/** The fields of a native histogram, which fit each other; those of the classic one give way to them. */
function randomNative(dice: Dice): PlainMessage {
  const isFloat = dice.coin();
  const negative = randomSide(dice);
  const positive = randomSide(dice);
  const zeroCount = dice.nat(1000);
  const all = negative.total + positive.total + zeroCount;
  const isSumNaN = dice.nat(4) === 0;
  return {
    schema: dice.nat(13) - 4,
    ...some(dice, 'zero_threshold', () => dice.pick([0, 1e-128, 0.5])),
    sample_sum: isSumNaN ? NaN : randomFinite(dice),
    sample_count: String(isSumNaN ? all + dice.nat(3) : all),
    sample_count_float: isFloat ? all + 0.5 : 0,
    ...(isFloat ? { zero_count_float: zeroCount } : { zero_count: zeroCount }),
    negative_span: negative.spans,
    positive_span: positive.spans,
    ...(isFloat
      ? { negative_count: negative.counts, positive_count: positive.counts }
      : { negative_delta: deltas(negative.counts), positive_delta: deltas(positive.counts) }),
  };
}

function randomSide(dice: Dice) {
  const spans = Array.from({ length: dice.nat(4) }, (_, i) => ({
    ...some(dice, 'offset', () => (i === 0 ? dice.nat(2000) - 1000 : dice.nat(5))),
    ...some(dice, 'length', () => dice.nat(4)),
  }));
  const buckets = spans.reduce((sum, { length = 0 }) => sum + length, 0);
  const counts = Array.from({ length: buckets }, () => dice.nat(dice.pick([2, 100, 2 ** 31])));
  return { spans, counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

function deltas(counts: readonly number[]): string[] {
  return counts.map((count, i) => String(count - (counts[i - 1] ?? 0)));
}

function randomExemplar(dice: Dice): PlainMessage {
  return {
    label: randomLabels(dice, dice.some(['trace_id', 'span_id', 'a'], 3)),
    ...some(dice, 'value', () => randomDouble(dice)),
    ...some(dice, 'timestamp', () => ({
      ...some(dice, 'seconds', () => dice.pick(SECONDS)),
      ...some(dice, 'nanos', () => dice.pick([0, 1, 123_456_789, 999_999_999, -500_000_000])),
    })),
  };
}

function randomCreated(dice: Dice): PlainMessage {
  return dice.nat(4) === 0 ? { created_timestamp: { seconds: '1700000000', nanos: 5 } } : {};
}

function randomLabels(dice: Dice, names: readonly string[]): PlainMessage[] {
  const values = names.map((name) => [name, dice.text(VALUE_LETTERS, dice.pick([1, 8, 20]))] as const);
  return labelPairs(Object.fromEntries(values));
}

function randomDouble(dice: Dice): number {
  return dice.coin() ? dice.pick(VALUES) : dice.double();
}

function randomFinite(dice: Dice): number {
  return dice.pick([0, -12.5, 1e9, 123]);
}

/** An object with the field, or without it. */
function some<Name extends string, T>(dice: Dice, name: Name, make: () => T): { [name in Name]?: T } {
  return dice.nat(4) === 0 ? {} : ({ [name]: make() } as { [name in Name]: T });
}
