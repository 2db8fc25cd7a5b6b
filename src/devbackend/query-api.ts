// Prometheus's HTTP API over what the development backend holds (https://prometheus.io/docs/prometheus/latest/querying/api/).
// Answers are values; the server beside it puts them on the wire.
import { evaluateAt, evaluateSteps, metricOf, selectSeries } from './evaluate.ts';
import { queryExemplars } from './exemplar-query.ts';
import { QueryError } from './query-error.ts';
import { readLimit, readMatches, readStep, readTime } from './query-parameters.ts';
import { DeadlineError, runWithin } from './run-within.ts';
import type { SampleStore, StoredSeries } from './sample-store.ts';
import { parseSelector } from './selector.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body: ApiBody;
}

export type ApiBody =
  | { readonly status: 'success'; readonly data: unknown }
  | { readonly status: 'error'; readonly errorType: string; readonly error: string };

type Question = (store: SampleStore, parameters: URLSearchParams, nowMs: number) => unknown;

/** A query runs on the program's only thread. */
const QUERY_TIMEOUT_MS = 500;
const LABEL_VALUES_PATH = /^\/api\/v1\/label\/([^/]+)\/values$/;

const QUESTIONS: ReadonlyMap<string, Question> = new Map<string, Question>([
  ['/api/v1/query', query],
  ['/api/v1/query_range', queryRange],
  ['/api/v1/query_exemplars', queryExemplars],
  ['/api/v1/series', series],
  ['/api/v1/labels', labelNames],
  ['/api/v1/metadata', metadata],
  ['/api/v1/status/buildinfo', buildInfo],
]);

/** The answer to the question at `path`; undefined where there is none. */
export function answerQuery(
  path: string,
  parameters: URLSearchParams,
  store: SampleStore,
  nowMs: number,
): ApiAnswer | undefined {
  const question = QUESTIONS.get(path) ?? labelValuesQuestion(path);
  if (question === undefined) return undefined;
  try {
    const data = runWithin(QUERY_TIMEOUT_MS, () => question(store, parameters, nowMs));
    return { status: 200, body: { status: 'success', data } };
  } catch (error) {
    if (error instanceof QueryError) return failure(400, 'bad_data', error.message);
    if (error instanceof DeadlineError) return failure(503, 'timeout', error.message);
    throw error;
  }
}

function failure(status: number, errorType: string, error: string): ApiAnswer {
  return { status, body: { status: 'error', errorType, error } };
}

function query(store: SampleStore, parameters: URLSearchParams, nowMs: number): unknown {
  const timeMs = readTime(parameters, 'time', nowMs);
  const text = parameters.get('query') ?? '';
  // Grafana's "Save & test" asks this and nothing else.
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

function labelValuesQuestion(path: string): Question | undefined {
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
    const seen = JSON.stringify(text);
    throw new QueryError(`Cannot read label name: expected percent-encoded UTF-8, found ${seen}`, { cause });
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

/** Dashboards read the version to learn what they may ask: this much of the API came with Prometheus 2.24. */
function buildInfo(): unknown {
  return { version: '2.24.0+sluice', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' };
}
