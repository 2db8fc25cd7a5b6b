import { expect, test } from 'vitest';
import { Metrics } from '../../src/telemetry/metrics.ts';

const OPTIONS = { version: '1.2.3', backends: ['primary'] };

async function samplesOf(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('what can be known at the start is there as 0', async () => {
  const samples = await samplesOf(
    new Metrics({ ...OPTIONS, pushAnswers: [{ status: 202, reason: 'accepted' }] }),
  );
  const zeros = [
    'sluice_pushes_total{status="202",reason="accepted"}',
    'sluice_samples_accepted_total',
    'sluice_push_timestamps_advanced_total',
    'sluice_stale_markers_total',
    'sluice_stale_groups_forgotten_total',
    'sluice_push_body_bytes_count',
    'sluice_push_duration_seconds_count',
    'sluice_blocks_sent_total{backend="primary"}',
    'sluice_samples_sent_total{backend="primary"}',
    'sluice_sent_bytes_total{backend="primary"}',
    'sluice_blocks_retried_total{backend="primary",reason="timeout"}',
    'sluice_samples_retried_total{backend="primary",reason="timeout"}',
    'sluice_blocks_dropped_total{backend="primary",reason="too_old"}',
    'sluice_samples_dropped_total{backend="primary",reason="shutdown"}',
    'sluice_backend_request_duration_seconds_count{backend="primary"}',
  ];
  for (const name of zeros) expect([name, samples.get(name)]).toEqual([name, 0]);
  expect(samples.get(`sluice_build_info{version="1.2.3",nodejs="${process.version}"}`)).toBe(1);
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0);
});

test('pushes are counted by status and reason', async () => {
  const metrics = new Metrics(OPTIONS);
  metrics.pushes.answered(202, 'accepted', 300, 0.7, 5);
  metrics.pushes.answered(202, 'accepted', 256, 2000, 7);
  metrics.pushes.answered(400, 'malformed', 0, 1, 0);
  metrics.pushes.timestampsAdvanced(3);
  const samples = await samplesOf(metrics);
  expect(samples.get('sluice_pushes_total{status="202",reason="accepted"}')).toBe(2);
  expect(samples.get('sluice_pushes_total{status="400",reason="malformed"}')).toBe(1);
  expect(samples.get('sluice_samples_accepted_total')).toBe(12);
  expect(samples.get('sluice_push_timestamps_advanced_total')).toBe(3);
  expect(samples.get('sluice_push_body_bytes_bucket{le="256"}')).toBe(2);
  expect(samples.get('sluice_push_body_bytes_bucket{le="1024"}')).toBe(3);
  expect(samples.get('sluice_push_body_bytes_bucket{le="+Inf"}')).toBe(3);
  expect(samples.get('sluice_push_body_bytes_sum')).toBe(556);
  expect(samples.get('sluice_push_duration_seconds_bucket{le="0.0005"}')).toBe(0);
  expect(samples.get('sluice_push_duration_seconds_bucket{le="0.001"}')).toBe(2);
  expect(samples.get('sluice_push_duration_seconds_count')).toBe(3);
});

test('a second scrape counts nothing twice', async () => {
  const metrics = new Metrics(OPTIONS);
  metrics.pushes.answered(202, 'accepted', 1, 1, 1);
  await metrics.text();
  expect((await samplesOf(metrics)).get('sluice_pushes_total{status="202",reason="accepted"}')).toBe(1);
});

test('queues are read when they are scraped', async () => {
  const metrics = new Metrics(OPTIONS);
  let bytes = 1;
  metrics.observeQueues(() => [
    { backend: 'primary', bytes, limitBytes: 64, oldestAgeMs: 1500, requestsInFlight: 2 },
  ]);
  await metrics.text();
  bytes = 42;
  const samples = await samplesOf(metrics);
  expect(samples.get('sluice_queue_bytes{backend="primary"}')).toBe(42);
  expect(samples.get('sluice_queue_limit_bytes{backend="primary"}')).toBe(64);
  expect(samples.get('sluice_queue_oldest_age_seconds{backend="primary"}')).toBe(1.5);
  expect(samples.get('sluice_requests_in_flight{backend="primary"}')).toBe(2);
});

test('the event loop is watched at a scrape only', async () => {
  const samples = await samplesOf(new Metrics(OPTIONS));
  const lag = [...samples.keys()].filter((name) => name.startsWith('nodejs_eventloop_lag'));
  expect(lag).toEqual(['nodejs_eventloop_lag_seconds']);
});

test('the text names its type', () => {
  expect(new Metrics(OPTIONS).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('two lists of metrics do not share anything', async () => {
  const [one, other] = [new Metrics(OPTIONS), new Metrics(OPTIONS)];
  one.backends.sent('primary', 5, 100);
  expect((await samplesOf(other)).get('sluice_samples_sent_total{backend="primary"}')).toBe(0);
  expect((await samplesOf(one)).get('sluice_samples_sent_total{backend="primary"}')).toBe(5);
});
