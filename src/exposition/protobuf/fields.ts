// The fields of io.prometheus.client.MetricFamily and of the messages in it, as tags: field number and wire type in one.
// The grammar for all files of this folder
// (https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto).
import type { MessageFields } from '../../wire/protobuf-reader.ts';

export const FamilyField = { name: 0x0a, help: 0x12, type: 0x18, metric: 0x22, unit: 0x2a } as const;

export const MetricField = {
  label: 0x0a,
  gauge: 0x12,
  counter: 0x1a,
  summary: 0x22,
  untyped: 0x2a,
  timestampMs: 0x30,
  histogram: 0x3a,
} as const;

export const LabelField = { name: 0x0a, value: 0x12 } as const;

/** Of Counter; Gauge and Untyped have only the first. */
export const ValueField = { value: 0x09, exemplar: 0x12, created: 0x1a } as const;

export const SummaryField = { count: 0x08, sum: 0x11, quantile: 0x1a, created: 0x22 } as const;

export const QuantileField = { quantile: 0x09, value: 0x11 } as const;

export const HistogramField = {
  count: 0x08,
  sum: 0x11,
  bucket: 0x1a,
  floatCount: 0x21,
  schema: 0x28,
  zeroThreshold: 0x31,
  zeroCount: 0x38,
  floatZeroCount: 0x41,
  negativeSpan: 0x4a,
  negativeDelta: 0x50,
  packedNegativeDeltas: 0x52,
  negativeCount: 0x59,
  packedNegativeCounts: 0x5a,
  positiveSpan: 0x62,
  positiveDelta: 0x68,
  packedPositiveDeltas: 0x6a,
  positiveCount: 0x71,
  packedPositiveCounts: 0x72,
  created: 0x7a,
  exemplar: 0x82,
} as const;

export const BucketField = { count: 0x08, upperBound: 0x11, exemplar: 0x1a, floatCount: 0x21 } as const;

export const SpanField = { offset: 0x08, length: 0x10 } as const;

export const ExemplarField = { label: 0x0a, value: 0x11, timestamp: 0x1a } as const;

export const TimestampField = { seconds: 0x08, nanos: 0x10 } as const;

function message(name: string, fields: Readonly<Record<string, number>>): MessageFields {
  return { name, tags: Object.values(fields) };
}

export const FAMILY_FIELDS = message('MetricFamily', FamilyField);
export const METRIC_FIELDS = message('Metric', MetricField);
export const LABEL_PAIR_FIELDS = message('LabelPair', LabelField);
export const COUNTER_FIELDS = message('Counter', ValueField);
export const GAUGE_FIELDS = message('Gauge', { value: ValueField.value });
export const UNTYPED_FIELDS = message('Untyped', { value: ValueField.value });
export const SUMMARY_FIELDS = message('Summary', SummaryField);
export const QUANTILE_FIELDS = message('Quantile', QuantileField);
export const HISTOGRAM_FIELDS = message('Histogram', HistogramField);
export const BUCKET_FIELDS = message('Bucket', BucketField);
export const SPAN_FIELDS = message('BucketSpan', SpanField);
export const EXEMPLAR_FIELDS = message('Exemplar', ExemplarField);
export const TIMESTAMP_FIELDS = message('Timestamp', TimestampField);
