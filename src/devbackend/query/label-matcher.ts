// One condition on one label. A label that a series does not have counts as empty. Patterns are RE2, as in Prometheus:
// they take time linear in the length of the value, and one that works here works on a real backend.
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { QueryError } from './selector-scanner.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface LabelMatcher {
  readonly name: string;
  readonly matches: (value: string) => boolean;
}

const MAX_PATTERN_LENGTH = 4000;
/** RE2 compiles `a{3}` as `aaa`. A query runs on the only thread, so its patterns must compile in a moment. */
const MAX_EXPANDED_LENGTH = 100_000;
/** RE2 refuses more, also for repetitions of repetitions. */
const MAX_REPEAT = 1000;

/** Throws QueryError if `value` has to be a pattern and is not a valid one. */
export function createMatcher(name: string, operator: MatchOperator, value: string): LabelMatcher {
  switch (operator) {
    case '=':
      return { name, matches: (actual) => actual === value };
    case '!=':
      return { name, matches: (actual) => actual !== value };
    case '=~': {
      const pattern = compilePattern(value);
      return { name, matches: (actual) => pattern.test(actual) };
    }
    case '!~': {
      const pattern = compilePattern(value);
      return { name, matches: (actual) => !pattern.test(actual) };
    }
  }
}

export function matchesAll(labels: ReadonlyMap<string, string>, matchers: readonly LabelMatcher[]): boolean {
  return matchers.every(({ name, matches }) => matches(labels.get(name) ?? ''));
}

/** An expression that has to match a whole value and in which "." also matches line ends. Throws QueryError. */
function compilePattern(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new QueryError(
      `Cannot parse pattern: expected at most ${MAX_PATTERN_LENGTH} characters, found ${pattern.length}`,
    );
  }
  if (expandedLength(pattern) > MAX_EXPANDED_LENGTH) {
    throw new QueryError(
      `Cannot parse pattern ${JSON.stringify(pattern)}: expected repetitions that expand it to at most ${MAX_EXPANDED_LENGTH} characters, found more`,
    );
  }
  try {
    // First alone, so that an error quotes what the user wrote.
    RE2JS.compile(pattern);
    return RE2JS.compile(`^(?s:${pattern})$`);
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    throw new QueryError(
      `Cannot parse pattern ${JSON.stringify(pattern)}: expected RE2 syntax, found ${describe(cause)}`,
      { cause },
    );
  }
}

/** An upper bound on the length without counted repetitions. */
function expandedLength(pattern: string): number {
  const repeats = pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g);
  let product = 1;
  for (const [, from, to] of repeats) product *= Math.max(1, Number(from), Number(to ?? 0));
  return pattern.length * Math.min(MAX_REPEAT, product);
}

/** `"*" (missing argument to repetition operator)` */
function describe(error: RE2JSSyntaxException): string {
  return `${JSON.stringify(error.getPattern() ?? '')} (${error.getDescription()})`;
}
