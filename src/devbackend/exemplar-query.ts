// Prometheus's question for exemplars over what the development backend holds
// (https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars).
import { metricOf, selectSeries } from './evaluate.ts';
import { formatValue } from './format-value.ts';
import { QueryError } from './query-error.ts';
import { readTime } from './query-parameters.ts';
import type { SampleStore } from './sample-store.ts';
import { parseSelector } from './selector.ts';
import type { DecodedExemplar } from './write-request-codec.ts';

/** The series of `query` with an exemplar from `start` to `end`, both included, with these. */
export function queryExemplars(store: SampleStore, parameters: URLSearchParams): unknown {
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
