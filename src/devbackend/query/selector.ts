// Parses the part of PromQL that this backend answers: one selector, with or without a range.
//   up   up{job="a",zone!~"b.*"}   {__name__=~"up|down"}   {"my.metric",job="a"}   up{job="a"}[5m]

import { createMatcher, type LabelMatcher, type MatchOperator } from './label-matcher.ts';
import { QueryError, SelectorScanner, takeQuotedString } from './selector-scanner.ts';

export interface Selector {
  readonly matchers: readonly LabelMatcher[];
  /** Present for a range selector. */
  readonly rangeMs?: number;
}

/** NaN and Inf, in any case, are numbers of the language, not names. */
const METRIC_NAME = /(?!(?:nan|inf)(?![a-zA-Z0-9_:]))[a-zA-Z_:][a-zA-Z0-9_:]*/iy;
/** From the largest unit to the smallest. A duration such as `1h30m` or `500ms` names them in this order. */
const UNITS_MS = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1] as const;
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const MAX_SELECTOR_LENGTH = 65_536;

/** Throws QueryError, with the position, for anything but a selector. */
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
    throw scanner.error('the end (this backend answers only selectors such as up{job="a"} or up[5m])');
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
  const rangeMs = parseQueryDuration(scanner.take(/[0-9a-z]+/y) ?? '');
  if (rangeMs === undefined) throw scanner.error('a range such as [5m] before it');
  if (scanner.take(/\]/y) === undefined) throw scanner.error('"]"');
  return rangeMs;
}

/** `{}` or `{a=""}` would select every series. Prometheus also refuses it. */
function requireNonEmpty(matchers: readonly LabelMatcher[]): void {
  if (matchers.some(({ matches }) => !matches(''))) return;
  throw new QueryError(
    'Cannot parse query: expected a matcher that does not match the empty string, found none',
  );
}

/** Milliseconds; undefined if `text` is not a duration above zero. */
export function parseQueryDuration(text: string): number | undefined {
  const counts = DURATION.exec(text)?.slice(1) ?? [];
  const durationMs = UNITS_MS.reduce((sum, unitMs, i) => sum + unitMs * Number(counts[i] ?? 0), 0);
  return durationMs > 0 && Number.isSafeInteger(durationMs) ? durationMs : undefined;
}
