import { expect, test } from 'vitest';
import type { PushAnswered } from '../../src/telemetry/events.ts';
import { LoggedIntakeEvents } from '../../src/telemetry/intake-events.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { captureLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/fake-clock.ts';

function start(level: 'info' | 'debug' = 'info') {
  const { log, entries } = captureLog(level);
  const metrics = new Metrics({ version: '0', backends: [] });
  const clock = new FakeClock();
  return { events: new LoggedIntakeEvents(log, metrics, clock), metrics, clock, entries };
}

const ACCEPTED: PushAnswered = {
  status: 202,
  reason: 'accepted',
  job: 'backup',
  bodyBytes: 10,
  durationMs: 1,
  sampleCount: 2,
  userAgent: 'curl/8',
  detail: undefined,
};
const REFUSED: PushAnswered = { ...ACCEPTED, status: 400, reason: 'malformed', detail: 'line 3' };

test('a refused push is counted and logged with job, status and reason', async () => {
  const { events, metrics, entries } = start();
  events.pushAnswered(REFUSED);
  expect(await metrics.text()).toContain('sluice_pushes_total{status="400",reason="malformed"} 1');
  expect(entries()).toEqual([
    {
      level: 'warn',
      job: 'backup',
      status: 400,
      reason: 'malformed',
      detail: 'line 3',
      userAgent: 'curl/8',
      event: 'pushRefused',
    },
  ]);
});

test('refusals are logged ten at once, then one a second with the number held back', async () => {
  const { events, metrics, clock, entries } = start();
  for (let i = 0; i < 100; i++) events.pushAnswered(REFUSED);
  events.pushAnswered({ ...REFUSED, reason: 'full', status: 503 });
  expect(entries().length).toBe(11);
  clock.advance(1000);
  events.pushAnswered(REFUSED);
  expect(entries().at(-1)).toMatchObject({ reason: 'malformed', suppressed: 90 });
  expect(await metrics.text()).toContain('sluice_pushes_total{status="400",reason="malformed"} 101');
});

test('an accepted push is counted, and logged only for debugging', async () => {
  const { events, metrics, entries } = start();
  events.pushAnswered(ACCEPTED);
  expect(entries()).toEqual([]);
  expect(await metrics.text()).toContain('sluice_samples_accepted_total 2');
  const debugging = start('debug');
  debugging.events.pushAnswered(ACCEPTED);
  expect(debugging.entries()).toMatchObject([{ level: 'debug', job: 'backup', event: 'pushAccepted' }]);
});

test('timestamps that were advanced are counted', async () => {
  const { events, metrics } = start();
  events.timestampsAdvanced(2);
  expect(await metrics.text()).toContain('sluice_push_timestamps_advanced_total 2');
});

test('staleness markers and forgotten groups are counted', async () => {
  const { events, metrics } = start();
  events.staleMarked(3);
  events.staleMarked(4);
  events.staleGroupForgotten();
  const text = await metrics.text();
  expect(text).toContain('sluice_stale_markers_total 7');
  expect(text).toContain('sluice_stale_groups_forgotten_total 1');
});

test("the program's life is logged", () => {
  const { events, entries } = start();
  events.configurationWarning('plain http');
  events.starting({ version: '1.0.0', config: 'collector.yaml' });
  events.listening({ address: '127.0.0.1:3030' });
  events.stopping({ signal: 'SIGTERM' });
  events.stopped({ lostSamples: 0 });
  events.stopped({ lostSamples: 7 });
  expect(entries()).toEqual([
    { level: 'warn', detail: 'plain http', event: 'configurationWarning' },
    { level: 'info', version: '1.0.0', config: 'collector.yaml', event: 'starting' },
    { level: 'info', address: '127.0.0.1:3030', event: 'listening' },
    { level: 'info', signal: 'SIGTERM', event: 'stopping' },
    { level: 'info', lostSamples: 0, event: 'stopped' },
    { level: 'error', lostSamples: 7, event: 'stopped' },
  ]);
});
