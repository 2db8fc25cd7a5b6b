// Large pushes give way to the rest of the event loop between one and the next.
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LargePushQueue } from '../../../src/intake/push/large-push-queue.ts';

const LARGE = 16 * 1024 + 1;

test('a small push runs at once, before large ones that wait', () => {
  const queue = new LargePushQueue();
  const ran: string[] = [];
  queue.run(LARGE, () => ran.push('large'));
  queue.run(LARGE - 1, () => ran.push('small'));
  expect(ran).toEqual(['small']);
});

test('one large push runs in each round of the event loop, in order of arrival', async () => {
  const queue = new LargePushQueue();
  const ran: number[] = [];
  for (const push of [1, 2, 3]) queue.run(LARGE, () => ran.push(push));
  expect(ran).toEqual([]);
  for (const rounds of [1, 2, 3]) {
    await setImmediate();
    expect(ran).toEqual([1, 2, 3].slice(0, rounds));
  }
});

test('large pushes that arrive while one runs get their turn', async () => {
  const queue = new LargePushQueue();
  const ran: string[] = [];
  queue.run(LARGE, () => {
    ran.push('first');
    queue.run(LARGE, () => ran.push('second'));
  });
  await setImmediate();
  await setImmediate();
  expect(ran).toEqual(['first', 'second']);
});
