// Native histograms for the tests, by the field names of the .proto file.

export type HistogramInput = Readonly<Record<string, unknown>>;

/** 6 observations: one in [-1, -0.7), one around zero, 1 and 2 up to 1.4, one in (2, 2.8]. */
export function integerHistogram(timestampMs: number, changes: HistogramInput = {}): HistogramInput {
  return {
    count_int: 6,
    sum: 12.5,
    schema: 1,
    zero_threshold: 0.001,
    zero_count_int: 1,
    negative_spans: [{ offset: 0, length: 1 }],
    negative_deltas: [1],
    positive_spans: [
      { offset: 0, length: 2 },
      { offset: 1, length: 1 },
    ],
    positive_deltas: [1, 1, -1],
    timestamp: timestampMs,
    ...changes,
  };
}

/** The same with half an observation more around zero. */
export function floatHistogram(timestampMs: number, changes: HistogramInput = {}): HistogramInput {
  const { count_int, zero_count_int, negative_deltas, positive_deltas, ...common } =
    integerHistogram(timestampMs);
  return {
    ...common,
    count_float: 6.5,
    zero_count_float: 1.5,
    negative_counts: [1],
    positive_counts: [1, 2, 1],
    ...changes,
  };
}

/** 3 observations: one in [-Inf, 1], two above 2.5. */
export function customHistogram(timestampMs: number, changes: HistogramInput = {}): HistogramInput {
  return {
    count_int: 3,
    sum: 9,
    schema: -53,
    custom_values: [1, 2.5],
    positive_spans: [
      { offset: 0, length: 1 },
      { offset: 1, length: 1 },
    ],
    positive_deltas: [1, 1],
    timestamp: timestampMs,
    ...changes,
  };
}
