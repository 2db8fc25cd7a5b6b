// Values are read bit-exact, by each of the scanner's methods.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NumberScanner, parseFloatToken } from '../../src/exposition/number-scanner.ts';

const RUNS = 3000;
const STRICT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

describe('the number scanner', () => {
  test('refuses what does not end at a blank, a line feed or the limit', () => {
    for (const token of ['1x', '1\r', '1\0', '1{', '1"', '1é', '1#'])
      expect(scan(`${token} `)).toBeUndefined();
    for (const end of [' ', '\t', '\n', ' 5\n']) expect(scan(`12.5${end}`)).toEqual([12.5, 4]);
  });

  test('stops at the limit even if digits follow', () => {
    for (const [limit, value] of [
      [1, 1],
      [2, 12],
      [3, 12],
      [4, 12.5],
    ] as const)
      expect(scan('12.5678 ', limit)).toEqual([value, limit]);
    expect(scan('1e56 ', 3)).toEqual([1e5, 3]);
    expect(scan('1e5 ', 2)).toBeUndefined();
  });

  test('reads every double in the spellings of JavaScript, Go, C and Python', () => {
    check(fc.double({ noNaN: true }), (value) => {
      for (const token of spellings(value)) expect([token, scan(`${token} `)?.[0]]).toEqual([token, value]);
    });
  });

  test('reads every double by its bits', () => {
    check(fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)), ([high, low]) => {
      const value = doubleOf(high, low);
      if (!Number.isFinite(value)) return;
      for (const token of spellings(value)) expect([token, scan(`${token} `)?.[0]]).toEqual([token, value]);
    });
  });

  test('agrees with a strict pattern and Number() on anything that looks like a number', () => {
    check(numberLike(), agrees);
  });

  test('agrees on decimals of 14 to 25 digits with exponents around its bounds', () => {
    check(longDecimal(), agrees);
  });

  test('agrees on decimals halfway between two doubles, and next to them', () => {
    check(halfway(), agrees);
  });

  test('agrees at the ends of the range', () => {
    const ends = [
      '1.7976931348623157e308',
      '1.7976931348623158e308',
      '1.7976931348623159e308',
      '2.2250738585072011e-308',
    ];
    const tiny = [
      '4.9406564584124654e-324',
      '2.4703282292062327e-324',
      '2.4703282292062328e-324',
      '1e-325',
      '0.000e-400',
    ];
    for (const token of [...ends, ...tiny, '9'.repeat(309), `0.${'0'.repeat(330)}1`]) agrees(token);
  });

  test('a wrong letter anywhere in a number makes it none, as the pattern says', () => {
    const parts = fc.tuple(
      longDecimal(),
      fc.nat(),
      fc.constantFrom('_', 'x', ',', '.', 'e', '+', '-', ' ', '\0', 'é', 'n', '/', ':'),
    );
    check(parts, ([token, place, letter]) => {
      const at = place % (token.length + 1);
      const broken = token.slice(0, at) + letter + token.slice(at);
      if (!broken.includes(' ')) agrees(broken);
    });
  });

  test('keeps nothing of the number before', () => {
    const target = new Float64Array(2);
    const scanner = new NumberScanner(target, 0);
    const expected: [string, number][] = [
      ['-12345678901234567890e-3', -12345678901234568],
      ['0', 0],
      ['nan', NaN],
      ['-0', -0],
      ['7', 7],
    ];
    for (const [token, value] of expected) {
      expect(scanner.scan(Buffer.from(token), 0, token.length)).toBe(true);
      expect([...target]).toEqual([value, 0]);
    }
  });
});

/** The value and where its token ended; undefined if it is refused. */
function scan(text: string, limit?: number): [number, number] | undefined {
  const bytes = Buffer.from(text);
  const target = new Float64Array(1);
  const scanner = new NumberScanner(target, 0);
  return scanner.scan(bytes, 0, limit ?? bytes.length) ? [target[0]!, scanner.end] : undefined;
}

function agrees(token: string): void {
  const expected = STRICT.test(token) && Number.isFinite(Number(token)) ? Number(token) : undefined;
  expect([token, scan(`${token}\n`)?.[0]]).toEqual([token, expected]);
  expect([token, parseFloatToken(token)]).toEqual([token, expected]);
}

function check<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, holds), { numRuns: RUNS });
}

function spellings(value: number): string[] {
  const exact = value.toExponential();
  const twoDigitExponent = exact.replace(/e([+-])(\d)$/, 'e$10$2');
  const python = /^-?\d+$/.test(String(value)) ? `${value}.0` : String(value);
  const texts = [
    String(value),
    exact,
    exact.toUpperCase(),
    twoDigitExponent,
    value.toExponential(16),
    value.toExponential(20),
    python,
  ];
  if (Math.abs(value) < 1e21 && Math.abs(value) > 1e-60)
    texts.push(value.toFixed(100), value.toPrecision(17));
  return texts
    .map((text) => (Object.is(value, -0) && !text.startsWith('-') ? `-${text}` : text))
    .map(infinity);
}

/** Infinity as all of them take it. */
function infinity(text: string): string {
  return text.replace(/infinity(\.0)?/i, 'Inf');
}

function doubleOf(high: number, low: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, high);
  view.setUint32(4, low);
  return view.getFloat64(0);
}

function numberLike(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...'00123456789..eE+-'), minLength: 0, maxLength: 12 });
}

function longDecimal(): fc.Arbitrary<string> {
  const exponents = [0, 1, 15, 16, 21, 22, 23, 24, 37, 290, 307, 308, 309, 323, 324, 325];
  const exponent = fc.oneof(
    fc.constantFrom(...exponents, ...exponents.map((e) => -e)),
    fc.integer({ min: -340, max: 340 }),
  );
  const digits = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 14, maxLength: 25 }),
    fc.string({ unit: fc.constantFrom('0', '9', '5'), minLength: 1, maxLength: 25 }),
  );
  return fc
    .tuple(fc.constantFrom('', '-', '+'), digits, fc.nat(25), fc.option(exponent))
    .map(([sign, text, point, e]) => {
      const at = point % (text.length + 1);
      const mantissa = at === text.length ? text : `${text.slice(0, at)}.${text.slice(at)}`;
      return `${sign}${mantissa}${e === null ? '' : `e${e}`}`;
    });
}

/** Whole numbers exactly between two doubles, scaled down so that they have a point, and their neighbours. */
function halfway(): fc.Arbitrary<string> {
  const wide = fc.bigInt({ min: 2n ** 53n, max: 2n ** 54n - 1n });
  return fc
    .tuple(wide, fc.nat(10), fc.nat(22), fc.constantFrom(-1n, 0n, 1n))
    .map(([n, shift, scale, step]) => {
      const middle = ((2n * (n >> 1n) + 1n) << BigInt(shift)) + step;
      return `${middle}${scale === 0 ? '' : `e${scale % 2 === 0 ? '-' : ''}${scale}`}`;
    });
}
