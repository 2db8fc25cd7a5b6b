// What the schema says of a key of the file, said of the environment variable that the key came from.
import type { CheckIssue } from './check-config.ts';
import type { ConfigPath, ConfigProblem } from './config-error.ts';
import { setText } from './environment-object.ts';
import { ENVIRONMENT_VARIABLES, type EnvironmentVariable } from './environment-variables.ts';
import type { Environment } from './expand-variables.ts';

export function environmentProblem({ path, text }: CheckIssue, env: Environment): ConfigProblem {
  const candidates = ENVIRONMENT_VARIABLES.filter(({ name }) => setText(env, name) !== undefined);
  const variable = nearest(candidates, path) ?? nearest(ENVIRONMENT_VARIABLES, path);
  if (variable === undefined) return { path, text };
  return { path: [variable.name, ...path.slice(variable.path.length)], text: inVariables(text) };
}

/** The variable of the key itself or of the mapping around it; else the first one inside of it. */
function nearest(variables: readonly EnvironmentVariable[], path: ConfigPath) {
  const around = variables.filter((variable) => startsWith(path, variable.path));
  return (
    around.toSorted((a, b) => b.path.length - a.path.length)[0] ??
    variables.find((variable) => startsWith(variable.path, path))
  );
}

function startsWith(path: ConfigPath, start: ConfigPath): boolean {
  return start.every((step, at) => path[at] === step);
}

/** The words of the schema that name keys of the file. */
function inVariables(text: string): string {
  return text
    .replace('allowInsecureHTTP: true on this backend', 'REMOTE_WRITE_ALLOW_INSECURE_HTTP=true')
    .replace('use basicAuth', 'use REMOTE_WRITE_USERNAME and REMOTE_WRITE_PASSWORD')
    .replace('credentials under authorization or basicAuth', 'REMOTE_WRITE_TOKEN or REMOTE_WRITE_USERNAME');
}
