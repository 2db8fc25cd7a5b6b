// What a series holds at one time: a float or a native histogram, in one order of time whatever the kind.
import { isSameHistogram, type NativeHistogram, toNativeHistogram } from './native-histogram.ts';
import type { DecodedSeries } from './write-request-codec.ts';

export interface StoredSample {
  readonly value: number | NativeHistogram;
  readonly timestampMs: number;
}

/** About; arrays and objects of the engine are not counted out. */
const BYTES_OF_HISTOGRAM = 100;
const BYTES_OF_BUCKET = 60;

/** In the order of the wire. */
export function storedSamples({ samples, histograms }: DecodedSeries): StoredSample[] {
  const ofHistograms = histograms.map((histogram) => ({
    value: toNativeHistogram(histogram),
    timestampMs: histogram.timestampMs,
  }));
  return [...samples, ...ofHistograms];
}

/**
 * What is wrong with `sample` behind `last`. The newest sample sent again is no fault: a sender does so when an
 * answer was lost.
 */
export function findSampleFault(last: StoredSample, sample: StoredSample): string | undefined {
  if (sample.timestampMs < last.timestampMs) {
    return `expected a sample after ${last.timestampMs}, found an out-of-order one at ${sample.timestampMs}`;
  }
  if (sample.timestampMs === last.timestampMs && !isSameValue(sample.value, last.value)) {
    return `expected one value at ${last.timestampMs}, found ${describe(last.value)} and ${describe(sample.value)}`;
  }
  return undefined;
}

/** What a histogram takes in memory, about; floats are bounded by their number alone. */
export function estimateBytes({ value }: StoredSample): number {
  return typeof value === 'number' ? 0 : BYTES_OF_HISTOGRAM + BYTES_OF_BUCKET * value.buckets.length;
}

function isSameValue(a: StoredSample['value'], b: StoredSample['value']): boolean {
  if (typeof a === 'number' || typeof b === 'number') return Object.is(a, b);
  return isSameHistogram(a, b);
}

function describe(value: StoredSample['value']): string {
  return typeof value === 'number' ? String(value) : `a native histogram of ${value.count} observations`;
}
