import { expect, test } from 'vitest';
import { RateLimit } from '../../src/telemetry/rate-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';

const OPTIONS = { burst: 3, perSecond: 1 };

test('a rate limit lets a burst through, then holds back', () => {
  const limit = new RateLimit(OPTIONS, new FakeClock());
  expect([1, 2, 3, 4, 5].map(() => limit.take('a'))).toEqual([0, 0, 0, -1, -1]);
});

test('a rate limit lets one through for each second and counts those that it suppresses', () => {
  const clock = new FakeClock();
  const limit = new RateLimit(OPTIONS, clock);
  for (let i = 0; i < 10; i++) limit.take('a');
  clock.advance(999);
  expect(limit.take('a')).toBe(-1);
  clock.advance(1);
  expect(limit.take('a')).toBe(8);
  clock.advance(1000);
  expect(limit.take('a')).toBe(0);
});

test('a rate limit never saves up more than a burst', () => {
  const clock = new FakeClock();
  const limit = new RateLimit(OPTIONS, clock);
  limit.take('a');
  clock.advance(1_000_000);
  expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, -1]);
});

test('kinds are limited each for itself', () => {
  const limit = new RateLimit({ burst: 1, perSecond: 1 }, new FakeClock());
  expect([limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([0, -1, 0]);
});
