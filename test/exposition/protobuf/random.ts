// Random families as plain messages, valid ones: all types, native histograms of all schemas, fields left out.
import type { SeededRandom } from '../../support/seeded-random.ts';
import { labelPairs, type PlainMessage, Type } from './family-messages.ts';

const NAME_LETTERS = ['a', 'b', 'Z', '_', '9', ':'];
const LABEL_NAMES = ['a', 'ab', 'b', 'code', 'handler', 'x', 'le_', 'quantiles', 'A'];
const VALUE_LETTERS = ['a', 'B', '0', ' ', '"', '\\', '\n', 'é', '😀', '\0'];
const VALUES = [0, -0, 1, 1.5, -3, 1e300, 5e-324, Infinity, -Infinity, NaN, 1e6, 0.1];
const BOUNDS = [-1, 0, 0.005, 0.1, 1, 2.5, 10, 1e6, 1e-5, 123456.75, -Infinity, NaN];
const COUNTS = ['0', '1', '255', '9007199254740993', '18446744073709551615', '4294967296'];
const SECONDS = ['0', '-1', '1700000000', '4294967296'];

export function randomFamilies(random: SeededRandom): PlainMessage[] {
  return Array.from({ length: random.nat(4) }, (_, i) => {
    const type = random.nat(6);
    // The number in front makes names distinct, and the last letter keeps them from looking like a part.
    const name = `${random.pick(['m', 'n_'])}${i}${random.text(NAME_LETTERS, 12)}x`;
    return {
      name,
      // Absent, it is a counter.
      ...((type !== Type.counter || random.coin()) && { type }),
      ...(random.coin() && { help: random.text(VALUE_LETTERS, 20) }),
      ...(random.nat(4) === 0 && { unit: 'seconds' }),
      metric: Array.from({ length: random.nat(4) }, () => randomMetric(random, type)),
    };
  });
}

function randomMetric(random: SeededRandom, type: number): PlainMessage {
  return {
    label: randomLabels(random, random.some(LABEL_NAMES, 4)),
    ...(random.nat(3) === 0 && {
      timestamp_ms: random.pick(['0', '1', '-1', '1700000000123', '9007199254740991']),
    }),
    ...randomValue(random, type),
  };
}

function randomValue(random: SeededRandom, type: number): PlainMessage {
  switch (type) {
    case Type.counter:
      return {
        counter: { ...plainValue(random), ...some(random, 'exemplar', () => randomExemplar(random)) },
      };
    case Type.gauge:
      return { gauge: plainValue(random) };
    case Type.untyped:
      return { untyped: plainValue(random) };
    case Type.summary:
      return { summary: randomSummary(random) };
    default:
      return { histogram: randomHistogram(random) };
  }
}

function plainValue(random: SeededRandom): PlainMessage {
  return { ...some(random, 'value', () => randomDouble(random)), ...randomCreated(random) };
}

function randomSummary(random: SeededRandom): PlainMessage {
  const quantile = Array.from({ length: random.nat(4) }, () => ({
    ...some(random, 'quantile', () => random.pick([0, 0.5, 0.99, 1, NaN])),
    ...some(random, 'value', () => randomDouble(random)),
  }));
  return {
    ...some(random, 'sample_count', () => random.pick(COUNTS)),
    ...some(random, 'sample_sum', () => randomDouble(random)),
    ...randomCreated(random),
    quantile,
  };
}

function randomHistogram(random: SeededRandom): PlainMessage {
  const bounds = random.some(BOUNDS, 6);
  if (random.nat(4) === 0) bounds.push(Infinity);
  const bucket = bounds.map((upper_bound) => ({
    ...some(random, 'cumulative_count', () => random.pick(COUNTS)),
    ...(random.nat(4) === 0 && { cumulative_count_float: random.pick([0, 1.5, -1, NaN]) }),
    ...((upper_bound !== 0 || random.coin()) && { upper_bound }),
    ...(random.nat(3) === 0 && { exemplar: randomExemplar(random) }),
  }));
  const exemplars = Array.from({ length: random.nat(3) }, () => randomExemplar(random));
  return {
    ...some(random, 'sample_count', () => random.pick(COUNTS)),
    ...some(random, 'sample_sum', () => randomDouble(random)),
    ...(random.nat(4) === 0 && { sample_count_float: random.pick([0, 2.5, -1, NaN]) }),
    ...randomCreated(random),
    ...(random.coin() && randomNative(random)),
    bucket,
    exemplars,
  };
}

/** The fields of a native histogram, which fit each other; those of the classic one give way to them. */
function randomNative(random: SeededRandom): PlainMessage {
  const isFloat = random.coin();
  const negative = randomSide(random);
  const positive = randomSide(random);
  const zeroCount = random.nat(1000);
  const all = negative.total + positive.total + zeroCount;
  const isSumNaN = random.nat(4) === 0;
  return {
    schema: random.nat(13) - 4,
    ...some(random, 'zero_threshold', () => random.pick([0, 1e-128, 0.5])),
    sample_sum: isSumNaN ? NaN : randomFinite(random),
    sample_count: String(isSumNaN ? all + random.nat(3) : all),
    sample_count_float: isFloat ? all + 0.5 : 0,
    ...(isFloat ? { zero_count_float: zeroCount } : { zero_count: zeroCount }),
    negative_span: negative.spans,
    positive_span: positive.spans,
    ...(isFloat
      ? { negative_count: negative.counts, positive_count: positive.counts }
      : { negative_delta: deltas(negative.counts), positive_delta: deltas(positive.counts) }),
  };
}

function randomSide(random: SeededRandom) {
  const spans = Array.from({ length: random.nat(4) }, (_, i) => ({
    ...some(random, 'offset', () => (i === 0 ? random.nat(2000) - 1000 : random.nat(5))),
    ...some(random, 'length', () => random.nat(4)),
  }));
  const buckets = spans.reduce((sum, { length = 0 }) => sum + length, 0);
  const counts = Array.from({ length: buckets }, () => random.nat(random.pick([2, 100, 2 ** 31])));
  return { spans, counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

function deltas(counts: readonly number[]): string[] {
  return counts.map((count, i) => String(count - (counts[i - 1] ?? 0)));
}

function randomExemplar(random: SeededRandom): PlainMessage {
  return {
    label: randomLabels(random, random.some(['trace_id', 'span_id', 'a'], 3)),
    ...some(random, 'value', () => randomDouble(random)),
    ...some(random, 'timestamp', () => ({
      ...some(random, 'seconds', () => random.pick(SECONDS)),
      ...some(random, 'nanos', () => random.pick([0, 1, 123_456_789, 999_999_999, -500_000_000])),
    })),
  };
}

function randomCreated(random: SeededRandom): PlainMessage {
  return random.nat(4) === 0 ? { created_timestamp: { seconds: '1700000000', nanos: 5 } } : {};
}

function randomLabels(random: SeededRandom, names: readonly string[]): PlainMessage[] {
  const values = names.map((name) => [name, random.text(VALUE_LETTERS, random.pick([1, 8, 20]))] as const);
  return labelPairs(Object.fromEntries(values));
}

function randomDouble(random: SeededRandom): number {
  return random.coin() ? random.pick(VALUES) : random.double();
}

function randomFinite(random: SeededRandom): number {
  return random.pick([0, -12.5, 1e9, 123]);
}

/** An object with the field, or without it. */
function some<Name extends string, T>(
  random: SeededRandom,
  name: Name,
  make: () => T,
): { [name in Name]?: T } {
  return random.nat(4) === 0 ? {} : ({ [name]: make() } as { [name in Name]: T });
}
