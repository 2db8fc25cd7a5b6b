import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesAll } from '../../../src/devbackend/query/label-matcher.ts';
import { parseSelector } from '../../../src/devbackend/query/selector.ts';
import { QueryError } from '../../../src/devbackend/query/selector-scanner.ts';

const UP = { __name__: 'up', job: 'api', zone: 'eu-1', text: 'a "b" \\ \n c' };

function refuses(text: string, position: number, expected: string, found: string): void {
  const message = `Cannot parse query at position ${position}: expected ${expected}, found ${found}`;
  expect(() => parseSelector(text), text).toThrow(new QueryError(message));
}

function selects(text: string, labels: Record<string, string>): boolean {
  return matchesAll(new Map(Object.entries(labels)), parseSelector(text).matchers);
}

test('text that is not a selector is refused with the position', () => {
  const onlySelectors = 'the end (this backend answers only selectors such as up{job="a"} or up[5m])';
  refuses('', 1, 'a metric name or "{"', 'the end');
  refuses('  # nothing', 12, 'a metric name or "{"', 'the end');
  refuses('5', 1, 'a metric name or "{"', '"5"');
  refuses('sum(up)', 4, onlySelectors, '"("');
  refuses('up + 1', 4, onlySelectors, '"+"');
  refuses('up offset 5m', 4, onlySelectors, '"o"');
  refuses('up{', 4, 'a label name or "}"', 'the end');
  refuses('up{,}', 4, 'a label name or "}"', '","');
  refuses('up{job}', 7, '"=", "!=", "=~" or "!~"', '"}"');
  refuses('up{job==}', 8, 'a label value in quotes', '"="');
  refuses('up{job=api}', 8, 'a label value in quotes', '"a"');
  refuses('up{job="api" zone="x"}', 14, '"," or "}"', '"z"');
  refuses('up{job="api', 12, `a closing '"'`, 'the end');
  refuses('up{job="a\npi"}', 10, `a closing '"'`, '"\\n"');
  refuses('up{job=`api', 12, 'a closing "`"', 'the end');
  refuses('up{job="\\q"}', 10, 'an escape such as "\\n", "\\x41" or "\\u0041"', '"q"');
  refuses('up{job="\\ud800"}', 15, 'an escape such as "\\n", "\\x41" or "\\u0041"', '"\\""');
  refuses('up{job="\\xff"}', 14, 'the string before it to be UTF-8', '"}"');
  refuses('{"a","b"}', 9, 'the metric name once only', '"}"');
  refuses('up{"b"}', 7, 'the metric name once only', '"}"');
  refuses('up{__name__="up"}', 13, 'the metric name once only', '"\\""');
  refuses('NaN', 1, 'a metric name or "{"', '"N"');
  refuses('inf', 1, 'a metric name or "{"', '"i"');
  refuses('up[30s1m]', 9, 'a range such as [5m] before it', '"]"');
  refuses('up[5]', 5, 'a range such as [5m] before it', '"]"');
  refuses('up[5m', 6, '"]"', 'the end');
});

test('a selector that would select everything is refused', () => {
  const message = 'Cannot parse query: expected a matcher that does not match the empty string, found none';
  for (const text of ['{}', '{job=""}', '{job=~".*"}', '{job!="x"}', '{job!~"x"}']) {
    expect(() => parseSelector(text), text).toThrow(new QueryError(message));
  }
});

test('matchers hold as in Prometheus', () => {
  const cases: [text: string, isSelected: boolean][] = [
    ['up', true],
    ['down', false],
    ['up{}', true],
    ['info', false],
    ['{__name__="up",__name__=~"u."}', true],
    ['up{job="api"}', true],
    ['up{job="api",}', true],
    [' up # the series\n { job = "api" , zone =~ "eu-.*" } ', true],
    ['up{job!="api"}', false],
    ['up{job=~"a"}', false],
    ['up{job=~"a|api"}', true],
    ['up{job!~"a"}', true],
    ['up{job!~"api|x"}', false],
    ['{__name__="up"}', true],
    ['{__name__=~"u.|x"}', true],
    ['{"up"}', true],
    ['{"up",job="api"}', true],
    ['{job="api","up"}', true],
    ['{"job"="api"}', true],
    ['up{missing=""}', true],
    ['up{missing!=""}', false],
    ['up{missing=~"x?"}', true],
    ['up{missing=~"x+"}', false],
    ['up{missing!~"x+"}', true],
    ['up{job=""}', false],
    ['up{text=\'a "b" \\\\ \\n c\'}', true],
    ['up{text="a \\"b\\" \\x5c \\012 \\u0063"}', true],
    ['up{text=`a "b" \\ \n c`}', true],
    ['up{text=~"a.+c"}', true],
  ];
  for (const [text, isSelected] of cases) expect(selects(text, UP), text).toBe(isSelected);
});

test('names outside the classic characters go in quotes', () => {
  const labels = { __name__: 'my.metric', 'größe µ': 'ü' };
  expect(selects('{"my.metric","größe µ"="\\xc3\\xbc"}', labels)).toBe(true);
});

test('a range is read in milliseconds', () => {
  expect(parseSelector('up').rangeMs).toBeUndefined();
  expect(parseSelector('up[5m]').rangeMs).toBe(300_000);
  expect(parseSelector('up{job="api"} [ 1h30m ]').rangeMs).toBe(5_400_000);
});

test('any value written as a literal is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
      const literal = value.replace(/["\\\n]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
      expect(selects(`up{a="${literal}"}`, { __name__: 'up', a: value })).toBe(true);
    }),
  );
});

test('random text is parsed or refused, and never crashes', () => {
  const token = fc.constantFrom(
    'up',
    '{',
    '}',
    '"',
    "'",
    '`',
    '=',
    '~',
    '!',
    ',',
    '[5m]',
    '\\',
    '#',
    '\n',
    '(?i)',
    'é',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(token).map((tokens) => tokens.join('')),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      try {
        parseSelector(candidate);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
