// Which series the metrics of a MetricFamily are, with the defaults of its message.
import { describe } from 'vitest';
import { protobufCases } from './cases.ts';
import {
  bodyOf,
  delimit,
  doubleField,
  field,
  labelPairs,
  oneMetric,
  Type,
  varintField,
} from './family-messages.ts';

const { takes } = protobufCases();

describe('a metric', () => {
  takes('a counter', oneMetric('c_total', Type.counter, { counter: { value: 1.5 } }), 'c_total{} 1.5');
  takes('a gauge', oneMetric('g', Type.gauge, { gauge: { value: -0.25 } }), 'g{} -0.25');
  takes('an untyped value', oneMetric('u', Type.untyped, { untyped: { value: Infinity } }), 'u{} Infinity');
  takes('values that are absent as 0', oneMetric('g', Type.gauge, { gauge: {} }), 'g{} 0');
  takes(
    'a family without type as counter',
    bodyOf({ name: 'c', metric: [{ counter: { value: 2 } }] }),
    'c{} 2',
  );
  takes(
    'a label without value as absent',
    oneMetric('g', Type.gauge, { label: [{ name: 'a' }, { name: 'b', value: 'x' }], gauge: {} }),
    'g{a="",b="x"} 0',
  );
  takes(
    'labels in any order',
    oneMetric('g', Type.gauge, { label: labelPairs({ z: '1', a: '2', B: '3' }), gauge: {} }),
    'g{B="3",a="2",z="1"} 0',
  );
  takes(
    'a time, also 0',
    bodyOf({
      name: 'g',
      type: Type.gauge,
      metric: [
        { timestamp_ms: '0', gauge: {} },
        { timestamp_ms: '-5', gauge: {} },
        { timestamp_ms: '9007199254740991', gauge: {} },
        { gauge: {} },
      ],
    }),
    'g{} 0 @0',
    'g{} 0 @-5',
    'g{} 0 @9007199254740991',
    'g{} 0',
  );
  takes(
    'metrics with other labels each',
    bodyOf({
      name: 'g',
      type: Type.gauge,
      metric: [{}, { a: 'x' }, { a: 'x', b: 'y' }, { a: 'z', b: 'y' }, { b: 'y' }, {}, { a: 'x' }].map(
        (labels) => ({ label: labelPairs(labels), gauge: {} }),
      ),
    }),
    'g{} 0',
    'g{a="x"} 0',
    'g{a="x",b="y"} 0',
    'g{a="z",b="y"} 0',
    'g{b="y"} 0',
    'g{} 0',
    'g{a="x"} 0',
  );
  takes(
    'what is said last of a value, a label and a family',
    delimit(
      Buffer.concat([
        field(1, Buffer.from('a')),
        field(4, field(2, doubleField(1, 1)), labelOf('a', 'x', 'y'), field(2, doubleField(1, 2))),
        varintField(3, Type.counter),
        varintField(3, Type.gauge),
        field(1, Buffer.from('b')),
      ]),
    ),
    'b{a="y"} 2',
  );
});

/** A label that is given two values. */
function labelOf(name: string, ...values: readonly string[]): Buffer {
  return field(1, field(1, Buffer.from(name)), ...values.map((value) => field(2, Buffer.from(value))));
}

describe('a summary', () => {
  takes(
    'quantiles, sum and count',
    oneMetric('s', Type.summary, {
      label: labelPairs({ a: 'x' }),
      timestamp_ms: '7',
      summary: {
        sample_count: '3',
        sample_sum: 1.5,
        quantile: [{ quantile: 0.5, value: 1 }, { quantile: 0.99 }, { value: NaN }],
      },
    }),
    's{a="x",quantile="0.5"} 1 @7',
    's{a="x",quantile="0.99"} 0 @7',
    's{a="x",quantile="0"} NaN @7',
    's_sum{a="x"} 1.5 @7',
    's_count{a="x"} 3 @7',
  );
  takes('an empty one', oneMetric('s', Type.summary, { summary: {} }), 's_sum{} 0', 's_count{} 0');
});

