import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryBudget } from '../../src/intake/memory-budget.ts';

/** What a push may hold without being counted. */
const FREE = 16 * 1024;

test('a share that would pass the bound is refused and stays as it was', () => {
  const budget = new MemoryBudget(1000);
  const share = budget.open();
  expect(share.hold(FREE + 600)).toBe(true);
  expect(share.hold(FREE + 1001)).toBe(false);
  expect(budget.open().hold(FREE + 401)).toBe(false);
  expect(budget.open().hold(FREE + 400)).toBe(true);
});

test('a small push is let in however much others hold', () => {
  const budget = new MemoryBudget(1000);
  expect(budget.open().hold(FREE + 1000)).toBe(true);
  expect(budget.open().hold(FREE + 1)).toBe(false);
  for (let i = 0; i < 100; i++) expect(budget.open().hold(FREE)).toBe(true);
});

test('what a share gives up another may hold', () => {
  const budget = new MemoryBudget(1000);
  const first = budget.open();
  first.hold(FREE + 1000);
  first.hold(FREE + 300);
  const second = budget.open();
  expect(second.hold(FREE + 700)).toBe(true);
  first.release();
  first.release();
  expect(second.hold(FREE + 1000)).toBe(true);
  expect(second.hold(FREE + 1001)).toBe(false);
});

test('shares never hold more than the bound together, and nothing once all are released', () => {
  const use = fc.record({ share: fc.nat(4), bytes: fc.nat(2 * FREE) });
  fc.assert(
    fc.property(fc.array(use), fc.nat(2 * FREE), (uses, maxBytes) => {
      const budget = new MemoryBudget(maxBytes);
      const shares = Array.from({ length: 5 }, () => budget.open());
      const held = [0, 0, 0, 0, 0];
      for (const { share, bytes } of uses) {
        if (shares[share]!.hold(bytes)) held[share] = Math.max(0, bytes - FREE);
        expect(held.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(maxBytes);
      }
      for (const share of shares) share.release();
      expect(budget.open().hold(FREE + maxBytes)).toBe(true);
    }),
  );
});
