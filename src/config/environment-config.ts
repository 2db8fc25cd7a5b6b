// Finds the configuration of a command: a file on the command line, else a file or a text that environment variables name,
// else the variables themselves. Invariant: the only error is a ConfigError. It names variables if there is no file, and
// never shows a secret.

import { statSync } from 'node:fs';
import { type ConfigDefaults, checkConfig } from './check-config.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import { environmentChecks, environmentProblem } from './environment-checks.ts';
import { environmentObject, setText } from './environment-variables.ts';
import type { Environment } from './expand-variables.ts';
import { loadConfig, parseConfig } from './load-config.ts';

type Source =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variables' };

const TEXT_VARIABLE = 'SLUICE_CONFIG';
const FILE_VARIABLE = 'SLUICE_CONFIG_FILE';
/** The image sets it. A file there is used; it may be missing. */
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
    const problem = `expected one of ${FILE_VARIABLE} and ${TEXT_VARIABLE}, found both`;
    throw new ConfigError('environment', [{ path: [FILE_VARIABLE], text: problem }]);
  }
  if (path !== undefined) return { kind: 'file', path };
  if (text !== undefined) return { kind: 'text', text };
  const usual = setText(env, DEFAULT_FILE_VARIABLE);
  return usual !== undefined && fileExists(usual) ? { kind: 'file', path: usual } : { kind: 'variables' };
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

/**
 * Whether a file that may be missing is meant to be used. True also for a file that cannot be read: reading it reports the
 * reason. A container engine makes a folder in place of a file that it does not find.
 */
export function fileExists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

export interface NamedConfig {
  /** For people: the path of the file, or the part of the environment that the configuration comes from. */
  readonly source: string;
  readonly config: Config;
}

/** The configuration of a command. A file that the command line names wins over the environment. Throws ConfigError. */
export function readNamedConfig(file: string | undefined, env: Environment): NamedConfig {
  return file === undefined
    ? { source: environmentSourceName(env), config: configFromEnvironment(env) }
    : { source: file, config: loadConfig(file, env) };
}