describe('a histogram', () => {
  const histogram = (content: Readonly<Record<string, unknown>>, type: number = Type.histogram) =>
    oneMetric('h', type, { histogram: content });
  takes('an empty one', histogram({}), 'h_bucket{le="+Inf"} 0', 'h_sum{} 0', 'h_count{} 0');
  takes(
    'buckets, and makes the last one',
    histogram({
      sample_count: '4',
      sample_sum: 2.5,
      bucket: [{ cumulative_count: '1', upper_bound: 0.1 }, { cumulative_count: '2', upper_bound: 1e6 }, {}],
    }),
    'h_bucket{le="0.1"} 1',
    'h_bucket{le="1e+06"} 2',
    'h_bucket{le="0"} 0',
    'h_bucket{le="+Inf"} 4',
    'h_sum{} 2.5',
    'h_count{} 4',
  );
  takes(
    'a last bucket that is there, wherever',
    histogram({
      sample_count: '4',
      bucket: [
        { cumulative_count: '3', upper_bound: Infinity },
        { cumulative_count: '1', upper_bound: 1 },
      ],
    }),
    'h_bucket{le="+Inf"} 3',
    'h_bucket{le="1"} 1',
    'h_sum{} 0',
    'h_count{} 4',
  );
  takes(
    'float counts if they are above 0',
    histogram({
      sample_count: '4',
      sample_count_float: 4.5,
      bucket: [
        { cumulative_count: '1', cumulative_count_float: 1.5, upper_bound: 1 },
        { cumulative_count: '2', cumulative_count_float: 0, upper_bound: 2 },
        { cumulative_count: '3', cumulative_count_float: -1, upper_bound: 3 },
        { cumulative_count: '4', cumulative_count_float: NaN, upper_bound: 4 },
      ],
    }),
    'h_bucket{le="1"} 1.5',
    'h_bucket{le="2"} 2',
    'h_bucket{le="3"} 3',
    'h_bucket{le="4"} 4',
    'h_bucket{le="+Inf"} 4.5',
    'h_sum{} 0',
    'h_count{} 4.5',
  );
  takes(
    'counts of 64 bits as the nearest double',
    histogram({ sample_count: '18446744073709551615', bucket: [{ cumulative_count: '9007199254740993' }] }),
    'h_bucket{le="0"} 9007199254740992',
    'h_bucket{le="+Inf"} 18446744073709552000',
    'h_sum{} 0',
    'h_count{} 18446744073709552000',
  );
  takes(
    'a gauge histogram alike',
    histogram({ sample_count: '1' }, Type.gaugeHistogram),
    'h_bucket{le="+Inf"} 1',
    'h_sum{} 0',
    'h_count{} 1',
  );
  takes(
    'bounds as they come, in order or not, twice or not',
    histogram({ bucket: [{ upper_bound: 2 }, { upper_bound: 1 }, { upper_bound: 2 }, { upper_bound: NaN }] }),
    'h_bucket{le="2"} 0',
    'h_bucket{le="1"} 0',
    'h_bucket{le="2"} 0',
    'h_bucket{le="NaN"} 0',
    'h_bucket{le="+Inf"} 0',
    'h_sum{} 0',
    'h_count{} 0',
  );
});

describe('a histogram after a summary', () => {
  const metric = { label: labelPairs({ m: 'x' }), summary: { quantile: [{}] } };
  takes(
    'each with its own bound, though all else is alike',
    bodyOf(
      { name: 's', type: Type.summary, metric: [metric] },
      { name: 'h', type: Type.histogram, metric: [{ label: metric.label, histogram: {} }] },
      { name: 't', type: Type.summary, metric: [metric] },
    ),
    's{m="x",quantile="0"} 0',
    's_sum{m="x"} 0',
    's_count{m="x"} 0',
    'h_bucket{le="+Inf",m="x"} 0',
    'h_sum{m="x"} 0',
    'h_count{m="x"} 0',
    't{m="x",quantile="0"} 0',
    't_sum{m="x"} 0',
    't_count{m="x"} 0',
  );
});
