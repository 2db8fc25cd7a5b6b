// How values of `le` and `quantile` are written.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFloat, isPlainlyCanonical, renderBucketLabel } from '../../src/exposition/canonical-float.ts';
import { parseFloatToken } from '../../src/exposition/number-scanner.ts';

const STYLES = ['canonical', 'openmetrics', 'verbatim'] as const;

describe('a value of le', () => {
  test('is refused in every style if it is not a number', () => {
    for (const token of ['', ' ', 'x', '0x1', '1_0', '1e400', '-NaN', '1 ', '１'])
      for (const style of STYLES) expect(renderBucketLabel(token, style)).toBeUndefined();
  });

  test('is refused in linear time, however long it is', () => {
    // Takes minutes if each digit is tried as the first of a second run.
    expect(renderBucketLabel(`${'1'.repeat(1_000_000)}x`, 'verbatim')).toBeUndefined();
  });

  const renders = (token: string, canonical: string, openmetrics: string, verbatim = token) =>
    test(`${token} is written ${canonical}, in OpenMetrics ${openmetrics}`, () => {
      expect(STYLES.map((style) => renderBucketLabel(token, style))).toEqual([
        canonical,
        openmetrics,
        verbatim,
      ]);
    });
  renders('1.0', '1', '1.0');
  renders('0.10', '0.1', '0.1');
  renders('1000000', '1e+06', '1e+06');
  renders('0.00001', '1e-05', '1e-05');
  renders('inf', '+Inf', '+Inf', '+Inf');
  renders('+Infinity', '+Inf', '+Inf', '+Inf');
  renders('-inf', '-Inf', '-Inf');
  renders('nan', 'NaN', 'NaN');
  renders('0.0001', '0.0001', '0.0001');
  renders('100000', '100000', '100000.0');
  renders('999999', '999999', '999999.0');
  renders('999999.5', '999999.5', '999999.5');
  renders('1234567', '1.234567e+06', '1.234567e+06');
  renders('0.00009', '9e-05', '9e-05');
  renders('0', '0', '0.0');
  renders('-0', '0', '0.0');
  renders('1', '1', '1.0');
  renders('-1', '-1', '-1.0');
  renders('-2.50', '-2.5', '-2.5');
  renders('1e100', '1e+100', '1e+100');
  renders('5e-324', '5e-324', '5e-324');
  renders('+.5', '0.5', '0.5');
  renders('123456789', '1.23456789e+08', '1.23456789e+08');
  renders('0.1000000000000000055511151231257827', '0.1', '0.1');
  renders('1e21', '1e+21', '1e+21');
});

describe('a rendered number', () => {
  test('is read back as the same double, and rendered again as itself', () => {
    check(anyDouble(), (value) => {
      const text = formatFloat(value);
      expect(parseFloatToken(text)).toBe(Object.is(value, -0) ? 0 : value);
      expect(renderBucketLabel(text, 'canonical')).toBe(text);
      const withPoint = renderBucketLabel(text, 'openmetrics')!;
      expect(renderBucketLabel(withPoint, 'openmetrics')).toBe(withPoint);
      expect(renderBucketLabel(withPoint, 'canonical')).toBe(text);
    });
  });

  test('has an exponent exactly from 1e+06 up and below 1e-04, of two digits at least', () => {
    check(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const magnitude = Math.abs(value);
      const isPlain = value === 0 || (magnitude >= 1e-4 && magnitude < 1e6);
      expect(formatFloat(value)).toMatch(isPlain ? /^-?\d+(\.\d*[1-9])?$/ : /^-?\d(\.\d*[1-9])?e[+-]\d\d+$/);
    });
  });
});

describe('what looks canonical', () => {
  test('is rendered as it is', () => {
    let plain = 0;
    const token = fc.string({ unit: fc.constantFrom(...'00012359..'), minLength: 0, maxLength: 16 });
    fc.assert(
      fc.property(token, (text) => {
        if (!isPlain(text)) return;
        plain++;
        expect(renderBucketLabel(text, 'canonical')).toBe(text);
      }),
      { numRuns: 30_000 },
    );
    expect(plain).toBeGreaterThan(1000);
  });

  test('is every short number that is canonical', () => {
    for (const text of ['0', '1', '10', '999999', '0.1', '0.001', '0.0001', '2.5', '123456.12345678'])
      expect([text, isPlain(text)]).toEqual([text, true]);
    for (const text of [
      '',
      '.',
      '1.',
      '.5',
      '00',
      '01',
      '1.0',
      '1000000',
      '0.00001',
      '1e5',
      '-1',
      '+1',
      'Inf',
      '1 ',
    ])
      expect([text, isPlain(text)]).toEqual([text, false]);
  });

  test('is looked at inside its range only', () => {
    expect(isPlainlyCanonical(Buffer.from('x12.5y'), 1, 5)).toBe(true);
    expect(isPlainlyCanonical(Buffer.from('12.50'), 0, 4)).toBe(true);
  });
});

function isPlain(text: string): boolean {
  return isPlainlyCanonical(Buffer.from(text), 0, text.length);
}

function anyDouble(): fc.Arbitrary<number> {
  const short = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -12, max: 12 }));
  return fc.oneof(
    fc.double(),
    short.map(([n, e]) => Number(`${n}e${e}`)),
  );
}

function check<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, holds), { numRuns: 3000 });
}
