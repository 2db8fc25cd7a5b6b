import { expect, test } from 'vitest';
import {
  negativeBounds,
  outsideZero,
  positiveBounds,
  upperBounds,
} from '../../../src/devbackend/store/stored-histogram.ts';

const CUSTOM = -53;

function upper(index: number, schema: number, customValues: readonly number[] = []): number {
  return upperBounds(schema, customValues)(index);
}

test('powers of two are exact in every schema', () => {
  for (let schema = -4; schema <= 8; schema++) {
    for (const exponent of [-1072, -16, 0, 16, 1008]) {
      expect(upper(exponent * 2 ** schema, schema), `${exponent} in ${schema}`).toBe(2 ** exponent);
    }
  }
});

test('2^schema buckets double the bound, each by the same factor', () => {
  for (let schema = 1; schema <= 8; schema++) {
    const factor = 2 ** (1 / 2 ** schema);
    for (let index = -300; index < 300; index++) {
      const ratio = upper(index + 1, schema) / upper(index, schema);
      expect(Math.abs(ratio / factor - 1), `${index} in ${schema}`).toBeLessThan(1e-15);
    }
  }
});

test('the bucket of the largest numbers ends at the largest number, the next one at infinity', () => {
  for (const [schema, index] of [
    [-4, 64],
    [0, 1024],
    [8, 262_144],
  ] as const) {
    expect(upper(index, schema)).toBe(Number.MAX_VALUE);
    expect(upper(index + 1, schema)).toBe(Infinity);
    expect(upper(index - 1, schema)).toBeLessThan(Number.MAX_VALUE);
  }
});

test('custom buckets reach from below every value to above', () => {
  expect([-1, 0, 1, 2].map((index) => upper(index, CUSTOM, [-1, 5]))).toEqual([-Infinity, -1, 5, Infinity]);
  const boundOf = upperBounds(CUSTOM, [-1, 5]);
  expect(positiveBounds(0, CUSTOM, boundOf)).toEqual({ rule: 3, lower: -Infinity, upper: -1 });
  expect(positiveBounds(1, CUSTOM, boundOf)).toEqual({ rule: 0, lower: -1, upper: 5 });
});

test('a bucket is open towards zero on either side', () => {
  const boundOf = upperBounds(0, []);
  expect(positiveBounds(1, 0, boundOf)).toEqual({ rule: 0, lower: 1, upper: 2 });
  expect(negativeBounds(1, boundOf)).toEqual({ rule: 1, lower: -2, upper: -1 });
});

test('what a bucket shares with the zero bucket is left to that one', () => {
  const cut = (lower: number, end: number, threshold: number) => {
    const bounds = outsideZero({ rule: 0, lower, upper: end }, threshold);
    return [bounds.lower, bounds.upper];
  };
  expect(cut(1, 2, 1.5)).toEqual([1.5, 2]);
  expect(cut(-2, -1, 1.5)).toEqual([-2, -1.5]);
  expect(cut(1, 2, 1)).toEqual([1, 2]);
  expect(cut(-2, -1, 0.5)).toEqual([-2, -1]);
});
