// Prometheus's HTTP API over the samples of the development backend
// (https://prometheus.io/docs/prometheus/latest/querying/api/). Answers are values; query-server.ts sends them.
import type { DecodedExemplar } from '../receiver/write-request-v1.ts';
import type { SampleStore, StoredSeries } from '../store/sample-store.ts';
import { evaluateAt, evaluateSteps, metricOf, selectSeries } from './evaluate.ts';
import { readLimit, readMatches, readStep, readTime } from './query-parameters.ts';
import { formatValue } from './query-result.ts';
import { parseSelector } from './selector.ts';
import { QueryError } from './selector-scanner.ts';

interface ApiAnswer {
  readonly status: number;
  readonly body: ApiBody;
}

export type ApiBody =
  | { readonly status: 'success'; readonly data: unknown }
  | { readonly status: 'error'; readonly errorType: string; readonly error: string };

type Endpoint = (store: SampleStore, parameters: URLSearchParams, nowMs: number) => unknown;

const LABEL_VALUES_PATH = /^\/api\/v1\/label\/([^/]+)\/values$/;

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/api/v1/query', query],
  ['/api/v1/query_range', queryRange],
  ['/api/v1/query_exemplars', queryExemplars],
  ['/api/v1/series', series],
  ['/api/v1/labels', labelNames],
  ['/api/v1/metadata', metadata],
  ['/api/v1/status/buildinfo', buildInfo],
]);

/** The answer to a request for `path`; undefined if the API has no such path. */
export function answerQuery(
  path: string,
  parameters: URLSearchParams,
  store: SampleStore,
  nowMs: number,
): ApiAnswer | undefined {
  const endpoint = ENDPOINTS.get(path) ?? labelValuesEndpoint(path);
  if (endpoint === undefined) return undefined;
  try {
    const data = endpoint(store, parameters, nowMs);
    return { status: 200, body: { status: 'success', data } };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: 400, body: { status: 'error', errorType: 'bad_data', error: error.message } };
  }
}

function query(store: SampleStore, parameters: URLSearchParams, nowMs: number): unknown {
  const timeMs = readTime(parameters, 'time', nowMs);
  const text = parameters.get('query') ?? '';
  // Grafana's "Save & test" sends only this query.
  if (text.replaceAll(' ', '') === '1+1') return { resultType: 'scalar', result: [timeMs / 1000, '2'] };
  return evaluateAt(store, parseSelector(text), timeMs);
}

function queryRange(store: SampleStore, parameters: URLSearchParams): unknown {
  const selector = parseSelector(parameters.get('query') ?? '');
  const startMs = readTime(parameters, 'start');
  return evaluateSteps(store, selector, startMs, readTime(parameters, 'end'), readStep(parameters));
}

function series(store: SampleStore, parameters: URLSearchParams): unknown {
  if (!parameters.has('match[]')) {
    throw new QueryError('Cannot read parameter "match[]": expected at least one selector, found none');
  }
  const metrics = matching(store, parameters).map(metricOf);
  return metrics.slice(0, readLimit(parameters, 'limit') || undefined);
}

function labelNames(store: SampleStore, parameters: URLSearchParams): unknown {
  return sorted(matching(store, parameters).flatMap(({ labels }) => [...labels.keys()]));
}

function labelValuesEndpoint(path: string): Endpoint | undefined {
  const name = LABEL_VALUES_PATH.exec(path)?.[1];
  if (name === undefined) return undefined;
  return (store, parameters) => {
    const label = decodeName(name);
    return sorted(matching(store, parameters).flatMap(({ labels }) => labels.get(label) ?? []));
  };
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    const found = JSON.stringify(text);
    throw new QueryError(`Cannot read label name: expected percent-encoded UTF-8, found ${found}`, { cause });
  }
}

/** The series of `match[]`, or all, that have a sample between `start` and `end`. */
function matching(store: SampleStore, parameters: URLSearchParams): readonly StoredSeries[] {
  const startMs = readTime(parameters, 'start', Number.NEGATIVE_INFINITY);
  const endMs = readTime(parameters, 'end', Number.POSITIVE_INFINITY);
  const selected = parameters.has('match[]') ? selectSeries(store, readMatches(parameters)) : store.series();
  return selected.filter(({ samples }) =>
    samples.some(({ timestampMs }) => timestampMs >= startMs && timestampMs <= endMs),
  );
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function metadata(store: SampleStore, parameters: URLSearchParams): unknown {
  const wanted = parameters.get('metric');
  const families = store.families().filter(({ metricFamilyName }) => !wanted || metricFamilyName === wanted);
  return Object.fromEntries(
    families
      .slice(0, readLimit(parameters, 'limit') || undefined)
      .map(({ metricFamilyName, type, help, unit }) => [metricFamilyName, [{ type, help, unit }]]),
  );
}

/** Dashboards read the version to learn which endpoints exist: these came with Prometheus 2.24. */
function buildInfo(): unknown {
  return { version: '2.24.0+sluice', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' };
}

/**
 * The series of `query` that have exemplars from `start` to `end`, both included, with these exemplars
 * (https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars).
 */
function queryExemplars(store: SampleStore, parameters: URLSearchParams): unknown {
  const selector = parseSelector(parameters.get('query') ?? '');
  const startMs = readTime(parameters, 'start', Number.NEGATIVE_INFINITY);
  const endMs = readTime(parameters, 'end', Number.POSITIVE_INFINITY);
  if (endMs < startMs)
    throw new QueryError('Cannot run query: expected an end after the start, found it before');
  return selectSeries(store, [selector]).flatMap((series) => {
    const within = series.exemplars.filter(
      ({ timestampMs }) => timestampMs >= startMs && timestampMs <= endMs,
    );
    return within.length > 0
      ? [{ seriesLabels: metricOf(series), exemplars: within.map(toExemplarResult) }]
      : [];
  });
}

function toExemplarResult({ labels, value, timestampMs }: DecodedExemplar) {
  return {
    labels: Object.fromEntries(labels.map(({ name, value: text }) => [name, text])),
    value: formatValue(value),
    timestamp: timestampMs / 1000,
  };
}
