import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMatcher } from '../../../src/devbackend/query/label-matcher.ts';
import { QueryError } from '../../../src/devbackend/query/selector-scanner.ts';

function matches(pattern: string, value: string): boolean {
  return createMatcher('a', '=~', pattern).matches(value);
}

function refuses(pattern: string, found: string): void {
  const message = `Cannot parse pattern ${JSON.stringify(pattern)}: expected RE2 syntax, found ${found}`;
  expect(() => createMatcher('a', '=~', pattern), pattern).toThrow(new QueryError(message));
}

test('what RE2 does not know is refused with the part that it could not read', () => {
  refuses('a(?=b)', '"(?=" (invalid or unsupported Perl syntax)');
  refuses('(?<!a)b', '"(?<!a)b" (invalid named capture)');
  refuses('(a)\\1', '"\\\\1" (invalid escape sequence)');
  refuses('a\\', '"" (trailing backslash at end of expression)');
  refuses('(a', '"(a" (missing closing ))');
  refuses('a)', '"a)" (unexpected ))');
  refuses('[a', '"[a" (missing closing ])');
  refuses('[z-a]', '"z-a" (invalid character class range)');
  refuses('[[:nothing:]]', '"[:nothing:]" (invalid character class range)');
  refuses('[[:constructor:]]', '"[:constructor:]" (invalid character class range)');
  refuses('a{1001}', '"{1001}" (invalid repeat count)');
  refuses('*a', '"*" (missing argument to repetition operator)');
  refuses('\\p{Nothing}', '"\\\\p{Nothing}" (invalid character class range)');
  refuses('\\Qa.b', '"^(?s:\\\\Qa.b)$" (missing closing ))');
});

test('a pattern of more than 4000 characters is refused', () => {
  expect(() => createMatcher('a', '!~', 'a'.repeat(4001))).toThrow(
    new QueryError('Cannot parse pattern: expected at most 4000 characters, found 4001'),
  );
});

test('a pattern that repetitions make too long is refused', () => {
  const pattern = `(${'.'.repeat(100)}){10}{10}{10}`;
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
  expect(matches(uuid, '123e4567-e89b-12d3-a456-426614174000')).toBe(true);
  expect(() => matches(pattern, '')).toThrow(
    new QueryError(
      `Cannot parse pattern "${pattern}": expected repetitions that expand it to at most 100000 characters, found more`,
    ),
  );
});

test('a pattern matches whole values as in RE2', () => {
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
    ['(?P<name>a)(?<other>b)', 'ab', true],
    ['(?U)a+', 'aa', true],
    ['a\\-b\\_\\"', 'a-b_"', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['a(?i)b', 'aB', true],
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
    expect(matches(pattern, value), `${pattern} on ${JSON.stringify(value)}`).toBe(isMatch);
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
        createMatcher('a', '=~', candidate);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
