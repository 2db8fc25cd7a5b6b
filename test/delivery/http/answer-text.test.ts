import { describe, expect, test } from 'vitest';
import { parseRetryAfter, printable, printableText } from '../../../src/delivery/http/answer-text.ts';

const cases: [string, string][] = [
  ["Error: Invalid label name '__invalid__'", "Error: Invalid label name '__invalid__'"],
  ['Überlauf 🙂', 'Überlauf 🙂'],
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\u0000\u001b[2J\u007f\u009b', '\\u0000\\u001b[2J\\u007f\\u009b'],
  ['a\u2028b\u202ec', 'a\\u2028b\\u202ec'],
];
test.each(cases)('%j is printed as %j', (text, printed) => {
  expect(printable(text)).toBe(printed);
});

test('bytes that are not UTF-8 become U+FFFD', () => {
  expect(printableText(Uint8Array.from([0x61, 0xc3, 0x28, 0xff]))).toBe('a\ufffd(\ufffd');
});

const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 30);
const parse = (value: string | string[] | undefined) => parseRetryAfter(value, NOW_MS);

describe('Retry-After is ignored if it is', () => {
  const useless = [
    '0',
    '-5',
    '',
    'abc',
    '1.5',
    '120abc',
    '1e3',
    ' 5',
    '+5',
    '1994-11-06T08:49:37Z',
    '1994-11-06',
    'Sun, 06 Nov 1994 08:49:30 GMT',
    'Sun, 06 Nov 1994 08:49:29 GMT',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 99:49:37 GMT',
  ];
  test.each(useless)('%j', (value) => {
    expect(parse(value)).toBe(undefined);
  });

  test('missing or sent twice', () => {
    expect(parse(undefined)).toBe(undefined);
    expect(parse(['5', '5'])).toBe(undefined);
  });
});

describe('Retry-After in seconds', () => {
  test('is whole seconds', () => {
    expect(parse('120')).toBe(120_000);
    expect(parse('007')).toBe(7000);
  });

  test.each(['99999999999', '9223372036854775808', '9'.repeat(10_000)])('may be huge', (value) => {
    expect(parse(value)).toBeGreaterThanOrEqual(99_999_999_999_000);
    expect(parse(value)).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  });
});

describe('Retry-After as a date', () => {
  const forms = [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ];
  test.each(forms)('is taken in every form of HTTP: %s', (value) => {
    expect(parse(value)).toBe(7000);
  });

  test('may be far away', () => {
    expect(parse('Fri, 31 Dec 9999 23:59:59 GMT')).toBeGreaterThan(200_000_000_000_000);
  });
});
