// Native histograms in MetricFamily messages: when there is one, what it is made of, and its classic series.
import { describe, expect, test } from 'vitest';
import { ClassicOrigin } from '../../../src/exposition/sample-parser.ts';
import { seriesLine } from './cases.ts';
import {
  delimit,
  field,
  oneMetric,
  type PlainMessage,
  Type,
  varint,
  varintField,
} from './family-messages.ts';
import { ProtobufBench, readProtobuf } from './read-messages.ts';

const body = (histogram: PlainMessage, type: number = Type.histogram) => oneMetric('h', type, { histogram });
const SPAN = { offset: 0, length: 1 };
/** One observation in one positive bucket. */
const ONE = { sample_count: '1', positive_span: [SPAN], positive_delta: ['1'] };

describe('a native histogram', () => {
  const holds = (what: string, histogram: PlainMessage, line: string, type: number = Type.histogram) => {
    test(`holds ${what}`, () => {
      const read = readProtobuf(body(histogram, type));
      expect(typeof read === 'string' ? read : seriesLine(read[0]!)).toBe(`h{} ${line}`);
    });
  };
  holds('one bucket', ONE, 'whole schema=0 count=1 sum=0 zero=0:0 [|] [0:1|1]');
  holds(
    'both sides, zero bucket, schema and sum',
    {
      sample_count: '17',
      sample_sum: -2.5,
      schema: -4,
      zero_threshold: 1e-128,
      zero_count: '2',
      negative_span: [{ offset: -3, length: 2 }],
      negative_delta: ['3', '-1'],
      positive_span: [
        { offset: 2, length: 1 },
        { offset: 1, length: 2 },
      ],
      positive_delta: ['4', '-2', '2'],
    },
    'whole schema=-4 count=17 sum=-2.5 zero=1e-128:2 [-3:2|3 -1] [2:1 1:2|4 -2 2]',
  );
  holds(
    'float counts',
    {
      sample_count_float: 4.5,
      schema: 8,
      zero_count_float: 0.5,
      positive_span: [{ offset: 5, length: 2 }],
      positive_count: [1.5, 2.5],
    },
    'float schema=8 count=4.5 sum=0 zero=0:0.5 [|] [5:2|1.5 2.5]',
  );
  holds(
    'float buckets with a whole count',
    { sample_count: '3', zero_count: '1', positive_span: [SPAN], positive_count: [2] },
    'float schema=0 count=3 sum=0 zero=0:1 [|] [0:1|2]',
  );
  holds('a gauge', ONE, 'whole gauge schema=0 count=1 sum=0 zero=0:0 [|] [0:1|1]', Type.gaugeHistogram);
  holds(
    'nothing, marked by an empty span',
    { positive_span: [{}] },
    'whole schema=0 count=0 sum=0 zero=0:0 [|] [|]',
  );
  holds(
    'nothing but a zero threshold',
    { zero_threshold: 0.5 },
    'whole schema=0 count=0 sum=0 zero=0.5:0 [|] [|]',
  );
  holds(
    'only zeros',
    { sample_count: '3', zero_count: '3' },
    'whole schema=0 count=3 sum=0 zero=0:3 [|] [|]',
  );
  holds('only float zeros', { zero_count_float: 3 }, 'float schema=0 count=0 sum=0 zero=0:3 [|] [|]');
  holds(
    'spans without buckets joined with the next',
    {
      ...ONE,
      positive_span: [{ offset: -5 }, { offset: 2 }, { offset: 3, length: 1 }, { offset: 9 }],
    },
    'whole schema=0 count=1 sum=0 zero=0:0 [|] [0:1|1]',
  );
  holds(
    'counts of 64 bits exactly',
    {
      sample_count: '18446744073709551615',
      zero_count: '9223372036854775808',
      positive_span: [{ offset: 0, length: 2 }],
      positive_delta: ['9223372036854775807', '-9223372036854775807'],
    },
    'whole schema=0 count=18446744073709551615 sum=0 zero=0:9223372036854775808 [|] [0:2|9223372036854775807 -9223372036854775807]',
  );
  holds(
    'more observations than its buckets if some were NaN',
    { ...ONE, sample_count: '5', sample_sum: NaN },
    'whole schema=0 count=5 sum=NaN zero=0:0 [|] [0:1|1]',
  );
  holds(
    'float buckets that do not add up, which rounding may be the cause of',
    { sample_count_float: 1, positive_span: [SPAN], positive_count: [1.0000001] },
    'float schema=0 count=1 sum=0 zero=0:0 [|] [0:1|1.0000001]',
  );

  test('stays one of whole numbers if a list of doubles is empty', () => {
    const histogram = [varintField(1, 1), field(12, varintField(2, 1)), field(13, varint(2)), field(14)];
    const read = readProtobuf(
      delimit(
        Buffer.concat([
          field(1, Buffer.from('h')),
          varintField(3, Type.histogram),
          field(4, field(7, ...histogram)),
        ]),
      ),
    );
    expect(typeof read === 'string' ? read : seriesLine(read[0]!)).toBe(
      'h{} whole schema=0 count=1 sum=0 zero=0:0 [|] [0:1|1]',
    );
  });

  test('keeps differences in as few bytes as possible, in however many they were pushed', () => {
    const { arena, parser } = new ProtobufBench();
    const histogram = Buffer.concat([
      varintField(1, 1),
      field(12, varintField(2, 1)),
      Buffer.from('6882808000', 'hex'),
    ]);
    const long = delimit(
      Buffer.concat([
        field(1, Buffer.from('h')),
        varintField(3, Type.histogram),
        field(4, field(7, histogram)),
      ]),
    );
    arena.load([long], long.length, 4 * long.length + 1024);
    parser.start();
    expect(parser.next()).toBe(true);
    const { bytes, byteLength } = parser.histogram!.positive;
    expect(bytes.toString('hex', 0, byteLength)).toBe('02');
  });
});

