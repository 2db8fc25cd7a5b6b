// For the tests of the configuration: what parseConfig says about a text, without the file name.
import { expect } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import type { Environment } from '../../src/config/expand-variables.ts';
import { parseConfig } from '../../src/config/load-config.ts';

/** A backend that every text which is about something else can end with. */
export const BACKEND = '\nremoteWrite: [{ url: "https://backend.test/w" }]\n';

export function problemsOf(text: string, env: Environment = {}): string[] {
  try {
    parseConfig(text, 'c.yaml', env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split('\n').map((line) => line.replace(/^c\.yaml:/, ''));
  }
  return [];
}

/** What is wrong with one key of the only backend, in one line of YAML. */
export function backendProblems(keys: string, env: Environment = {}): string[] {
  return problemsOf(`remoteWrite:\n  - { url: "https://backend.test/w", ${keys} }`, env);
}
