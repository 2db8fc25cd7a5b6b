// One condition on one label. A label that a series does not have counts as empty.
import { compileRe2 } from './re2-pattern.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface LabelMatcher {
  readonly name: string;
  readonly matches: (value: string) => boolean;
}

/** Throws QueryError when `value` is asked to be a pattern and is none. */
export function createMatcher(name: string, operator: MatchOperator, value: string): LabelMatcher {
  switch (operator) {
    case '=':
      return { name, matches: (seen) => seen === value };
    case '!=':
      return { name, matches: (seen) => seen !== value };
    case '=~': {
      const pattern = compileRe2(value);
      return { name, matches: (seen) => pattern.test(seen) };
    }
    case '!~': {
      const pattern = compileRe2(value);
      return { name, matches: (seen) => !pattern.test(seen) };
    }
  }
}

export function matchesAll(labels: ReadonlyMap<string, string>, matchers: readonly LabelMatcher[]): boolean {
  return matchers.every(({ name, matches }) => matches(labels.get(name) ?? ''));
}
