// Values and timestamps of the text format.
import { describe } from 'vitest';
import { bodyCases } from '../body-cases.ts';
import { sample } from '../read-body.ts';

const { refuses, takes } = bodyCases();

const NUMBERS: readonly (readonly [token: string, value: number])[] = [
  ['0', 0],
  ['-0', -0],
  ['+0', 0],
  ['1', 1],
  ['+2.5', 2.5],
  ['-15.5', -15.5],
  ['.5', 0.5],
  ['-.5', -0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1E+3', 1000],
  ['1e-3', 0.001],
  ['1.e2', 100],
  ['.1e1', 1],
  ['007', 7],
  ['00.10', 0.1],
  ['1e05', 100_000],
  ['123.45', 123.45],
  ['0.1', 0.1],
  ['1e22', 1e22],
  ['1e23', 1e23],
  ['9007199254740993', 9007199254740992],
  ['0.123456789012345', 0.123456789012345],
  ['1.23e-4', 1.23e-4],
  ['1.7976931348623157e+308', Number.MAX_VALUE],
  ['2.2250738585072014e-308', 2.2250738585072014e-308],
  ['5e-324', 5e-324],
  ['1e-400', 0],
  ['-1e-400', -0],
  ['0e999999', 0],
  [`1${'0'.repeat(300)}e-300`, 1],
];

const NO_NUMBERS = [
  ...['0x10', '0x1p-2', '0b1', '0o7', '1_000', '1,5', '1f', '"1"', '1e', '1e+', '1e-', 'e5', '.', '+', '-'],
  ...['--1', '+-1', '1-', '1.2.3', '1e5.0', '1e5e5', '+NaN', '-NaN', 'NaNs', 'nil', 'none', 'in', 'infin'],
  ...['Infinit', 'infinityy', 'StaleNaN', '１', '٣', '1٣', 'true', '∞'],
  ...['1e400', '-1e400', '1e309', '1.7976931348623159e308', `1${'0'.repeat(309)}`, '1e99999999999'],
];

describe('a value', () => {
  for (const token of NO_NUMBERS)
    refuses(
      `the token ${token.slice(0, 30)}`,
      `m ${token}\n`,
      1,
      `expected a number as value, found ${shown(token)}`,
    );
  refuses('nothing', 'm \n', 1, 'expected a number as value, found the end of the line');
  refuses('nothing after labels', 'm{a="b"}\n', 1, 'expected a number as value, found the end of the line');
  const long = `0.${'1'.repeat(2047)}`;
  refuses('a number of 2,049 bytes', `m ${long}\n`, 1, `expected a number as value, found ${shown(long)}`);
  for (const [token, value] of NUMBERS)
    takes(`the number ${token.slice(0, 30)}`, `m ${token}\n`, sample('m', {}, value));
  for (const token of ['inf', 'Inf', '+INF', 'infinity', '+iNfInItY'])
    takes(`the number ${token}`, `m ${token}\n`, sample('m', {}, Infinity));
  for (const token of ['-inf', '-Inf', '-Infinity'])
    takes(`the number ${token}`, `m ${token}\n`, sample('m', {}, -Infinity));
  for (const token of ['nan', 'NaN', 'NAN'])
    takes(`the number ${token}`, `m ${token}\n`, sample('m', {}, NaN));
});

describe('a timestamp', () => {
  const wanted = 'expected a timestamp in whole milliseconds after the value';
  const beyond = ['9223372036854775808', '-9223372036854775809', '9007199254740992', `1${'0'.repeat(50)}`];
  for (const token of [
    '1.5',
    '1e3',
    '0x10',
    '1_0',
    '1.',
    '+',
    '-',
    '--1',
    'NaN',
    'Inf',
    '"5"',
    '٣',
    ...beyond,
  ])
    refuses(`the timestamp ${token}`, `m 1 ${token}\n`, 1, `${wanted}, found ${JSON.stringify(token)}`);
  const times: readonly (readonly [token: string, timestampMs: number])[] = [
    ['0', 0],
    ['-0', 0],
    ['+7', 7],
    ['-5', -5],
    ['007', 7],
    ['1700000000123', 1_700_000_000_123],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
  ];
  for (const [token, timestampMs] of times)
    takes(`the timestamp ${token}`, `m 1 ${token}\n`, sample('m', {}, 1, timestampMs));
  takes(
    'one in some lines only',
    'm 1 5\nm 1\nm 1 0\n',
    sample('m', {}, 1, 5),
    sample('m', {}, 1),
    sample('m', {}, 1, 0),
  );
});

/** A token as messages show it. */
function shown(token: string): string {
  return JSON.stringify(token.length > 60 ? `${token.slice(0, 60)}…` : token);
}
