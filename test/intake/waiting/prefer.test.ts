// The Prefer header, by the grammar and the examples of RFC 7240.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPrefer } from '../../../src/intake/waiting/prefer.ts';

function reads(header: string, waitSeconds: number | undefined, respondAsync = false): void {
  expect([header, readPrefer(header)]).toEqual([header, { waitSeconds, respondAsync }]);
}

test('what is malformed is passed over, and the rest of the list is read', () => {
  reads('', undefined);
  reads(',, ,', undefined);
  reads('=5, wait=2', 2);
  reads('wait=3 4, respond-async', undefined, true);
  reads('wait=3;=, respond-async', undefined, true);
  reads('wait="3"x, respond-async', undefined, true);
  reads('wa it=3, respond async', undefined);
  reads('@=3, wait=3', 3);
  reads('x="a\\', undefined);
  // Quotes that do not end take the rest with them.
  reads('respond-async, x="wait=3, wait=4', undefined, true);
  reads('"wait=3", wait=4', 4);
});

test('a wait that is no number of seconds is none', () => {
  for (const value of ['', '=', '=""', '=-1', '=+1', '=1.5', '=1e3', '=0x10', '=ten', '=" 3"', '=1_000'])
    reads(`wait${value}`, undefined);
  reads('wait; x=3', undefined);
});

test('unknown preferences and parameters are passed over', () => {
  reads('return=minimal', undefined);
  reads('handling=lenient, wait=100, respond-async', 100, true);
  reads('waits=3, wait-=4, respond-asynchronously', undefined);
  reads('priority=5; wait=3', undefined);
  reads('foo; bar=""; baz ;; , wait=7', 7);
  reads('depth-noroot, wait=1', 1);
});

test('the examples of RFC 7240', () => {
  reads('respond-async, wait=10', 10, true);
  reads('respond-async', undefined, true);
  reads('respond-async, wait=100, handling=lenient', 100, true);
  reads('wait=10', 10);
  reads('foo; bar', undefined);
  reads('foo; bar=""', undefined);
  reads('foo=""; bar', undefined);
  reads('Lenient', undefined);
});

test('names in any case, blanks in all allowed places, quoted values with escapes, and parameters', () => {
  reads('WAIT=3', 3);
  reads('Respond-Async', undefined, true);
  reads('  wait \t=\t 3  ', 3);
  reads('\twait = 3 ; a ; b = "," ; c="\\"" ,\trespond-async\t', 3, true);
  reads('wait="12"', 12);
  reads('wait="1\\2"', 12);
  reads('respond-async=1; x', undefined, true);
  reads('wait=007', 7);
  reads('wait=0', 0);
});

test('a comma in quotes separates nothing', () => {
  reads('foo="a, wait=3, b", wait=4', 4);
  reads('foo="\\", wait=3", wait=4', 4);
});

test('of a preference that is named twice the first counts, whatever its value', () => {
  reads('wait=1, wait=2', 1);
  reads('wait=1, WAIT=2', 1);
  reads('wait=x, wait=2', undefined);
  reads('wait, wait=2', undefined);
});

test('a number too large for one is endless', () => {
  reads(`wait=${'9'.repeat(400)}`, Infinity);
  reads(`wait=${2 ** 53}`, 2 ** 53);
});

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}$/);
const quoted = fc
  .string({ maxLength: 8 })
  .map((text) => `"${text.replace(/[^ -~]/g, '').replace(/["\\]/g, '\\$&')}"`);
const blank = fc.stringMatching(/^[ \t]{0,2}$/);
const value = fc.tuple(blank, blank, fc.oneof(token, quoted)).map(([a, b, word]) => `${a}=${b}${word}`);
const parameter = fc
  .tuple(blank, blank, token, fc.option(value, { nil: '' }))
  .map(([a, b, name, v]) => `${a};${b}${name}${v}`);
const other = fc
  .tuple(
    token.filter((name) => !/^(?:wait|respond-async)$/i.test(name)),
    fc.option(value, { nil: '' }),
    fc.array(parameter, { maxLength: 3 }),
  )
  .map(([name, v, parameters]) => name + v + parameters.join(''));

test('a wait is found among any others, and the number is the one that was written', () => {
  fc.assert(
    fc.property(
      fc.array(other, { maxLength: 4 }),
      fc.nat(),
      fc.array(parameter, { maxLength: 2 }),
      fc.array(other, { maxLength: 4 }),
      (before, seconds, parameters, after) => {
        const header = [...before, `wait=${seconds}${parameters.join('')}`, ...after].join(' , ');
        expect(readPrefer(header)).toEqual({ waitSeconds: seconds, respondAsync: false });
      },
    ),
  );
});

test('no text is an error', () => {
  const pieces = fc.constantFrom(
    'wait',
    '=',
    '3',
    '"',
    '\\',
    ',',
    ';',
    ' ',
    '\t',
    'respond-async',
    '\xe4',
    '@',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (text) => {
      const { waitSeconds } = readPrefer(text.join(''));
      expect(waitSeconds === undefined || waitSeconds >= 0).toBe(true);
    }),
  );
});
