import { expect, test } from 'vitest';
import { LoggedDeliveryEvents } from '../../src/telemetry/delivery-events.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { captureLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/fake-clock.ts';

function start(level: 'info' | 'debug' = 'info') {
  const { log, entries } = captureLog(level);
  const metrics = new Metrics({ version: '0', backends: ['primary'] });
  const clock = new FakeClock();
  return { events: new LoggedDeliveryEvents(log, metrics, clock), metrics, clock, entries };
}

const BLOCK = { backend: 'primary', sampleCount: 3, jobs: new Map([['backup', 3]]) };
const RETRY = { ...BLOCK, attempt: 0, reason: 'timeout', detail: 'too slow', delayMs: 30.4 };

test('a dropped block is counted by reason and logged with its jobs', async () => {
  const { events, metrics, entries } = start();
  events.blockDropped({ ...BLOCK, reason: 'status_400', detail: 'bad sample' });
  const text = await metrics.text();
  expect(text).toContain('sluice_blocks_dropped_total{backend="primary",reason="status_400"} 1');
  expect(text).toContain('sluice_samples_dropped_total{backend="primary",reason="status_400"} 3');
  expect(entries()).toEqual([
    {
      level: 'error',
      backend: 'primary',
      reason: 'status_400',
      detail: 'bad sample',
      samples: 3,
      jobs: [{ job: 'backup', samples: 3 }],
      event: 'blockDropped',
    },
  ]);
});

test('of many jobs twenty are listed and the others counted', () => {
  const { events, entries } = start();
  const jobs = new Map(Array.from({ length: 50 }, (_, i) => [`job_${i}`, 1]));
  events.blockDropped({ ...BLOCK, jobs, reason: 'too_old', detail: '' });
  const [entry] = entries() as { jobs: object[]; otherJobs: number }[];
  expect([entry?.jobs.length, entry?.otherJobs]).toEqual([20, 30]);
});

test('the first retry of a block is logged, the later ones only for debugging, all are counted', async () => {
  const { events, metrics, entries } = start();
  for (let attempt = 0; attempt < 4; attempt++) events.blockRetried({ ...RETRY, attempt });
  expect(entries()).toEqual([
    {
      level: 'warn',
      backend: 'primary',
      reason: 'timeout',
      detail: 'too slow',
      attempt: 0,
      samples: 3,
      delayMs: 30,
      event: 'blockRetried',
    },
  ]);
  const text = await metrics.text();
  expect(text).toContain('sluice_blocks_retried_total{backend="primary",reason="timeout"} 4');
  expect(text).toContain('sluice_samples_retried_total{backend="primary",reason="timeout"} 12');
});

test('retries of many blocks are logged at a bounded rate', () => {
  const { events, clock, entries } = start();
  for (let i = 0; i < 100; i++) events.blockRetried(RETRY);
  expect(entries().length).toBe(5);
  clock.advance(10_000);
  events.blockRetried(RETRY);
  expect(entries().at(-1)).toMatchObject({ suppressed: 95 });
});

test('a block that went out after retries is logged as a recovery', async () => {
  const { events, metrics, entries } = start();
  events.blockSent({ ...BLOCK, bytes: 100, attempt: 0 });
  events.blockSent({ ...BLOCK, bytes: 100, attempt: 2 });
  events.requestEnded('primary', 20);
  expect(entries()).toMatchObject([{ level: 'info', attempt: 2, event: 'blockRecovered' }]);
  const text = await metrics.text();
  expect(text).toContain('sluice_blocks_sent_total{backend="primary"} 2');
  expect(text).toContain('sluice_sent_bytes_total{backend="primary"} 200');
  expect(text).toContain('sluice_backend_request_duration_seconds_bucket{le="0.025",backend="primary"} 1');
});

test('trouble with the transport is logged', () => {
  const { events, entries } = start();
  events.tlsReloaded({ backend: 'primary' });
  events.tlsUnreadable({ backend: 'primary', detail: 'b' });
  events.credentialsUnreadable({ backend: 'primary', detail: 'c' });
  expect(entries()).toEqual([
    { level: 'info', backend: 'primary', event: 'tlsReloaded' },
    { level: 'error', backend: 'primary', detail: 'b', event: 'tlsUnreadable' },
    { level: 'error', backend: 'primary', detail: 'c', event: 'credentialsUnreadable' },
  ]);
});

