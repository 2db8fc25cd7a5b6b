// The configuration where no file is named on the command line: a file or a text that variables give, else the variables.
// Invariant: the only error is a ConfigError; it names variables where there is no file, and never shows a secret.
import { checkConfig } from './check-config.ts';
import type { Config } from './config.ts';
import type { ConfigDefaults } from './config-defaults.ts';
import { ConfigError } from './config-error.ts';
import { environmentChecks } from './environment-checks.ts';
import { environmentObject, setText } from './environment-object.ts';
import { environmentProblem } from './environment-problem.ts';
import type { Environment } from './expand-variables.ts';
import { isThere } from './is-there.ts';
import { loadConfig, parseConfig } from './load-config.ts';

type Source =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variables' };

const TEXT_VARIABLE = 'SLUICE_CONFIG';
const FILE_VARIABLE = 'SLUICE_CONFIG_FILE';
/** The image sets it: a file there is used, and none there is no fault. */
export const DEFAULT_FILE_VARIABLE = 'SLUICE_DEFAULT_CONFIG_FILE';

/** `SLUICE_CONFIG_FILE` or `SLUICE_CONFIG`, else the variables of environment-variables.ts. Throws ConfigError. */
export function configFromEnvironment(env: Environment, defaults?: ConfigDefaults): Config {
  const source = findSource(env);
  switch (source.kind) {
    case 'file':
      return loadConfig(source.path, env, defaults);
    case 'text':
      return parseConfig(source.text, TEXT_VARIABLE, env, defaults);
    case 'variables':
      return configFromVariables(env, defaults);
  }
}

/** For the log and for messages: the path of the file, or which part of the environment it is. Throws ConfigError. */
export function environmentSourceName(env: Environment): string {
  const source = findSource(env);
  if (source.kind === 'file') return source.path;
  return source.kind === 'text' ? TEXT_VARIABLE : 'environment';
}

function findSource(env: Environment): Source {
  const path = setText(env, FILE_VARIABLE);
  const text = setText(env, TEXT_VARIABLE);
  if (path !== undefined && text !== undefined) {
    const problem = `expected one of ${FILE_VARIABLE} and ${TEXT_VARIABLE}, seen both`;
    throw new ConfigError('environment', [{ path: [FILE_VARIABLE], text: problem }]);
  }
  if (path !== undefined) return { kind: 'file', path };
  if (text !== undefined) return { kind: 'text', text };
  const usual = setText(env, DEFAULT_FILE_VARIABLE);
  return usual !== undefined && isThere(usual) ? { kind: 'file', path: usual } : { kind: 'variables' };
}

function configFromVariables(env: Environment, defaults: ConfigDefaults | undefined): Config {
  const { value, problems: malformed } = environmentObject(env);
  if (!('remoteWrite' in value)) throw nothingConfigured(env);
  const problems = [...malformed, ...environmentChecks(env)];
  const checked = checkConfig(value, '', defaults);
  if (checked.kind === 'valid' && problems.length === 0) return checked.config;
  const spoken = new Set(problems.map(({ path }) => path[0]));
  const issues =
    checked.kind === 'valid' ? [] : checked.issues.map((issue) => environmentProblem(issue, env));
  throw new ConfigError('environment', [...problems, ...issues.filter(({ path }) => !spoken.has(path[0]))]);
}

function nothingConfigured(env: Environment): ConfigError {
  const misspelt = environmentChecks(env);
  if (misspelt.length > 0) return new ConfigError('environment', misspelt);
  const usual = setText(env, DEFAULT_FILE_VARIABLE);
  const ways = usual === undefined ? ['--config FILE'] : ['--config FILE', `the file ${usual}`];
  const text =
    `Cannot start: expected ${ways.join(', ')} or the environment variable REMOTE_WRITE_URL, ` +
    `found ${usual === undefined ? 'neither' : 'none of them'} (a trial needs no backend: sluice dev)`;
  return new ConfigError('sluice', [{ path: [], text }]);
}
