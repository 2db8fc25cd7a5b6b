// The way in for configurations that the program makes itself, such as the one of `sluice dev`.
import { dirname } from 'node:path';
import { checkConfig } from './check-config.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';

/**
 * Checks an object of the file's shape as the file is checked; variables are not expanded. Throws ConfigError.
 * Relative file paths start at the folder of `file`, or at the working directory without one.
 */
export function configFromObject(value: unknown, options: { readonly file?: string } = {}): Config {
  const checked = checkConfig(value, dirname(options.file ?? ''));
  if (checked.kind === 'valid') return checked.config;
  const problems = checked.issues.map(({ path, text }) => ({ path, text }));
  throw new ConfigError(options.file ?? 'configuration', problems);
}
