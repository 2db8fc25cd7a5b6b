// Pushes the four metrics once with prom-client: `program.ts <baseUrl> <verb> <job> <name=value>...`; the verb is `push`
// or `add`, with `-gzip` after it to compress, or `-openmetrics` for a registry of that format with exemplars.
import {
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  Pushgateway,
  Registry,
  Summary,
} from 'prom-client';

const [baseUrl = '', verbAndWay = '', jobName = '', ...pairs] = process.argv.slice(2);
const [verb, way] = verbAndWay.split('-');
const hasExemplars = way === 'openmetrics';
const exemplarLabels = { trace_id: '4bf92f3577b34da6' };
const registry = hasExemplars ? openMetricsRegistry() : new Registry();
const registers = [registry];
const withExemplars = { registers, enableExemplars: hasExemplars };

const requests = new Counter<string>({
  ...withExemplars,
  name: 'clients_requests_total',
  help: 'Requests.',
  labelNames: ['code'],
});
if (hasExemplars) requests.inc({ labels: { code: '200' }, value: 3, exemplarLabels });
else requests.inc({ code: '200' }, 3);

new Gauge({ registers, name: 'clients_temperature_celsius', help: 'Temperature.' }).set(-2.5);

const duration = new Histogram<string>({
  ...withExemplars,
  name: 'clients_duration_seconds',
  help: 'Duration.',
  buckets: [0.1, 1, 10],
});
for (const value of [0.05, 0.5, 5, 50]) {
  if (hasExemplars) duration.observe({ labels: {}, value, exemplarLabels });
  else duration.observe(value);
}

const size = new Summary({ registers, name: 'clients_size_bytes', help: 'Size.', percentiles: [0.5, 0.9] });
for (const bytes of [1, 2, 3]) size.observe(bytes);

const options = way === 'gzip' ? { headers: { 'Content-Encoding': 'gzip' } } : {};
const gateway = new Pushgateway(baseUrl, options, registry);
const groupings = Object.fromEntries(
  pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
);
const pushing =
  verb === 'push' ? gateway.push({ jobName, groupings }) : gateway.pushAdd({ jobName, groupings });
const error = await pushing.then(() => '', String);
process.stdout.write(`${JSON.stringify({ ok: error === '', error })}\n`);

function openMetricsRegistry(): Registry<OpenMetricsContentType> {
  const openMetrics = new Registry<OpenMetricsContentType>();
  openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return openMetrics;
}
