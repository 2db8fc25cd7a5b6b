// Evaluates a selector at one time, over a range, or at each step of a range, with the rules of Prometheus's engine.

import type { SampleStore, StoredSeries } from '../store/sample-store.ts';
import type { StoredSample } from '../store/stored-sample.ts';
import { matchesAll } from './label-matcher.ts';
import {
  countPoints,
  type InstantSeries,
  instantSeries,
  type Metric,
  type RangeSeries,
  rangeSeries,
} from './query-result.ts';
import type { Selector } from './selector.ts';
import { QueryError } from './selector-scanner.ts';

type EvaluatedData =
  | { readonly resultType: 'vector'; readonly result: readonly InstantSeries[] }
  | { readonly resultType: 'matrix'; readonly result: readonly RangeSeries[] };

type SampleFinder = (samples: readonly StoredSample[]) => StoredSample[];

/** A query finds a sample for this long after its time. */
const LOOK_BACK_MS = 5 * 60_000;
const MAX_STEPS = 11_000;
/** Limit of one answer. Each bucket of a native histogram also counts as a point. */
const MAX_POINTS = 1_000_000;

export function selectSeries(store: SampleStore, selectors: readonly Selector[]): StoredSeries[] {
  return store
    .series()
    .filter(({ labels }) => selectors.some(({ matchers }) => matchesAll(labels, matchers)));
}

export function metricOf(series: StoredSeries): Metric {
  return Object.fromEntries(series.labels);
}

/** One value for each series at `timeMs`; for a range selector the samples of the range as they were sent. */
export function evaluateAt(store: SampleStore, selector: Selector, timeMs: number): EvaluatedData {
  const { rangeMs } = selector;
  const selected = selectSeries(store, [selector]);
  if (rangeMs !== undefined)
    return matrix(selected, (samples) => samplesIn(samples, timeMs - rangeMs, timeMs));
  const found = findSamples(selected, (samples) => sampleAt(samples, timeMs));
  const result = found.flatMap(({ series, samples }) =>
    samples.map((sample) => instantSeries(metricOf(series), sample)),
  );
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
  return matrix(selected, (samples) => {
    const found: StoredSample[] = [];
    for (let timeMs = startMs; timeMs <= endMs; timeMs += stepMs) found.push(...sampleAt(samples, timeMs));
    return found;
  });
}

function requireSteps(selector: Selector, stepCount: number, seriesCount: number): void {
  if (selector.rangeMs !== undefined)
    throw new QueryError('Cannot run query: expected a selector without a range, found one with a range');
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

function matrix(selected: readonly StoredSeries[], find: SampleFinder): EvaluatedData {
  const found = findSamples(selected, find);
  const result = found.map(({ series, samples }) => rangeSeries(metricOf(series), samples));
  return { resultType: 'matrix', result };
}

/** The series for which `find` finds samples, with these. Checks the size before anything is formatted. */
function findSamples(selected: readonly StoredSeries[], find: SampleFinder) {
  const found = selected
    .map((series) => ({ series, samples: find(series.samples) }))
    .filter(({ samples }) => samples.length > 0);
  const points = found.reduce((sum, { samples }) => sum + countPoints(samples), 0);
  if (points <= MAX_POINTS) return found;
  throw new QueryError(
    `Cannot run query: expected at most ${MAX_POINTS} points and histogram buckets, found ${points}`,
  );
}

/** Open on the left, as in Prometheus 3. */
function samplesIn(samples: readonly StoredSample[], afterMs: number, untilMs: number): StoredSample[] {
  return samples.filter(({ timestampMs }) => timestampMs > afterMs && timestampMs <= untilMs);
}

/** The sample that is current at `timeMs`, with that time; none or one. */
function sampleAt(samples: readonly StoredSample[], timeMs: number): StoredSample[] {
  const sample = samples.findLast(({ timestampMs }) => timestampMs <= timeMs);
  const isFresh = sample !== undefined && sample.timestampMs > timeMs - LOOK_BACK_MS;
  return isFresh ? [{ value: sample.value, timestampMs: timeMs }] : [];
}
