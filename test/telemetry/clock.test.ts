import { expect, test } from 'vitest';
import { systemClock } from '../../src/telemetry/clock.ts';
import { waitUntil } from '../support/wait-until.ts';

test('a timer beyond what Node can count does not fire at once', async () => {
  const clock = systemClock();
  let early = false;
  const timer = clock.setTimer(() => {
    early = true;
  }, 2 ** 40);
  let isOver = false;
  clock.setTimer(() => {
    isOver = true;
  }, 20);
  await waitUntil(() => isOver, 'the short timer');
  timer.cancel();
  expect(early).toBe(false);
});

test('a cancelled timer does not fire', async () => {
  const clock = systemClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push('cancelled'), 1).cancel();
  clock.setTimer(() => fired.push('kept'), 5);
  await waitUntil(() => fired.length > 0, 'the kept timer');
  expect(fired).toEqual(['kept']);
});

test('the clocks run', () => {
  const clock = systemClock();
  expect(clock.nowMs()).toBeGreaterThan(1_700_000_000_000);
  expect(clock.monotonicMs()).toBeLessThanOrEqual(clock.monotonicMs());
});
