// The configuration that a command runs with. What the command line names wins over all that the environment says.
import type { Config } from '../config/config.ts';
import { configFromEnvironment, environmentSourceName } from '../config/environment-config.ts';
import { loadConfig } from '../config/load-config.ts';

export interface NamedConfig {
  /** For people: the file, or what stands for one. */
  readonly source: string;
  readonly config: Config;
}

/** Throws ConfigError. */
export function readNamedConfig(file: string | undefined): NamedConfig {
  return file === undefined
    ? { source: environmentSourceName(process.env), config: configFromEnvironment(process.env) }
    : { source: file, config: loadConfig(file, process.env) };
}
