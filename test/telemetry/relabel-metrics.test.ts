import { expect, test } from 'vitest';
import { LoggedDeliveryEvents } from '../../src/telemetry/delivery-events.ts';
import { LoggedIntakeEvents } from '../../src/telemetry/intake-events.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { captureLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DROPS = { rule: 1, noName: 20, duplicate: 300, tooLarge: 4000 };

async function counted(metrics: Metrics, name: string): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
}

test('what rules take out is counted by reason, from zero, and not logged', async () => {
  const { log, entries } = captureLog('debug');
  const metrics = new Metrics({ version: '0', backends: ['a', 'b'] });
  const delivery = new LoggedDeliveryEvents(log, metrics, new FakeClock());
  const intake = new LoggedIntakeEvents(log, metrics, new FakeClock());
  for (let i = 0; i < 2; i++) {
    delivery.relabelDropped('b', DROPS);
    intake.pushRelabelDropped(DROPS);
  }
  const name = 'sluice_samples_relabel_dropped_total';
  expect(await counted(metrics, name)).toEqual([
    `${name}{backend="a",reason="rule"} 0`,
    `${name}{backend="a",reason="no_name"} 0`,
    `${name}{backend="a",reason="duplicate"} 0`,
    `${name}{backend="a",reason="too_large"} 0`,
    `${name}{backend="b",reason="rule"} 2`,
    `${name}{backend="b",reason="no_name"} 40`,
    `${name}{backend="b",reason="duplicate"} 600`,
    `${name}{backend="b",reason="too_large"} 8000`,
  ]);
  const ofPushes = 'sluice_push_samples_relabel_dropped_total';
  expect(await counted(metrics, ofPushes)).toEqual([
    `${ofPushes}{reason="rule"} 2`,
    `${ofPushes}{reason="no_name"} 40`,
  ]);
  expect(entries()).toEqual([]);
});
