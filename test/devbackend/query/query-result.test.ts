import { expect, test } from 'vitest';
import { formatValue } from '../../../src/devbackend/query/query-result.ts';

test('values are written as Prometheus writes them', () => {
  const cases: [value: number, text: string][] = [
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
    [0, '0'],
    [-0, '-0'],
    [42, '42'],
    [0.1, '0.1'],
    [1e-6, '0.000001'],
    [1e-7, '1e-07'],
    [1.5e-10, '1.5e-10'],
    [1e20, '100000000000000000000'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
  ];
  for (const [value, text] of cases) expect(formatValue(value)).toBe(text);
});