describe('the classic series next to it', () => {
  const gives = (
    what: string,
    histogram: PlainMessage,
    ...series: readonly (readonly [string, number])[]
  ) => {
    test(`are ${what}`, () => {
      const read = readProtobuf(body(histogram));
      const found = typeof read === 'string' ? read : read.map((one) => [seriesLine(one), one.classicOrigin]);
      expect(found).toEqual(series);
    });
  };
  const native = ['h{} whole schema=0 count=1 sum=0 zero=0:0 [|] [0:1|1]', ClassicOrigin.alone] as const;
  gives(
    'derived count, sum and last bucket if only the native one was pushed',
    ONE,
    native,
    ['h_bucket{le="+Inf"} 1', ClassicOrigin.derived],
    ['h_sum{} 0', ClassicOrigin.derived],
    ['h_count{} 1', ClassicOrigin.derived],
  );
  gives(
    'the same if only the last bucket was pushed, as Go does for an exemplar',
    { ...ONE, bucket: [{ cumulative_count: '1', upper_bound: Infinity }] },
    native,
    ['h_bucket{le="+Inf"} 1', ClassicOrigin.derived],
    ['h_sum{} 0', ClassicOrigin.derived],
    ['h_count{} 1', ClassicOrigin.derived],
  );
  gives(
    'the pushed buckets, if there are any',
    { ...ONE, bucket: [{ cumulative_count: '1', upper_bound: 2 }] },
    native,
    ['h_bucket{le="2"} 1', ClassicOrigin.pushed],
    ['h_bucket{le="+Inf"} 1', ClassicOrigin.pushed],
    ['h_sum{} 0', ClassicOrigin.pushed],
    ['h_count{} 1', ClassicOrigin.pushed],
  );
  gives(
    'all that there is of one without a native part',
    { sample_count: '1', schema: 3, positive_delta: ['1'] },
    ['h_bucket{le="+Inf"} 1', ClassicOrigin.alone],
    ['h_sum{} 0', ClassicOrigin.alone],
    ['h_count{} 1', ClassicOrigin.alone],
  );
  gives(
    'all that is left of one with custom buckets',
    { ...ONE, schema: -53 },
    ['h_bucket{le="+Inf"} 1', ClassicOrigin.alone],
    ['h_sum{} 0', ClassicOrigin.alone],
    ['h_count{} 1', ClassicOrigin.alone],
  );

  test('are counted if custom buckets leave nothing else, from 0 for each push', () => {
    const bench = new ProtobufBench();
    for (let push = 0; push < 2; push++) {
      bench.read(Buffer.concat([body({ ...ONE, schema: -53 }), body({ ...ONE, schema: -53 }), body(ONE)]));
      expect(bench.parser.unsendableHistograms).toBe(2);
    }
    bench.read(body({ schema: -53 }));
    expect(bench.parser.unsendableHistograms).toBe(0);
  });
});
