// One condition on one label. A label that a series does not have counts as empty. Patterns are RE2, as in Prometheus:
// they take time linear in the length of the value, and one that works here works on a real backend.
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { QueryError } from './query-error.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface LabelMatcher {
  readonly name: string;
  readonly matches: (value: string) => boolean;
}

const MAX_PATTERN_LENGTH = 4000;

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

/** `"*" (missing argument to repetition operator)` */
function describe(error: RE2JSSyntaxException): string {
  return `${JSON.stringify(error.getPattern() ?? '')} (${error.getDescription()})`;
}
