import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryBudget } from '../../../src/intake/push/memory-budget.ts';

/** What a push may hold without being counted; one that holds more is counted in full. */
const FREE = 16 * 1024;
const MAX = 10 * FREE;

test('a share that would pass the bound is refused and stays as it was', () => {
  const budget = new MemoryBudget(MAX);
  const share = budget.open();
  expect(share.hold(6 * FREE)).toBe(true);
  expect(share.hold(MAX + 1)).toBe(false);
  expect(budget.open().hold(4 * FREE + 1)).toBe(false);
  expect(budget.open().hold(4 * FREE)).toBe(true);
});

test('a small push is let in however much others hold', () => {
  const budget = new MemoryBudget(MAX);
  expect(budget.open().hold(MAX)).toBe(true);
  expect(budget.open().hold(FREE + 1)).toBe(false);
  for (let i = 0; i < 100; i++) expect(budget.open().hold(FREE)).toBe(true);
});

test('a push just over what is free counts in full: many such are bounded as well', () => {
  const budget = new MemoryBudget(MAX);
  const taken = Array.from({ length: 20 }, () => budget.open().hold(FREE + 1));
  expect(taken.filter(Boolean)).toHaveLength(9);
});

test('what a share gives up another may hold', () => {
  const budget = new MemoryBudget(MAX);
  const first = budget.open();
  first.hold(MAX);
  first.hold(3 * FREE);
  const second = budget.open();
  expect(second.hold(7 * FREE)).toBe(true);
  first.release();
  first.release();
  expect(second.hold(MAX)).toBe(true);
  expect(second.hold(MAX + 1)).toBe(false);
});

test('shares never hold more than the bound together, and nothing once all are released', () => {
  const use = fc.record({ share: fc.nat(4), bytes: fc.nat(3 * FREE) });
  fc.assert(
    fc.property(fc.array(use), fc.integer({ min: FREE + 1, max: 6 * FREE }), (uses, maxBytes) => {
      const budget = new MemoryBudget(maxBytes);
      const shares = Array.from({ length: 5 }, () => budget.open());
      const held = [0, 0, 0, 0, 0];
      for (const { share, bytes } of uses) {
        if (shares[share]!.hold(bytes)) held[share] = bytes > FREE ? bytes : 0;
        expect(held.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(maxBytes);
      }
      for (const share of shares) share.release();
      expect(budget.open().hold(maxBytes)).toBe(true);
    }),
  );
});
