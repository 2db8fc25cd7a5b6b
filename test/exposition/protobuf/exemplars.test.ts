// Exemplars of counters, buckets and native histograms in MetricFamily messages.
import { describe, expect, test } from 'vitest';
import { protobufCases } from './cases.ts';
import {
  delimit,
  doubleField,
  field,
  labelPairs,
  oneMetric,
  type PlainMessage,
  Type,
} from './family-messages.ts';
import { ProtobufBench } from './read-messages.ts';

const { refuses, takes } = protobufCases();

const counter = (exemplar: PlainMessage) => oneMetric('c', Type.counter, { counter: { value: 1, exemplar } });
const labelled = (labels: Readonly<Record<string, string>>) =>
  counter({ label: labelPairs(labels), value: 1 });
const histogram = (content: PlainMessage) => oneMetric('h', Type.histogram, { histogram: content });
const PLACE = 'family "c", metric 1';

describe('an exemplar', () => {
  const tooLong = (found: number) =>
    `expected labels of an exemplar with at most 128 characters, found ${found}`;
  refuses('129 characters', labelled({ a: 'x'.repeat(128) }), PLACE, tooLong(129));
  refuses(
    '129 characters in many labels',
    labelled({ ab: 'x'.repeat(60), cd: 'é'.repeat(65) }),
    PLACE,
    tooLong(129),
  );
  refuses(
    'a label name twice',
    counter({ label: [...labelPairs({ a: 'x' }), ...labelPairs({ a: '' })] }),
    PLACE,
    'expected each label name of an exemplar once, found "a" twice',
  );
  refuses(
    'a label name that is none',
    labelled({ 'a-b': 'x' }),
    PLACE,
    'expected a label name, found "a-b" (other characters need utf8Names: true)',
  );
  refuses(
    'a label without a name',
    labelled({ '': 'x' }),
    PLACE,
    'expected a label name, found "" (other characters need utf8Names: true)',
  );
  refuses(
    'a label value that is not UTF-8',
    delimit(
      Buffer.concat([
        field(1, Buffer.from('c')),
        field(4, field(3, field(2, field(1, field(1, Buffer.from('a')), field(2, Buffer.from([0xff])))))),
      ]),
    ),
    PLACE,
    'expected a label value in UTF-8, found "\ufffd"',
  );
  for (const seconds of ['9007199254741', '-9223372036854775808']) {
    refuses(
      `a time of ${seconds} seconds`,
      counter({ timestamp: { seconds } }),
      PLACE,
      `expected a timestamp of an exemplar within 2^53 milliseconds, found ${Number(seconds) * 1000}`,
    );
  }
  takes('128 characters', labelled({ ab: '😀'.repeat(126) }), `c{} 1 # {ab="${'😀'.repeat(126)}"} 1`);
  takes('none of its fields', counter({}), 'c{} 1 # {} 0');
  takes(
    'labels in any order, and leaves out empty ones',
    counter({ label: labelPairs({ trace_id: 'abc', b: '', a: 'x' }), value: 2.5 }),
    'c{} 1 # {a="x",trace_id="abc"} 2.5',
  );
  const time = (what: string, timestamp: PlainMessage, ms: number) =>
    takes(what, counter({ timestamp }), `c{} 1 # {} 0 @${ms}`);
  time('the time 0', {}, 0);
  time('a time in ms', { seconds: '1700000000', nanos: 123_000_000 }, 1_700_000_000_123);
  time('a time that is rounded up', { seconds: '1', nanos: 999_500_000 }, 2000);
  time('a time that is rounded down', { seconds: '1', nanos: 999_499_999 }, 1999);
  time('a time before 1970', { seconds: '-1', nanos: 500_000_000 }, -500);
  takes(
    'pieces of it as one',
    delimit(
      Buffer.concat([
        field(1, Buffer.from('c')),
        field(
          4,
          field(
            3,
            field(2, doubleField(2, 1), field(1, field(1, Buffer.from('a')), field(2, Buffer.from('x')))),
          ),
          field(
            3,
            field(2, doubleField(2, 2), field(1, field(1, Buffer.from('b')), field(2, Buffer.from('y')))),
          ),
        ),
      ]),
    ),
    'c{} 0 # {a="x",b="y"} 2',
  );
  takes(
    'that of each bucket',
    histogram({
      bucket: [
        { upper_bound: 1, exemplar: { value: 0.5 } },
        { upper_bound: 2 },
        { upper_bound: Infinity, exemplar: { value: 9 } },
      ],
    }),
    'h_bucket{le="1"} 0 # {} 0.5',
    'h_bucket{le="2"} 0',
    'h_bucket{le="+Inf"} 0 # {} 9',
    'h_sum{} 0',
    'h_count{} 0',
  );
});

describe('the exemplars of a native histogram', () => {
  const native = { sample_count: '1', zero_count: '1' };
  const WHOLE = 'h{} whole schema=0 count=1 sum=0 zero=0:1 [|] [|]';
  const bucket = [
    { upper_bound: 1, exemplar: { value: 0.5 } },
    { upper_bound: Infinity, exemplar: { value: 9 } },
  ];
  const classic = ['h_bucket{le="1"} 0 # {} 0.5', 'h_bucket{le="+Inf"} 0 # {} 9', 'h_sum{} 0', 'h_count{} 1'];
  takes(
    'its own',
    histogram({ ...native, bucket, exemplars: [{ value: 3 }, { value: 4, timestamp: { seconds: '1' } }] }),
    `${WHOLE} # {} 3 # {} 4 @1000`,
    ...classic,
  );
  takes(
    'those of the buckets if it has none itself',
    histogram({ ...native, bucket }),
    `${WHOLE} # {} 0.5 # {} 9`,
    ...classic,
  );
  refuses(
    'a bad one of its own',
    histogram({ ...native, exemplars: [{ label: labelPairs({ __a: 'x' }) }] }),
    'family "h", metric 1',
    'expected a label name that does not begin with "__", found "__a"',
  );

  test('are the first 64, and the others are counted', () => {
    const bench = new ProtobufBench();
    const exemplars = Array.from({ length: 70 }, (_, value) => ({ label: labelPairs({ a: 'x' }), value }));
    const read = bench.read(histogram({ ...native, exemplars }));
    expect(typeof read === 'string' ? read : read[0]!.exemplars!.map(({ value }) => value)).toEqual(
      Array.from({ length: 64 }, (_, i) => i),
    );
    expect(bench.parser.leftOutExemplars).toBe(6);
    bench.read(counter({}));
    expect(bench.parser.leftOutExemplars).toBe(0);
  });

  test('are those whose labels have room, each with all of them', () => {
    const many = Object.fromEntries(
      Array.from({ length: 42 }, (_, i) => [String.fromCharCode(97 + (i % 26), 97 + i / 26), 'x']),
    );
    const full = Array.from({ length: 30 }, () => ({ label: labelPairs(many) }));
    const bench = new ProtobufBench();
    const read = bench.read(
      histogram({ ...native, exemplars: [...full, { label: labelPairs({ a: 'x' }) }] }),
    );
    const counts =
      typeof read === 'string' ? read : read[0]!.exemplars!.map(({ labels }) => Object.keys(labels).length);
    expect(counts).toEqual([...Array.from({ length: 24 }, () => 42), 1]);
    expect(bench.parser.leftOutExemplars).toBe(6);
  });
});
