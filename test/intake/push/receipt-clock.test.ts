import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReceiptClock } from '../../../src/intake/push/receipt-clock.ts';

/** A receipt clock whose wall clock is set by hand; `advanced` counts the stamps later than it. */
function startClock({ nowMs = 1000, remembered = 100 } = {}) {
  const wall = { nowMs, advanced: 0 };
  const clock = new ReceiptClock(
    () => wall.nowMs,
    () => wall.advanced++,
    remembered,
  );
  return { wall, clock };
}

test('a push is stamped with the time of its receipt', () => {
  const { wall, clock } = startClock();
  expect(clock.stamp('a')).toBe(1000);
  wall.nowMs = 1005;
  expect(clock.stamp('a')).toBe(1005);
  expect(wall.advanced).toBe(0);
});

test('pushes of one key in one millisecond are stamped one after the other, of other keys alike', () => {
  const { wall, clock } = startClock();
  expect([clock.stamp('a'), clock.stamp('a'), clock.stamp('b'), clock.stamp('a')]).toEqual([
    1000, 1001, 1000, 1002,
  ]);
  expect(wall.advanced).toBe(2);
});

test('a wall clock that steps back moves no key back, until it has caught up', () => {
  const { wall, clock } = startClock();
  clock.stamp('a');
  wall.nowMs = 400;
  expect([clock.stamp('a'), clock.stamp('a'), clock.stamp('b')]).toEqual([1001, 1002, 400]);
  wall.nowMs = 1003;
  expect(clock.stamp('a')).toBe(1003);
});

test('a key that was forgotten is stamped later than it ever was', () => {
  const { wall, clock } = startClock({ remembered: 4 });
  expect(clock.stamp('a')).toBe(1000);
  wall.nowMs = 100;
  for (let i = 0; i < 10; i++) clock.stamp(`other ${i}`);
  expect(clock.stamp('a')).toBeGreaterThan(1000);
});

test('a key of many kilobytes is as good as a short one', () => {
  const { clock } = startClock();
  const long = 'k'.repeat(10_000);
  expect([clock.stamp(`${long}a`), clock.stamp(`${long}b`), clock.stamp(`${long}a`)]).toEqual([
    1000, 1000, 1001,
  ]);
});

test('for every key timestamps strictly increase, whatever the wall clock does and whatever is forgotten', () => {
  const step = fc.record({ key: fc.nat(12), moveMs: fc.integer({ min: -5000, max: 5000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (steps, remembered) => {
      const { wall, clock } = startClock({ remembered });
      const last = new Map<string, number>();
      for (const { key, moveMs } of steps) {
        wall.nowMs += moveMs;
        const name = `${key}`.repeat(key === 0 ? 300 : 1);
        const timestampMs = clock.stamp(name);
        expect(timestampMs).toBeGreaterThan(last.get(name) ?? -Infinity);
        expect(timestampMs).toBeGreaterThanOrEqual(wall.nowMs);
        last.set(name, timestampMs);
      }
    }),
  );
});
