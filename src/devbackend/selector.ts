// Parses the part of the query language that this backend answers: one selector, with or without a range.
//   up   up{job="a",zone!~"b.*"}   {__name__=~"up|down"}   {"my.metric",job="a"}   up{job="a"}[5m]
import { parseDuration } from './duration.ts';
import { createMatcher, type LabelMatcher, type MatchOperator } from './label-matcher.ts';
import { QueryError } from './query-error.ts';
import { takeQuotedString } from './quoted-string.ts';
import { SelectorScanner } from './selector-scanner.ts';

export interface Selector {
  readonly matchers: readonly LabelMatcher[];
  /** Present for a range selector. */
  readonly rangeMs?: number;
}

/** NaN and Inf, in any case, are numbers of the language and no names. */
const METRIC_NAME = /(?!(?:nan|inf)(?![a-zA-Z0-9_:]))[a-zA-Z_:][a-zA-Z0-9_:]*/iy;
const MAX_SELECTOR_LENGTH = 65_536;

/** Throws QueryError, with the position, for everything else. */
export function parseSelector(text: string): Selector {
  if (text.length > MAX_SELECTOR_LENGTH) {
    throw new QueryError(
      `Cannot parse query: expected at most ${MAX_SELECTOR_LENGTH} characters, found ${text.length}`,
    );
  }
  const scanner = new SelectorScanner(text);
  const name = scanner.take(METRIC_NAME);
  const matchers = name === undefined ? [] : [createMatcher('__name__', '=', name)];
  if (scanner.take(/\{/y) !== undefined) takeMatchers(scanner, matchers, name !== undefined);
  else if (name === undefined) throw scanner.error('a metric name or "{"');
  const rangeMs = takeRange(scanner);
  if (!scanner.isAtEnd) {
    throw scanner.error('the end (only selectors such as up{job="a"} or up[5m] are answered here)');
  }
  requireNonEmpty(matchers);
  return rangeMs === undefined ? { matchers } : { matchers, rangeMs };
}

/** The matchers up to the closing brace; a comma may follow the last. */
function takeMatchers(scanner: SelectorScanner, matchers: LabelMatcher[], isNamed: boolean): void {
  let hasName = isNamed;
  while (scanner.take(/\}/y) === undefined) {
    const quoted = takeQuotedString(scanner);
    const label = quoted ?? scanner.take(/[a-zA-Z_][a-zA-Z0-9_]*/y);
    if (label === undefined) throw scanner.error('a label name or "}"');
    const operator = scanner.take(/=~|!~|!=|=/y) as MatchOperator | undefined;
    const isName = operator === undefined && quoted !== undefined;
    if (hasName && (isName || label === '__name__')) throw scanner.error('the metric name once only');
    if (isName) matchers.push(createMatcher('__name__', '=', label));
    else matchers.push(takeMatcher(scanner, label, operator));
    hasName ||= isName;
    if (scanner.take(/,/y) !== undefined) continue;
    if (scanner.take(/\}/y) !== undefined) return;
    throw scanner.error('"," or "}"');
  }
}

function takeMatcher(
  scanner: SelectorScanner,
  name: string,
  operator: MatchOperator | undefined,
): LabelMatcher {
  if (operator === undefined) throw scanner.error('"=", "!=", "=~" or "!~"');
  const value = takeQuotedString(scanner);
  if (value === undefined) throw scanner.error('a label value in quotes');
  return createMatcher(name, operator, value);
}

function takeRange(scanner: SelectorScanner): number | undefined {
  if (scanner.take(/\[/y) === undefined) return undefined;
  const rangeMs = parseDuration(scanner.take(/[0-9a-z]+/y) ?? '');
  if (rangeMs === undefined) throw scanner.error('a range such as [5m] before it');
  if (scanner.take(/\]/y) === undefined) throw scanner.error('"]"');
  return rangeMs;
}

/** `{}` or `{a=""}` would select every series there is; Prometheus refuses it, too. */
function requireNonEmpty(matchers: readonly LabelMatcher[]): void {
  if (matchers.some(({ matches }) => !matches(''))) return;
  throw new QueryError(
    'Cannot parse query: expected a matcher that does not match the empty string, found none',
  );
}
