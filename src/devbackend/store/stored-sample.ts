// What a series holds at one time: a float or a native histogram, ordered by time whatever the kind. Also its exemplars:
// one that repeats another, or is older than the newest, is silently left out, as in Prometheus.

import type { DecodedExemplar, DecodedSeries } from '../receiver/write-request-v1.ts';
import { isSameHistogram, type StoredHistogram, toStoredHistogram } from './stored-histogram.ts';

export interface StoredSample {
  readonly value: number | StoredHistogram;
  readonly timestampMs: number;
}

/** Approximate: arrays and objects of the engine are not counted exactly. */
const BYTES_OF_HISTOGRAM = 100;
const BYTES_OF_BUCKET = 60;

/** In the order of the wire. */
export function storedSamples({ samples, histograms }: DecodedSeries): StoredSample[] {
  const ofHistograms = histograms.map((histogram) => ({
    value: toStoredHistogram(histogram),
    timestampMs: histogram.timestampMs,
  }));
  return [...samples, ...ofHistograms];
}

/**
 * What is wrong with `sample` if it comes after `last`. Sending the newest sample again is allowed, since a sender does
 * so if an answer was lost.
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

/** The approximate memory of a histogram; floats are bounded by their number alone. */
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

const MAX_EXEMPLARS = 10;
const BYTES_OF_EXEMPLAR = 100;
const BYTES_OF_LABEL = 60;

/** `kept` followed by `more`, oldest first; the newest that fit. */
export function keepExemplars(
  kept: readonly DecodedExemplar[],
  more: readonly DecodedExemplar[],
): readonly DecodedExemplar[] {
  if (more.length === 0) return kept;
  const all = [...kept];
  for (const exemplar of more) {
    const isBehind = exemplar.timestampMs < (all.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY);
    if (!isBehind && !all.some((one) => isSameExemplar(one, exemplar))) all.push(exemplar);
  }
  return all.slice(-MAX_EXEMPLARS);
}

/** Approximate; the check of a request bounds the text of labels. */
export function estimateExemplarBytes({ labels }: DecodedExemplar): number {
  return labels.reduce(
    (bytes, { name, value }) => bytes + BYTES_OF_LABEL + 2 * (name.length + value.length),
    BYTES_OF_EXEMPLAR,
  );
}

function isSameExemplar(a: DecodedExemplar, b: DecodedExemplar): boolean {
  return (
    a.timestampMs === b.timestampMs &&
    Object.is(a.value, b.value) &&
    a.labels.length === b.labels.length &&
    a.labels.every(({ name, value }, i) => name === b.labels[i]?.name && value === b.labels[i].value)
  );
}
