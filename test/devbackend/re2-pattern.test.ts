import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QueryError } from '../../src/devbackend/query-error.ts';
import { compileRe2 } from '../../src/devbackend/re2-pattern.ts';

function refuses(pattern: string, rest: string): void {
  const message = `Cannot parse pattern ${JSON.stringify(pattern)}${rest}`;
  expect(() => compileRe2(pattern), pattern).toThrow(new QueryError(message));
}

test('what RE2 does not know is refused with the position', () => {
  refuses('a(?=b)', ' at position 2: expected a group of RE2, found "(?=b"');
  refuses('(?<!a)b', ' at position 1: expected a group of RE2, found "(?<!"');
  refuses('(a)\\1', ' at position 4: expected an escape of RE2, found "\\\\1"');
  refuses('a\\', ' at position 2: expected an escape of RE2, found "\\\\"');
  refuses('a(?i)b', ' at position 2: expected flags at the start of the pattern or a group, found "(?i)"');
  refuses('(a', ' at position 3: expected ")", found the end');
  refuses('a)', ' at position 2: expected "(" before it, found ")"');
  refuses('[a', ' at position 3: expected "]"');
  refuses('[z-a]', ' at position 5: expected a rising range before it');
  refuses('[[:nothing:]]', ' at position 2: expected a class such as [:alpha:]');
  refuses('[[:constructor:]]', ' at position 2: expected a class such as [:alpha:]');
  refuses('a{1001}', ' at position 2: expected at most 1000 repeats, found "{100"');
  refuses('*a', ': expected RE2 syntax, found Nothing to repeat');
  refuses('\\p{Nothing}', ': expected RE2 syntax, found Invalid property name');
});

test('a pattern of more than 4000 characters is refused', () => {
  expect(() => compileRe2('a'.repeat(4001))).toThrow(
    new QueryError('Cannot parse pattern: expected at most 4000 characters, found 4001'),
  );
});

test('patterns match whole values as RE2 does', () => {
  const cases: [pattern: string, value: string, isMatch: boolean][] = [
    ['a|b', 'ab', false],
    ['a|b', 'b', true],
    ['.*', 'a\nb', true],
    ['(?-s).*', 'a\nb', false],
    ['(?i)AbC|d', 'D', true],
    ['x((?i)a|b)c', 'xBc', true],
    ['x((?i)a|b)c', 'XBc', false],
    ['(?i:a)b', 'Ab', true],
    ['(?i:a)b', 'AB', false],
    ['(?P<name>a)(?<name>b)', 'ab', true],
    ['(?U)a+', 'aa', true],
    ['a\\-b\\_\\"', 'a-b_"', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\Qa.b', 'a.b', true],
    ['\\x41\\x{1F600}\\t', 'A😀\t', true],
    ['\\Aab\\z', 'ab', true],
    ['\\147o\\0', 'go\0', true],
    ['\\s', '\u00a0', false],
    ['[\\S]', '\u00a0', true],
    ['\\d+', '42', true],
    ['\\pL\\p{Lu}\\p{Greek}\\P{Lu}\\p{^Lu}', 'aBγcd', true],
    ['[]a]+', ']a', true],
    ['[^]a]', 'b', true],
    ['[\\w-.]+', 'a-.', true],
    ['[a-c-]+', 'b-', true],
    ['[[:alpha:][:digit:]_]+', 'a1_', true],
    ['[[]', '[', true],
    ['[\\]\\\\]+', ']\\', true],
    ['[\\x41-C]+', 'ABC', true],
    ['a{2}', 'aa', true],
    ['a{,2}', 'a{,2}', true],
    ['{}', '{}', true],
    ['a]', 'a]', true],
    ['.', '😀', true],
    ['', '', true],
  ];
  for (const [pattern, value, isMatch] of cases) {
    expect(compileRe2(pattern).test(value), `${pattern} on ${JSON.stringify(value)}`).toBe(isMatch);
  }
});

test('random patterns are compiled or refused, and never crash', () => {
  const token = fc.constantFrom(
    'a',
    '(',
    ')',
    '[',
    ']',
    '\\',
    '{',
    '}',
    '1',
    ',',
    '-',
    '^',
    '?',
    ':',
    '|',
    '*',
    'Q',
    'E',
    'p',
    '(?i)',
    '[:alpha:]',
    '😀',
  );
  const pattern = fc.oneof(
    fc.string(),
    fc.array(token).map((tokens) => tokens.join('')),
  );
  fc.assert(
    fc.property(pattern, (candidate) => {
      try {
        compileRe2(candidate);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
