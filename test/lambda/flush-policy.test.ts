// How long a function may be held up: bounds within the deadline, and less of them while a backend is away.
import { expect, test } from 'vitest';
import { FlushPolicy } from '../../src/lambda/flush-policy.ts';
import { FakeClock } from '../support/fake-clock.ts';

function policyWith(flushTimeoutMs: number, restMs: number) {
  const clock = new FakeClock();
  const policy = new FlushPolicy(clock, flushTimeoutMs);
  policy.setDeadline(clock.nowMs() + restMs);
  return { clock, policy };
}

const bounds = (restMs: number, expected: { flush: number; wait: number; handlerEnd: number }) =>
  test(`with ${restMs} ms to the deadline the bounds are ${JSON.stringify(expected)}`, () => {
    const { policy } = policyWith(1000, restMs);
    const { flush, wait, handlerEnd } = expected;
    expect([policy.flushMs(), policy.longestWaitMs(), policy.handlerEndMs()]).toEqual([
      flush,
      wait,
      handlerEnd,
    ]);
  });
bounds(Infinity, { flush: 1000, wait: Infinity, handlerEnd: Infinity });
bounds(10_000, { flush: 1000, wait: 9500, handlerEnd: 9600 });
bounds(1200, { flush: 1000, wait: 700, handlerEnd: 800 });
bounds(1000, { flush: 800, wait: 500, handlerEnd: 600 });
bounds(300, { flush: 100, wait: 0, handlerEnd: 0 });
bounds(-50, { flush: 0, wait: 0, handlerEnd: 0 });

test('bounds shrink with time', () => {
  const { clock, policy } = policyWith(1000, 3000);
  clock.advance(2500);
  expect([policy.flushMs(), policy.longestWaitMs()]).toEqual([300, 0]);
});

test('a push whose wait timed out keeps others from waiting until a flush has delivered everything', () => {
  const { policy } = policyWith(1000, 10_000);
  policy.waitTimedOut();
  expect(policy.longestWaitMs()).toBe(0);
  policy.flushed(1);
  expect(policy.longestWaitMs()).toBe(0);
  policy.flushed(0);
  expect(policy.longestWaitMs()).toBe(9500);
});

test('while a backend is away a flush has a quarter of its time, and all of it each fifth time', () => {
  const { policy } = policyWith(1000, Infinity);
  const given = Array.from({ length: 11 }, () => {
    const flushMs = policy.flushMs();
    policy.flushed(7);
    return flushMs;
  });
  expect(given).toEqual([1000, 250, 250, 250, 250, 1000, 250, 250, 250, 250, 1000]);
  policy.flushed(0);
  expect(policy.flushMs()).toBe(1000);
});

test('if flushes are too short for a backend that is there, a push may wait again after the fifth', () => {
  const { policy } = policyWith(1000, 10_000);
  const waitAfterFlush = () => {
    policy.flushMs();
    policy.caughtUp();
    policy.flushed(7);
    return policy.longestWaitMs();
  };
  policy.waitTimedOut();
  expect(Array.from({ length: 6 }, waitAfterFlush)).toEqual([0, 0, 0, 0, 9500, 9500]);
  policy.waitTimedOut();
  expect(Array.from({ length: 6 }, waitAfterFlush)).toEqual([0, 0, 0, 0, 9500, 9500]);
});

test('if nothing is delivered, no push waits a second time', () => {
  const { policy } = policyWith(1000, 10_000);
  policy.waitTimedOut();
  for (let flush = 0; flush < 20; flush++) {
    policy.flushMs();
    policy.flushed(7);
    expect(policy.longestWaitMs()).toBe(0);
  }
});
