import { expect, test } from 'vitest';
import { CollisionError, ProbeBudget } from '../../src/wire/probe-budget.ts';

test('look-ups that take hundreds of steps each are refused', () => {
  const budget = new ProbeBudget();
  const lookUpAll = () => {
    for (let entries = 0; entries < 1000; entries++) budget.spend(entries, entries);
  };
  expect(lookUpAll).toThrow(CollisionError);
  budget.reset();
  expect(() => budget.spend(1000, 1000)).not.toThrow();
});

test('any number of look-ups of a few steps is taken', () => {
  const budget = new ProbeBudget();
  for (let i = 0; i < 1_000_000; i++) budget.spend(32, 10);
});
