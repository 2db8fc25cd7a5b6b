// The arguments of a command that has options of its own; whatever is wrong with them is a UsageError.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { parseDuration } from '../config/durations.ts';
import { quote } from '../intake/outcome/quoted-text.ts';
import { optionProblem } from './option-problem.ts';
import { UsageError } from './usage-error.ts';

const LONGEST_MS = 24 * 86_400_000;

/** `hint` tells how to give what stands alone. Throws UsageError. */
export function parseOptions<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  hint: string,
) {
  const parsed = parse(args, options);
  // Not shown: it may be the half of a header that a shell has split.
  if (parsed.positionals.length > 0)
    throw new UsageError(`expected only options (${hint}), found an argument without one`);
  return parsed.values;
}

function parse<O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(optionProblem(error), { cause: error });
  }
}

/** Milliseconds. Throws UsageError where `text` is no duration, or out of bounds. */
export function durationOption(flag: string, text: string, leastMs: number): number {
  const ms = text === '' ? undefined : parseDuration(text);
  if (ms === undefined)
    throw new UsageError(`expected a duration such as 30s or 1m30s for ${flag}, found ${quote(text)}`);
  if (ms < leastMs || ms > LONGEST_MS)
    throw new UsageError(
      `expected ${flag} from ${leastMs === 0 ? '0' : `${leastMs}ms`} to 24d, found ${quote(text)}`,
    );
  return ms;
}
