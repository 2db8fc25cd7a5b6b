// Every series of the four metrics of a client, as a backend must show them.
import type { ExpectedSeries } from '../support/essential-pushes.ts';
import type { Grouping } from './grouping-cases.ts';
import type { MetricKind, PushClient } from './push-client.ts';

type Row = readonly [name: string, labels: Readonly<Record<string, string>>, value: number];

const ROWS: Readonly<Record<MetricKind, readonly Row[]>> = {
  counter: [['clients_requests_total', { code: '200' }, 3]],
  gauge: [['clients_temperature_celsius', {}, -2.5]],
  histogram: [
    ['clients_duration_seconds_bucket', { le: '0.1' }, 1],
    ['clients_duration_seconds_bucket', { le: '1' }, 2],
    ['clients_duration_seconds_bucket', { le: '10' }, 3],
    ['clients_duration_seconds_bucket', { le: '+Inf' }, 4],
    ['clients_duration_seconds_sum', {}, 55.55],
    ['clients_duration_seconds_count', {}, 4],
  ],
  summary: [
    ['clients_size_bytes_sum', {}, 6],
    ['clients_size_bytes_count', {}, 3],
  ],
};

export function expectedSeries(
  client: PushClient,
  job: string,
  grouping: Grouping,
): readonly ExpectedSeries[] {
  const quantiles = Object.entries(client.quantiles ?? {}).map(
    ([quantile, value]): Row => ['clients_size_bytes', { quantile }, value],
  );
  const rows = [...client.kinds.flatMap((kind) => ROWS[kind]), ...quantiles];
  return rows.map(([name, labels, value]) => ({
    labels: { __name__: name, job, ...grouping, ...labels },
    value,
  }));
}
