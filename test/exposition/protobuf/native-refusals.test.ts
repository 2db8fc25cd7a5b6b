// Native histograms that Prometheus would refuse to store, together with the whole block they are in.
import { describe } from 'vitest';
import { protobufCases } from './cases.ts';
import { delimit, field, oneMetric, type PlainMessage, Type, varintField } from './family-messages.ts';

const { refuses } = protobufCases();

const body = (histogram: PlainMessage) => oneMetric('h', Type.histogram, { histogram });
const SPAN = { offset: 0, length: 1 };
/** One observation in one positive bucket. */
const ONE = { sample_count: '1', positive_span: [SPAN], positive_delta: ['1'] };

describe('a native histogram that no backend stores', () => {
  const bad = (what: string, histogram: PlainMessage, problem: string) =>
    refuses(what, body(histogram), 'family "h", metric 1', problem);
  for (const schema of [-5, 9, 52, -52, -54, 2 ** 31 - 1, -(2 ** 31)])
    bad(
      `schema ${schema}`,
      { ...ONE, schema },
      `expected a schema from -4 to 8 of the native histogram, found ${schema}`,
    );
  for (const zero_threshold of [-1, NaN, -Infinity])
    bad(
      `a zero threshold of ${zero_threshold}`,
      { ...ONE, zero_threshold },
      `expected a zero threshold of at least 0, found ${zero_threshold}`,
    );
  bad(
    'fewer buckets than the spans say',
    { ...ONE, positive_span: [{ length: 2 }] },
    'expected 2 positive buckets, as the spans say, found 1',
  );
  bad(
    'more buckets than the spans say',
    { ...ONE, negative_delta: ['1'] },
    'expected 0 negative buckets, as the spans say, found 1',
  );
  bad(
    'spans for 2^33 buckets',
    { ...ONE, positive_span: [{ length: 2 ** 32 - 1 }, { length: 2 ** 32 - 1 }] },
    'expected 8589934590 positive buckets, as the spans say, found 1',
  );
  bad(
    'whole buckets with a float count',
    { ...ONE, sample_count_float: 1 },
    'expected 1 positive buckets, as the spans say, found 0',
  );
  bad(
    'a span that goes back',
    { ...ONE, positive_span: [{ length: 0 }, { offset: -1, length: 1 }] },
    'expected spans of positive buckets in order, found one with offset -1',
  );
  bad(
    'offsets beyond 32 bits',
    { ...ONE, positive_span: [{ offset: 2 ** 31 - 1 }, { offset: 1, length: 1 }] },
    'expected offsets of positive spans of at most 32 bits, found 2147483648',
  );
  bad(
    'a bucket below 0',
    { sample_count: '1', positive_span: [{ length: 2 }], positive_delta: ['1', '-2'] },
    'expected positive buckets with counts of at least 0, found a negative one',
  );
  bad(
    'a bucket beyond 63 bits',
    { sample_count: '1', negative_span: [{ length: 2 }], negative_delta: ['9223372036854775807', '1'] },
    'expected negative buckets with counts of at least 0, found a negative one',
  );
  bad(
    'a float bucket below 0',
    { sample_count_float: 1, negative_span: [SPAN], negative_count: [-0.5] },
    'expected negative buckets with counts of at least 0, found a negative one',
  );
  bad(
    'a count above its buckets',
    { ...ONE, sample_count: '2' },
    'expected a count of 1, as in the buckets, found 2',
  );
  bad(
    'a count below its buckets',
    { ...ONE, sample_count: '0' },
    'expected a count of 1, as in the buckets, found 0',
  );
  bad(
    'a count below its buckets, with a sum of NaN',
    { ...ONE, sample_count: '0', sample_sum: NaN },
    'expected a count of at least 1, as in the buckets, found 0',
  );
  bad(
    'a count that differs in its high half',
    { ...ONE, sample_count: '4294967297' },
    'expected a count of 1, as in the buckets, found 4294967297',
  );
  refuses(
    'packed doubles that are cut',
    delimit(
      Buffer.concat([
        field(1, Buffer.from('h')),
        varintField(3, Type.histogram),
        field(4, field(7, field(12), field(14, Buffer.alloc(9)))),
      ]),
    ),
    'family "h", metric 1',
    'expected whole doubles as positive buckets, found 9 bytes',
  );
});
