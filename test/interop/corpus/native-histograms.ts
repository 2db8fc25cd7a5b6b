// Native histograms of every form as a client sends them, and as Prometheus has to show them.
import { bodyOf, type PlainMessage, Type } from '../../exposition/protobuf/family-messages.ts';
import { bitsOf, type ExactHistogram } from '../support/exact-series.ts';

type Stored = Omit<ExactHistogram, 'timestampMs'>;

interface HistogramFamily {
  readonly name: string;
  readonly type: number;
  readonly histogram: PlainMessage;
  readonly stored: Stored;
}

const NO_BUCKETS = {
  positiveSpans: [],
  positiveBuckets: [],
  negativeSpans: [],
  negativeBuckets: [],
} as const;

const WHOLE: PlainMessage = {
  ...{ sample_count: 12, sample_sum: -17.25, schema: 3, zero_threshold: 1e-128, zero_count: 2 },
  positive_span: [
    { offset: -5, length: 2 },
    { offset: 3, length: 1 },
  ],
  positive_delta: [1, 2, -1],
  negative_span: [{ offset: 7, length: 2 }],
  negative_delta: [3, -2],
};

const WHOLE_STORED: Stored = {
  ...{ isFloat: false, isGauge: false, schema: 3, count: '12', zeroCount: '2' },
  sum: bitsOf(-17.25),
  zeroThreshold: bitsOf(1e-128),
  positiveSpans: [
    [-5, 2],
    [3, 1],
  ],
  positiveBuckets: ['1', '2', '-1'],
  negativeSpans: [[7, 2]],
  negativeBuckets: ['3', '-2'],
};

const FLOAT: PlainMessage = {
  ...{ sample_count_float: 6.625, sample_sum: 0.1, schema: 0, zero_threshold: 0.001, zero_count_float: 0.5 },
  positive_span: [{ offset: 0, length: 3 }],
  positive_count: [1.5, 0.125, 3],
  negative_span: [{ offset: -1, length: 1 }],
  negative_count: [1.5],
};

const FLOAT_STORED: Stored = {
  ...{ isFloat: true, isGauge: false, schema: 0, count: bitsOf(6.625), zeroCount: bitsOf(0.5) },
  sum: bitsOf(0.1),
  zeroThreshold: bitsOf(0.001),
  positiveSpans: [[0, 3]],
  positiveBuckets: [1.5, 0.125, 3].map(bitsOf),
  negativeSpans: [[-1, 1]],
  negativeBuckets: [bitsOf(1.5)],
};

/** One bucket with its count, of a schema at the ends of what there is. */
function oneBucket(schema: number, offset: number): Pick<HistogramFamily, 'histogram' | 'stored'> {
  const count = '9007199254740993';
  return {
    histogram: {
      ...{ sample_count: count, sample_sum: Number.MAX_VALUE, schema, zero_threshold: 0, zero_count: 0 },
      positive_span: [{ offset, length: 1 }],
      positive_delta: [count],
    },
    stored: {
      ...{ isFloat: false, isGauge: false, schema, count, zeroCount: '0', ...NO_BUCKETS },
      sum: bitsOf(Number.MAX_VALUE),
      zeroThreshold: bitsOf(0),
      positiveSpans: [[offset, 1]],
      positiveBuckets: [count],
    },
  };
}

/** Only its span of no buckets says that it is native. */
const EMPTY: PlainMessage = {
  ...{ sample_count: 0, sample_sum: 0, schema: 0, zero_threshold: 0.5, zero_count: 0 },
  positive_span: [{ offset: 0, length: 0 }],
};

const EMPTY_STORED: Stored = {
  ...{ isFloat: false, isGauge: false, schema: 0, count: '0', zeroCount: '0', ...NO_BUCKETS },
  sum: bitsOf(0),
  zeroThreshold: bitsOf(0.5),
};

const { histogram, gaugeHistogram } = Type;

export const HISTOGRAM_FAMILIES: readonly HistogramFamily[] = [
  { name: 'whole', type: histogram, histogram: WHOLE, stored: WHOLE_STORED },
  { name: 'whole_gauge', type: gaugeHistogram, histogram: WHOLE, stored: { ...WHOLE_STORED, isGauge: true } },
  { name: 'float', type: histogram, histogram: FLOAT, stored: FLOAT_STORED },
  { name: 'float_gauge', type: gaugeHistogram, histogram: FLOAT, stored: { ...FLOAT_STORED, isGauge: true } },
  { name: 'coarsest', type: histogram, ...oneBucket(-4, 64) },
  { name: 'finest', type: histogram, ...oneBucket(8, -1000) },
  { name: 'empty', type: histogram, histogram: EMPTY, stored: EMPTY_STORED },
];

/** A delimited protobuf body with all of them, each with the same timestamp. */
export function nativeHistogramBody(timestampMs: number): Buffer {
  return bodyOf(
    ...HISTOGRAM_FAMILIES.map(({ name, type, histogram }) => ({
      name,
      type,
      metric: [{ histogram, timestamp_ms: timestampMs }],
    })),
  );
}
