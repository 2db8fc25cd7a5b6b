// Samples in the form of Prometheus's query API: floats as text, native histograms with their buckets
// (https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms).
import { formatValue } from './format-value.ts';
import type { NativeHistogram } from './native-histogram.ts';
import type { StoredSample } from './stored-sample.ts';

/** Seconds since the epoch and the value as text. */
export type Point = readonly [number, string];
export type HistogramPoint = readonly [number, HistogramResult];

export interface HistogramResult {
  readonly count: string;
  readonly sum: string;
  /** Absent where every bucket is empty. */
  readonly buckets?: readonly (readonly [rule: number, lower: string, upper: string, count: string])[];
}

export type Metric = Readonly<Record<string, string>>;

export type InstantSeries =
  | { readonly metric: Metric; readonly value: Point }
  | { readonly metric: Metric; readonly histogram: HistogramPoint };

/** Each list is absent where it would be empty. */
export interface RangeSeries {
  readonly metric: Metric;
  readonly values?: readonly Point[];
  readonly histograms?: readonly HistogramPoint[];
}

export function instantSeries(metric: Metric, { timestampMs, value }: StoredSample): InstantSeries {
  return typeof value === 'number'
    ? { metric, value: point(timestampMs, value) }
    : { metric, histogram: [timestampMs / 1000, histogramResult(value)] };
}

/** Of one sample at least. */
export function rangeSeries(metric: Metric, samples: readonly StoredSample[]): RangeSeries {
  const values: Point[] = [];
  const histograms: HistogramPoint[] = [];
  // Step by step the same histogram is seen many times over; its text is made once.
  const results = new Map<NativeHistogram, HistogramResult>();
  for (const { timestampMs, value } of samples) {
    if (typeof value === 'number') {
      values.push(point(timestampMs, value));
      continue;
    }
    const result = results.get(value) ?? histogramResult(value);
    results.set(value, result);
    histograms.push([timestampMs / 1000, result]);
  }
  return {
    metric,
    ...(values.length > 0 && { values }),
    ...(histograms.length > 0 && { histograms }),
  };
}

/** What the result of these samples would hold: their points, and the buckets of histograms. */
export function countPoints(samples: readonly StoredSample[]): number {
  return samples.reduce(
    (sum, { value }) => sum + 1 + (typeof value === 'number' ? 0 : value.buckets.length),
    0,
  );
}

function point(timeMs: number, value: number): Point {
  return [timeMs / 1000, formatValue(value)];
}

function histogramResult(histogram: NativeHistogram): HistogramResult {
  const buckets = histogram.buckets.map(
    ({ rule, lower, upper, count }) =>
      [rule, formatValue(lower), formatValue(upper), formatValue(count)] as const,
  );
  const result = { count: formatValue(histogram.count), sum: formatValue(histogram.sum) };
  return buckets.length > 0 ? { ...result, buckets } : result;
}
