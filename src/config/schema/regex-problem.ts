// What is wrong with a regular expression of the configuration, and where. The syntax is that of RE2, as in Prometheus
// (https://github.com/google/re2/wiki/Syntax).
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { seen } from '../seen.ts';

/** `"\y" at character 3 (invalid escape sequence)`; undefined where the expression is sound. */
export function regexProblem(regex: string): string | undefined {
  const error = errorOf(regex);
  if (error !== undefined) return describe(regex, error.getPattern() ?? '', error.getDescription());
  // As a part of a longer one: a literal run without its end would swallow what comes behind it.
  return errorOf(`(?:${regex})`) && describe(regex, '\\Q', 'missing \\E');
}

function errorOf(regex: string): RE2JSSyntaxException | undefined {
  try {
    RE2JS.compile(regex);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error;
    throw error;
  }
  return undefined;
}

/** The library tells the piece that it could not read, not where that stands. */
function describe(regex: string, piece: string, problem: string): string {
  const at = regex.indexOf(piece);
  const place = at < 0 ? '' : ` at character ${[...regex.slice(0, at)].length + 1}`;
  return piece === '' || at < 0 ? `another one (${problem})` : `${seen(piece)}${place} (${problem})`;
}
