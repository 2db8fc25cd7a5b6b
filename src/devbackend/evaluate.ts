// What a selector yields at a time, over a range, or step by step: the reading half of Prometheus's engine.
import { formatValue } from './format-value.ts';
import { matchesAll } from './label-matcher.ts';
import { QueryError } from './query-error.ts';
import type { SampleStore, StoredSeries } from './sample-store.ts';
import type { Selector } from './selector.ts';
import type { DecodedSample } from './write-request-codec.ts';

/** Seconds since the epoch and the value as text. */
export type Point = readonly [number, string];

export type EvaluatedData =
  | { readonly resultType: 'vector'; readonly result: readonly { metric: Metric; value: Point }[] }
  | { readonly resultType: 'matrix'; readonly result: readonly { metric: Metric; values: Point[] }[] };

type Metric = Readonly<Record<string, string>>;

/** A sample is seen for this long after its time. */
const LOOK_BACK_MS = 5 * 60_000;
const MAX_STEPS = 11_000;
const MAX_POINTS = 1_000_000;

export function selectSeries(store: SampleStore, selectors: readonly Selector[]): StoredSeries[] {
  return store
    .series()
    .filter(({ labels }) => selectors.some(({ matchers }) => matchesAll(labels, matchers)));
}

export function metricOf(series: StoredSeries): Metric {
  return Object.fromEntries(series.labels);
}

/** One value for each series, at `timeMs`; for a range selector the samples of the range as they were sent. */
export function evaluateAt(store: SampleStore, selector: Selector, timeMs: number): EvaluatedData {
  const { rangeMs } = selector;
  const selected = selectSeries(store, [selector]);
  if (rangeMs !== undefined)
    return {
      resultType: 'matrix',
      result: matrix(selected, (samples) => samplesIn(samples, timeMs - rangeMs, timeMs)),
    };
  const result = selected.flatMap((series) => {
    const sample = sampleAt(series.samples, timeMs);
    return sample ? [{ metric: metricOf(series), value: point(timeMs, sample.value) }] : [];
  });
  return { resultType: 'vector', result };
}

/** One value for each series and step from `startMs` to `endMs`, both included. */
export function evaluateSteps(
  store: SampleStore,
  selector: Selector,
  startMs: number,
  endMs: number,
  stepMs: number,
): EvaluatedData {
  const stepCount = Math.floor((endMs - startMs) / stepMs) + 1;
  const selected = selectSeries(store, [selector]);
  requireSteps(selector, stepCount, selected.length);
  const pointsOf = (samples: readonly DecodedSample[]): Point[] => {
    const points: Point[] = [];
    for (let timeMs = startMs; timeMs <= endMs; timeMs += stepMs) {
      const sample = sampleAt(samples, timeMs);
      if (sample !== undefined) points.push(point(timeMs, sample.value));
    }
    return points;
  };
  return { resultType: 'matrix', result: matrix(selected, pointsOf) };
}

function requireSteps(selector: Selector, stepCount: number, seriesCount: number): void {
  if (selector.rangeMs !== undefined)
    throw new QueryError('Cannot run query: expected a selector without a range, found one with');
  if (stepCount < 1)
    throw new QueryError('Cannot run query: expected an end after the start, found it before');
  if (stepCount > MAX_STEPS)
    throw new QueryError(`Cannot run query: expected at most ${MAX_STEPS} steps, found ${stepCount}`);
  if (stepCount * seriesCount > MAX_POINTS) {
    throw new QueryError(
      `Cannot run query: expected at most ${MAX_POINTS} points, found ${stepCount} steps of ${seriesCount} series`,
    );
  }
}

function matrix(selected: readonly StoredSeries[], pointsOf: (samples: readonly DecodedSample[]) => Point[]) {
  return selected.flatMap((series) => {
    const values = pointsOf(series.samples);
    return values.length > 0 ? [{ metric: metricOf(series), values }] : [];
  });
}

/** Open on the left, as Prometheus 3 has it. */
function samplesIn(samples: readonly DecodedSample[], afterMs: number, untilMs: number): Point[] {
  return samples
    .filter(({ timestampMs }) => timestampMs > afterMs && timestampMs <= untilMs)
    .map(({ timestampMs, value }) => point(timestampMs, value));
}

function sampleAt(samples: readonly DecodedSample[], timeMs: number): DecodedSample | undefined {
  const sample = samples.findLast(({ timestampMs }) => timestampMs <= timeMs);
  return sample && sample.timestampMs > timeMs - LOOK_BACK_MS ? sample : undefined;
}

function point(timeMs: number, value: number): Point {
  return [timeMs / 1000, formatValue(value)];
}
