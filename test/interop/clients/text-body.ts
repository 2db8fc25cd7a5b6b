// The four metrics as a script writes them by hand, and where it sends them, for clients that know HTTP and nothing more.
import type { PushRun } from './push-client.ts';

export const TEXT_BODY = `# HELP clients_requests_total Requests.
# TYPE clients_requests_total counter
clients_requests_total{code="200"} 3
# HELP clients_temperature_celsius Temperature.
# TYPE clients_temperature_celsius gauge
clients_temperature_celsius -2.5
# HELP clients_duration_seconds Duration.
# TYPE clients_duration_seconds histogram
clients_duration_seconds_bucket{le="0.1"} 1
clients_duration_seconds_bucket{le="1"} 2
clients_duration_seconds_bucket{le="10"} 3
clients_duration_seconds_bucket{le="+Inf"} 4
clients_duration_seconds_sum 55.55
clients_duration_seconds_count 4
# HELP clients_size_bytes Size.
# TYPE clients_size_bytes summary
clients_size_bytes{quantile="0.5"} 2
clients_size_bytes{quantile="0.9"} 3
clients_size_bytes_sum 6
clients_size_bytes_count 3
`;

/** Of the summary in `TEXT_BODY`. */
export const TEXT_QUANTILES = { '0.5': 2, '0.9': 3 };

export const METHODS = { push: 'PUT', add: 'POST' } as const;

/** Percent-encoded, a plus as it is; base64 if a value is empty or holds a slash. */
export function pushUrl({ baseUrl, job, grouping }: PushRun): string {
  const pieces = Object.entries(grouping).flatMap(([name, value]) =>
    value === '' || value.includes('/')
      ? [`${name}@base64`, Buffer.from(value).toString('base64url') || '=']
      : [name, encodeURIComponent(value).replaceAll('%2B', '+')],
  );
  return [baseUrl, 'metrics', 'job', encodeURIComponent(job), ...pieces].join('/');
}
