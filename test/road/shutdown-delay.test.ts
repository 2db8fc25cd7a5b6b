// A stop behind a load balancer: for a while pushes are still taken, though readiness says that no more should come.
import { expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { startRoad } from '../support/road-setup.ts';

const READY = '/-/ready';

test('without a delay a stop refuses pushes at once', async () => {
  const gate = Promise.withResolvers<void>();
  const { collector, pushed } = await startRoad({ script: [{ until: gate.promise }] });
  await pushed('m 1\n');
  const stopped = collector.stop();
  expect((await collector.push('late 1\n')).status).toBe(503);
  gate.resolve();
  expect(await stopped).toEqual({ lostSamples: 0 });
});

test('for the delay a stop takes pushes, is not ready, and lets each answer close its connection', async () => {
  const clock = new FakeClock();
  const config = { shutdownDelay: '1m', shutdownTimeout: '20s' };
  const { collector, receiver } = await startRoad({ clock, config });
  const stopped = collector.stop();
  for (const value of [1, 2]) {
    const { status, headers } = await collector.push(`m ${value}\n`);
    expect([status, headers.connection]).toEqual([202, 'close']);
  }
  const ready = await collector.get(READY);
  expect([ready.status, ready.text]).toEqual([503, 'Cannot take pushes: Sluice is stopping\n']);
  clock.advance(60_000);
  expect(await stopped).toEqual({ lostSamples: 0 });
  expect(receiver.deliveredValues).toEqual([1, 2]);
});
