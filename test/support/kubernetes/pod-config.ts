// The configuration that Sluice has in a pod: of the file that its arguments name, else of its environment.
import type { Config } from '../../../src/config/config.ts';
import { configFromEnvironment } from '../../../src/config/environment-config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { containerRun, type Surroundings } from './container-run.ts';
import { type PodSpec, sluiceOf } from './pod-spec.ts';

export function podConfig(spec: PodSpec, surroundings: Surroundings): Config {
  const { args, env } = containerRun(spec, sluiceOf(spec), surroundings);
  const [flag, file, ...rest] = args;
  if (flag === undefined) return configFromEnvironment(env);
  if (flag !== '--config' || file === undefined || rest.length > 0)
    throw new Error(`Cannot read arguments: expected --config FILE, found ${args.join(' ')}`);
  return loadConfig(file, env);
}
