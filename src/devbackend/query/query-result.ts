// Samples in the form of Prometheus's query API: floats as text, native histograms with their buckets
// (https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms).
import type { StoredHistogram } from '../store/stored-histogram.ts';
import type { StoredSample } from '../store/stored-sample.ts';

/** Seconds since the epoch and the value as text. */
type Point = readonly [number, string];
type HistogramPoint = readonly [number, HistogramResult];

interface HistogramResult {
  readonly count: string;
  readonly sum: string;
  /** Absent if every bucket is empty. */
  readonly buckets?: readonly (readonly [rule: number, lower: string, upper: string, count: string])[];
}

export type Metric = Readonly<Record<string, string>>;

export type InstantSeries =
  | { readonly metric: Metric; readonly value: Point }
  | { readonly metric: Metric; readonly histogram: HistogramPoint };

/** A list that would be empty is absent. */
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

/** `samples` has at least one. */
export function rangeSeries(metric: Metric, samples: readonly StoredSample[]): RangeSeries {
  const values: Point[] = [];
  const histograms: HistogramPoint[] = [];
  // A range query repeats the same histogram at many steps; it is formatted once.
  const results = new Map<StoredHistogram, HistogramResult>();
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

/** The size of the result of these samples: their points plus the buckets of histograms. */
export function countPoints(samples: readonly StoredSample[]): number {
  return samples.reduce(
    (sum, { value }) => sum + 1 + (typeof value === 'number' ? 0 : value.buckets.length),
    0,
  );
}

function point(timeMs: number, value: number): Point {
  return [timeMs / 1000, formatValue(value)];
}

function histogramResult(histogram: StoredHistogram): HistogramResult {
  const buckets = histogram.buckets.map(
    ({ rule, lower, upper, count }) =>
      [rule, formatValue(lower), formatValue(upper), formatValue(count)] as const,
  );
  const result = { count: formatValue(histogram.count), sum: formatValue(histogram.sum) };
  return buckets.length > 0 ? { ...result, buckets } : result;
}

/**
 * The shortest text that reads back as the same number: `+Inf`, `NaN`, `42`, `1e-07`. Exponents, of at least two digits,
 * below 1e-6 and from 1e21 on.
 */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}