test('dropped series are counted by reason and logged with job and number; the block is not counted as dropped', async () => {
  const { events, metrics, entries } = start();
  const drop = { backend: 'primary', job: 'backup', reason: 'status_400', detail: 'bad sample' };
  events.seriesDropped({ ...drop, series: 2, pushSeries: 30, isUnseparated: false });
  const text = await metrics.text();
  expect(text).toContain('sluice_blocks_dropped_total{backend="primary",reason="status_400"} 0');
  expect(text).toContain('sluice_samples_dropped_total{backend="primary",reason="status_400"} 2');
  expect(text).toContain('sluice_samples_dropped_unseparated_total{backend="primary"} 0');
  expect(entries()).toEqual([{ level: 'error', ...drop, series: 2, pushSeries: 30, event: 'seriesDropped' }]);
});

test('what was dropped without being tried apart is marked and counted besides', async () => {
  const { events, metrics, entries } = start();
  const drop = { reason: 'status_400', detail: '', isUnseparated: true };
  events.seriesDropped({ backend: 'primary', job: 'backup', series: 5, pushSeries: 5, ...drop });
  events.blockDropped({ ...BLOCK, ...drop });
  const text = await metrics.text();
  expect(text).toContain('sluice_samples_dropped_total{backend="primary",reason="status_400"} 8');
  expect(text).toContain('sluice_samples_dropped_unseparated_total{backend="primary"} 8');
  expect(entries()).toMatchObject([{ unseparated: true }, { unseparated: true }]);
});

test('a block that is taken apart is counted, and logged for debugging only', async () => {
  const { events, metrics, entries } = start();
  events.blockSplit({ ...BLOCK, reason: 'status_422', detail: 'no' });
  expect(await metrics.text()).toContain(
    'sluice_blocks_split_total{backend="primary",reason="status_422"} 1',
  );
  expect(entries()).toEqual([]);
  const debug = start('debug');
  debug.events.blockSplit({ ...BLOCK, reason: 'status_422', detail: 'no' });
  expect(debug.entries()).toMatchObject([{ level: 'debug', samples: 3, event: 'blockSplit' }]);
});

test('a backend that refuses access is an error and a gauge until it accepts', async () => {
  const { events, metrics, entries } = start();
  const gauge = async () => /sluice_backend_access_refused\{.*\} (\d)/.exec(await metrics.text())?.[1];
  expect(await gauge()).toBe('0');
  events.accessRefused({ backend: 'primary', reason: 'status_401', detail: 'who?' });
  expect(await gauge()).toBe('1');
  events.accessGranted({ backend: 'primary' });
  expect(await gauge()).toBe('0');
  expect(entries()).toEqual([
    { level: 'error', backend: 'primary', reason: 'status_401', detail: 'who?', event: 'accessRefused' },
    { level: 'info', backend: 'primary', event: 'accessGranted' },
  ]);
});

test('the version that a backend gets is logged when it changes, and shown', async () => {
  const { events, metrics, entries } = start();
  const gauge = async () => /sluice_backend_message_version\{.*\} (\d)/.exec(await metrics.text())?.[1];
  events.messageVersionChosen('primary', 2);
  expect(await gauge()).toBe('2');
  events.messageVersionFellBack({ backend: 'primary', reason: 'status_415' });
  expect(await gauge()).toBe('1');
  events.messageVersionRestored({ backend: 'primary' });
  expect(await gauge()).toBe('2');
  expect(entries()).toEqual([
    { level: 'warn', backend: 'primary', reason: 'status_415', event: 'messageVersionFellBack' },
    { level: 'info', backend: 'primary', event: 'messageVersionRestored' },
  ]);
});

test('exemplars that were not written are counted', async () => {
  const { events, metrics } = start();
  events.exemplarsRejected('primary', 3);
  expect(await metrics.text()).toContain('sluice_exemplars_rejected_total{backend="primary"} 3');
});
