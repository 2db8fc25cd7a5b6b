// The configuration inside of Lambda: from the same places as everywhere, with defaults for an environment that is frozen
// between invocations and shares its memory with the function.

import { join } from 'node:path';
import type { ConfigDefaults } from '../config/check-config.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { configFromEnvironment, DEFAULT_FILE_VARIABLE, fileExists } from '../config/environment-config.ts';
import type { Environment } from '../config/expand-variables.ts';
import { isManagedInstance, type LambdaLabel } from './lambda-settings.ts';

export interface LambdaConfig {
  readonly config: Config;
  /** What of the configuration is not followed here, a sentence for each. */
  readonly warnings: readonly string[];
}

/** In the function's package, else in a layer. */
const FILE_NAME = 'sluice.yaml';
const LAYER_FOLDER = '/opt/sluice';

/** Where the environment is frozen between invocations. */
const FROZEN_DEFAULTS = {
  push: { pushgateway: { acknowledge: 'delivered', maxWait: '2s' } },
  // Clocks go on in a freeze: the time of a connection would be over at the thaw, in the middle of the function's next push.
  server: { keepAliveTimeout: '1d' },
};

/** `instance` distinguishes this environment from others of the function. Throws ConfigError. */
export function loadLambdaConfig(
  env: Environment,
  labels: readonly LambdaLabel[],
  instance: string,
): LambdaConfig {
  const file = env[DEFAULT_FILE_VARIABLE] || usualFiles(env).find(fileExists);
  if (file === undefined && !isAnythingSet(env)) throw nothingConfigured(env);
  const found = file === undefined ? env : { ...env, [DEFAULT_FILE_VARIABLE]: file };
  const { spool, ...config } = configFromEnvironment(found, lambdaDefaults(env, labels, instance));
  return spool === undefined ? { config, warnings: [] } : withoutSpool(config);
}

/** The disk is deleted with the environment, and a freeze may interrupt a sync. */
function withoutSpool(config: Omit<Config, 'spool'>): LambdaConfig {
  const { pushgateway } = config.push;
  const acknowledge = pushgateway.acknowledge === 'stored' ? 'delivered' : pushgateway.acknowledge;
  return {
    config: { ...config, push: { pushgateway: { ...pushgateway, acknowledge } } },
    warnings: [
      'The spool is not used: the disk of a Lambda environment is gone with it; what would be stored is delivered',
    ],
  };
}

function lambdaDefaults(env: Environment, labels: readonly LambdaLabel[], instance: string): ConfigDefaults {
  const { AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, AWS_REGION } = env;
  const values: Readonly<Record<LambdaLabel, string | undefined>> = {
    function_name: AWS_LAMBDA_FUNCTION_NAME,
    function_version: AWS_LAMBDA_FUNCTION_VERSION,
    region: AWS_REGION,
    instance,
  };
  return {
    listenAddress: '127.0.0.1:3030',
    logging: { level: 'warn', format: 'json' },
    // An environment that is never frozen needs neither: no push that waits, no connection that is kept longer.
    ...(isManagedInstance(env) ? {} : FROZEN_DEFAULTS),
    labels: { defaults: Object.fromEntries(labels.map((label) => [label, values[label] ?? ''])) },
    remoteWrite: [{ remoteTimeout: '10s', queueConfig: { maxQueueSize: '16MiB' } }],
  };
}

function usualFiles({ LAMBDA_TASK_ROOT }: Environment): string[] {
  return [LAMBDA_TASK_ROOT || '/var/task', LAYER_FOLDER].map((folder) => join(folder, FILE_NAME));
}

function isAnythingSet(env: Environment): boolean {
  const wanted = /^(?:REMOTE_WRITE_|SLUICE_CONFIG(?:_FILE)?$)/;
  return Object.entries(env).some(([name, text]) => wanted.test(name) && text !== '');
}

function nothingConfigured(env: Environment): ConfigError {
  const places = ['REMOTE_WRITE_URL', 'SLUICE_CONFIG', 'SLUICE_CONFIG_FILE', ...usualFiles(env)];
  const text = `expected one of ${places.join(', ')}, found none`;
  return new ConfigError('Cannot find a configuration', [{ path: [], text }]);
}
