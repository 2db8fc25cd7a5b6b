import { expect, test } from 'vitest';
import { backoffMs, boundedRetryAfterMs } from '../../../src/delivery/send/retry-sender.ts';

const CONFIG = { minBackoff: 30, maxBackoff: 5000, maxRetryAfter: 120_000 };

test('backoff lies between the smallest backoff and a doubling ceiling that is cut at the largest', () => {
  const ceilings = [30, 60, 120, 240, 480, 960, 1920, 3840, 5000, 5000];
  ceilings.forEach((ceiling, attempt) => {
    expect(backoffMs(attempt, CONFIG, () => 0)).toBe(30);
    expect(backoffMs(attempt, CONFIG, () => 0.5)).toBe(30 + (ceiling - 30) / 2);
    expect(backoffMs(attempt, CONFIG, () => 1)).toBe(ceiling);
  });
});

test('backoff stays within its bounds for any number of attempts', () => {
  expect(backoffMs(1_000_000, CONFIG, () => 1)).toBe(5000);
});

test("the backend's Retry-After is kept between the smallest backoff and the cap", () => {
  expect(boundedRetryAfterMs(1, CONFIG)).toBe(30);
  expect(boundedRetryAfterMs(6000, CONFIG)).toBe(6000);
  expect(boundedRetryAfterMs(Number.MAX_SAFE_INTEGER, CONFIG)).toBe(120_000);
});
