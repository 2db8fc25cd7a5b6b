// The tags of every field that Sluice writes into a remote-write request, message by message, named as in the .proto files.
// A tag is the number of a field together with its wire type. All of them fit in one byte, except the last one of Histogram.
import { WireType } from './protobuf-reader.ts';

const { varint: VARINT, fixed64: FIXED64, bytes: BYTES } = WireType;

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

// Remote write 1.0: https://github.com/prometheus/prometheus/blob/main/prompb/remote.proto and types.proto. Sluice keeps
// series in this form, with the start timestamps that only 2.0 has.

export const WriteRequestTag = { timeseries: tag(1, BYTES), metadata: tag(3, BYTES) } as const;

export const TimeSeriesTag = {
  labels: tag(1, BYTES),
  samples: tag(2, BYTES),
  exemplars: tag(3, BYTES),
  histograms: tag(4, BYTES),
} as const;

export const LabelTag = { name: tag(1, BYTES), value: tag(2, BYTES) } as const;

export const SampleTag = {
  value: tag(1, FIXED64),
  timestamp: tag(2, VARINT),
  /** Remote write 2.0 only. */
  startTimestamp: tag(3, VARINT),
} as const;

export const ExemplarTag = {
  labels: tag(1, BYTES),
  value: tag(2, FIXED64),
  timestamp: tag(3, VARINT),
} as const;

export const HistogramTag = {
  countInt: tag(1, VARINT),
  countFloat: tag(2, FIXED64),
  sum: tag(3, FIXED64),
  schema: tag(4, VARINT),
  zeroThreshold: tag(5, FIXED64),
  zeroCountInt: tag(6, VARINT),
  zeroCountFloat: tag(7, FIXED64),
  negativeSpans: tag(8, BYTES),
  negativeDeltas: tag(9, BYTES),
  negativeCounts: tag(10, BYTES),
  positiveSpans: tag(11, BYTES),
  positiveDeltas: tag(12, BYTES),
  positiveCounts: tag(13, BYTES),
  resetHint: tag(14, VARINT),
  timestamp: tag(15, VARINT),
  /** Remote write 2.0 only. Its varint takes two bytes: see `HISTOGRAM_START_TIMESTAMP`. */
  startTimestamp: tag(17, VARINT),
} as const;

/** The bytes of `HistogramTag.startTimestamp`. */
export const HISTOGRAM_START_TIMESTAMP = [
  (HistogramTag.startTimestamp & 127) | 128,
  HistogramTag.startTimestamp >> 7,
] as const;

export const BucketSpanTag = { offset: tag(1, VARINT), length: tag(2, VARINT) } as const;

export const MetricMetadataTag = {
  type: tag(1, VARINT),
  metricFamilyName: tag(2, BYTES),
  help: tag(4, BYTES),
  unit: tag(5, BYTES),
} as const;

// Remote write 2.0: https://github.com/prometheus/prometheus/blob/main/prompb/io/prometheus/write/v2/types.proto. Samples,
// histograms, and the value and timestamp of an exemplar have the same fields as in 1.0.

export const RequestV2Tag = { symbols: tag(4, BYTES), timeseries: tag(5, BYTES) } as const;

export const TimeSeriesV2Tag = {
  labelsRefs: tag(1, BYTES),
  samples: tag(2, BYTES),
  histograms: tag(3, BYTES),
  exemplars: tag(4, BYTES),
  metadata: tag(5, BYTES),
} as const;

export const ExemplarV2Tag = { labelsRefs: tag(1, BYTES) } as const;

export const MetadataV2Tag = {
  type: tag(1, VARINT),
  helpRef: tag(3, VARINT),
  unitRef: tag(4, VARINT),
} as const;
