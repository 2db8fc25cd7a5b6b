// The rows of the page: the newest sample of each series, most recently received first, filtered and limited in number.
import { formatValue } from '../query/query-result.ts';
import type { DecodedExemplar } from '../receiver/write-request-v1.ts';
import type { SampleStore, StoredSeries } from '../store/sample-store.ts';
import type { StoredHistogram } from '../store/stored-histogram.ts';

export interface LatestRow {
  readonly name: string;
  /** Without `__name__`, sorted by name. */
  readonly labels: readonly (readonly [string, string])[];
  /** For a native histogram the count. */
  readonly value: string;
  /** For a native histogram the sum and the number of buckets; otherwise empty. */
  readonly detail: string;
  /** The newest one; empty if there is none. */
  readonly exemplar: string;
  /** UTC, for people. */
  readonly time: string;
  readonly age: string;
  /** Type and help; empty if there is neither. */
  readonly about: string;
}

export interface LatestSamples {
  readonly totalSeries: number;
  readonly matchingSeries: number;
  readonly rows: readonly LatestRow[];
}

export const MAX_ROWS = 500;

/** Suffixes that a histogram, summary or counter adds to its family's name. */
const FAMILY_SUFFIX = /_(?:bucket|sum|count|total|created|info)$/;

/** Rows whose text has every word of `filter`, ignoring case. */
export function latestSamples(store: SampleStore, filter: string, nowMs: number): LatestSamples {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const all = store.series();
  const matching = words.length === 0 ? [...all] : all.filter((series) => hasWords(series, words));
  // The sort is stable, so the series of one push stay in the order of arrival.
  matching.sort((a, b) => b.receivedAtMs - a.receivedAtMs);
  return {
    totalSeries: all.length,
    matchingSeries: matching.length,
    rows: matching.slice(0, MAX_ROWS).map((series) => toRow(series, store, nowMs)),
  };
}

function hasWords({ labels }: StoredSeries, words: readonly string[]): boolean {
  const name = labels.get('__name__') ?? '';
  const pairs = [...labels]
    .filter(([label]) => label !== '__name__')
    .map(([label, value]) => `${label}="${value}"`);
  const text = `${name}{${pairs.join(',')}}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function toRow({ labels, samples, exemplars }: StoredSeries, store: SampleStore, nowMs: number): LatestRow {
  const name = labels.get('__name__') ?? '';
  const sample = samples.at(-1)!;
  const family = store.family(name) ?? store.family(name.replace(FAMILY_SUFFIX, ''));
  return {
    name,
    labels: [...labels].filter(([label]) => label !== '__name__'),
    ...describeValue(sample.value),
    exemplar: describeExemplar(exemplars.at(-1)),
    time: formatTime(sample.timestampMs),
    age: formatAge(nowMs - sample.timestampMs),
    about: [family?.type, family?.help].filter(Boolean).join(' · '),
  };
}

function describeValue(value: number | StoredHistogram): Pick<LatestRow, 'value' | 'detail'> {
  if (typeof value === 'number') return { value: formatValue(value), detail: '' };
  const { count, sum, buckets } = value;
  const bucketCount = `${buckets.length} ${buckets.length === 1 ? 'bucket' : 'buckets'}`;
  return { value: `count ${formatValue(count)}`, detail: `sum ${formatValue(sum)} · ${bucketCount}` };
}

function describeExemplar(exemplar: DecodedExemplar | undefined): string {
  if (exemplar === undefined) return '';
  const pairs = exemplar.labels.map(({ name, value }) => `${name}=${JSON.stringify(value)}`);
  return `exemplar ${formatValue(exemplar.value)} {${pairs.join(', ')}}`;
}

/** A timestamp may be outside the range of Date. */
function formatTime(timestampMs: number): string {
  const date = new Date(timestampMs);
  return Number.isNaN(date.getTime()) ? `${timestampMs} ms` : date.toISOString().replace('T', ' ');
}

function formatAge(ageMs: number): string {
  const seconds = Math.floor(Math.abs(ageMs) / 1000);
  const text = formatSeconds(seconds);
  return ageMs < 0 ? `in ${text}` : `${text} ago`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
