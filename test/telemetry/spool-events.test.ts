import { expect, test } from 'vitest';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { LoggedSpoolEvents } from '../../src/telemetry/spool-events.ts';
import { captureLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/fake-clock.ts';

function start() {
  const { log, entries } = captureLog('info');
  const metrics = new Metrics({ version: '0', backends: [] });
  const spool = metrics.addSpool();
  return { events: new LoggedSpoolEvents(log, spool, new FakeClock()), metrics, spool, entries };
}

test('without a spool there is no metric of one', async () => {
  expect(await new Metrics({ version: '0', backends: [] }).text()).not.toContain('sluice_spool');
});

test('damage is counted always and logged within bounds', async () => {
  const { events, metrics, entries } = start();
  events.spoolDamaged({ bytes: 25, records: 2, detail: 'bad', file: '/spool/damaged/1' });
  for (let at = 0; at < 20; at++) events.spoolDamaged({ bytes: 10, detail: 'worse' });
  const text = await metrics.text();
  expect(text).toContain('\nsluice_spool_damaged_records_total 22\n');
  expect(text).toContain('\nsluice_spool_damaged_bytes_total 225\n');
  expect(entries()).toHaveLength(10);
  expect(entries()[0]).toEqual({
    level: 'error',
    bytes: 25,
    records: 2,
    detail: 'bad',
    file: '/spool/damaged/1',
    event: 'spoolDamaged',
  });
});

test('the state is read when it is scraped, syncs are counted as they come', async () => {
  const { events, metrics, spool } = start();
  let isUsable = false;
  spool.observe(() => ({ bytes: 5, limitBytes: 64, isUsable }));
  expect(await metrics.text()).toContain('\nsluice_spool_usable 0\n');
  isUsable = true;
  events.spoolSynced(2);
  const text = await metrics.text();
  expect(text).toContain('\nsluice_spool_usable 1\n');
  expect(text).toContain('\nsluice_spool_bytes 5\n');
  expect(text).toContain('\nsluice_spool_limit_bytes 64\n');
  expect(text).toContain('\nsluice_spool_syncs_total 1\n');
  expect(text).toContain('\nsluice_spool_sync_duration_seconds_bucket{le="0.0025"} 1\n');
});

test('trouble and its end are logged', () => {
  const { events, entries } = start();
  events.spoolOpened({ bytes: 7, tornBytes: 0 });
  events.spoolUnusable({ detail: 'no space left' });
  events.spoolUsable();
  expect(entries()).toEqual([
    { level: 'info', bytes: 7, tornBytes: 0, event: 'spoolOpened' },
    { level: 'error', detail: 'no space left', event: 'spoolUnusable' },
    { level: 'info', event: 'spoolUsable' },
  ]);
});
