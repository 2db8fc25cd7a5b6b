// Seconds become milliseconds exactly, rounded once and half up.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SecondsScanner } from '../../../src/exposition/text/timestamp-scanner.ts';
import { holdsForSeeds, type SeededRandom } from '../../support/seeded-random.ts';

/** The milliseconds of the token and where it ended, or undefined if it is refused. */
function scan(text: string, limit = Buffer.byteLength(text)): readonly [number, number] | undefined {
  const target = new Float64Array([7, 7, 7]);
  const scanner = new SecondsScanner(target, 1);
  const bytes = Buffer.from(`${text}\0\0\0\0`);
  const isTaken = scanner.scan(bytes, 0, limit);
  expect([target[0], target[2]]).toEqual([7, 7]);
  return isTaken ? [target[1]!, scanner.end] : undefined;
}

describe('a timestamp in seconds', () => {
  const words = ['', '+', '-', '.', '-.', 'e5', '.e5', '1e', '1e+', '1e-', '1e5.0', '1e5e5', '1.2.3', '--1'];
  const others = [
    'NaN',
    'Inf',
    '+Inf',
    'infinity',
    '0x10',
    '0b1',
    '1_0',
    '1,5',
    '1s',
    '"1"',
    '１',
    '٣',
    '1\r',
  ];
  for (const token of [...words, ...others])
    test(`is not ${JSON.stringify(token)}`, () => expect(scan(token)).toBeUndefined());

  for (const token of [
    '9007199254740.992',
    '-9007199254740.992',
    '9007199254740.9915',
    '9007199254740991',
    '1e20',
    '1e400',
    '1e999999999999999999999',
    `1${'0'.repeat(5000)}`,
    '90071992547409920000e-7',
  ])
    test(`is not ${token.slice(0, 30)}, which is beyond safe integers`, () =>
      expect(scan(token)).toBeUndefined());

  const cases: readonly (readonly [token: string, timestampMs: number])[] = [
    ['0', 0],
    ['-0', 0],
    ['-0.0001', 0],
    ['+7', 7000],
    ['-5', -5000],
    ['007', 7000],
    ['.5', 500],
    ['5.', 5000],
    ['1700000000', 1_700_000_000_000],
    ['1700000000.123', 1_700_000_000_123],
    ['1.700000000123e+09', 1_700_000_000_123],
    ['1.700000000123E9', 1_700_000_000_123],
    ['1700000000123e-3', 1_700_000_000_123],
    ['1234567890.1235', 1_234_567_890_124],
    ['1234567890.12349999999999999999999999', 1_234_567_890_123],
    ['1234567890.1235000000000000000000001', 1_234_567_890_124],
    ['-1234567890.1235', -1_234_567_890_123],
    ['-1234567890.12350000000000000000001', -1_234_567_890_124],
    ['-1234567890.1235001', -1_234_567_890_124],
    ['-1234567890.123500010', -1_234_567_890_124],
    ['-900719925474.0995', -900_719_925_474_099],
    ['900719925474.0995', 900_719_925_474_100],
    ['0.0005', 1],
    ['-0.0005', 0],
    ['-0.00050000000000000000000000001', -1],
    ['0.00049999999999999999999999999', 0],
    ['5e-4', 1],
    ['5e-5', 0],
    ['9007199254740.991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740.991', Number.MIN_SAFE_INTEGER],
    ['9007199254740.9914', Number.MAX_SAFE_INTEGER],
    ['9007199254740.990', Number.MAX_SAFE_INTEGER - 1],
    ['0e999999999999', 0],
    ['1e-999999999999', 0],
    [`${'0'.repeat(5000)}1.5`, 1500],
    [`1.5${'0'.repeat(5000)}`, 1500],
    [`1${'0'.repeat(300)}e-300`, 1000],
    [`0.${'0'.repeat(300)}1e301`, 1000],
  ];
  for (const [token, timestampMs] of cases)
    test(`of ${token.slice(0, 40)} is ${timestampMs} ms`, () => {
      expect(scan(token)).toEqual([timestampMs, token.length]);
    });

  test('ends before a blank, a line feed or the limit, and nowhere else', () => {
    for (const end of [' ', '\t', '\n', ' #']) expect(scan(`1.5${end}`)).toEqual([1500, 3]);
    for (const end of ['#', '\r', '\0', '{', '\v']) expect(scan(`1.5${end}`)).toBeUndefined();
    expect(scan('1.5xyz', 3)).toEqual([1500, 3]);
    expect(scan('1.5', 2)).toBeUndefined();
  });

  test('is what exact arithmetic makes of its digits', () => {
    let taken = 0;
    holdsForSeeds(20_000, (random) => {
      const token = decimal(random);
      const exact = exactMs(token);
      if (exact !== undefined) taken++;
      expect([token, scan(token)?.[0]]).toEqual([token, exact]);
    });
    expect(taken).toBeGreaterThan(5000);
  });

  test('of any whole number of milliseconds comes back, however it is written', () => {
    const ms = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: 0, max: 2 ** 42 }));
    fc.assert(
      fc.property(ms, (timestampMs) => {
        const magnitude = String(Math.abs(timestampMs)).padStart(4, '0');
        const plain = `${timestampMs < 0 ? '-' : ''}${magnitude.slice(0, -3)}.${magnitude.slice(-3)}`;
        for (const token of [plain, `${plain}000000`, `${timestampMs}e-3`, `${timestampMs}000e-6`])
          expect([token, scan(token)?.[0]]).toEqual([token, timestampMs]);
      }),
      { numRuns: 3000 },
    );
  });
});

function decimal(random: SeededRandom): string {
  const digits = (longest: number) => random.text([...'0012345678999'], longest);
  const whole = digits(random.pick([1, 3, 10, 14, 20]));
  const fraction = random.pick([digits(3), digits(25), `${digits(3)}5`, `${digits(3)}5${'0'.repeat(12)}`]);
  const exponent =
    random.nat(3) === 0 ? `${random.pick(['e', 'E'])}${random.pick(['', '+', '-'])}${random.nat(30)}` : '';
  return `${random.pick(['', '', '+', '-'])}${whole}${whole === '' || random.coin() ? `.${fraction}` : ''}${exponent}`;
}

/** The same by big integers; undefined if it is not a number or too large. */
function exactMs(token: string): number | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(token);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const scale = 3 + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  // Doubled, so that a half can be added; then divided downwards.
  const doubled = scale >= 0 ? 2n * digits * 10n ** BigInt(scale) + 1n : 2n * digits + 10n ** BigInt(-scale);
  const unit = scale >= 0 ? 2n : 2n * 10n ** BigInt(-scale);
  const floor = doubled / unit - (doubled < 0n && doubled % unit !== 0n ? 1n : 0n);
  const rounded = Number(floor);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}
