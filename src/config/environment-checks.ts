// Checks between environment variables, and translates what the schema says about keys into the names of the variables that
// set them. Otherwise messages would name keys that the user did not write.
import type { CheckIssue } from './check-config.ts';
import type { ConfigPath, ConfigProblem } from './config-error.ts';
import { ENVIRONMENT_VARIABLES, type EnvironmentVariable, setText } from './environment-variables.ts';
import type { Environment } from './expand-variables.ts';
import { describeUnknownKey } from './schema/mapping.ts';

const PREFIX = 'REMOTE_WRITE_';

/** What Kubernetes sets in every pod for a Service called remote-write, or remote-write-… */
const SERVICE_LINK = /^REMOTE_WRITE_(?:\w+_)?(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_\w+)?)$/;

export function environmentChecks(env: Environment): ConfigProblem[] {
  return [
    ...unknownVariables(env),
    ...oneOf(env, 'REMOTE_WRITE_TOKEN', 'REMOTE_WRITE_TOKEN_FILE'),
    ...oneOf(env, 'REMOTE_WRITE_PASSWORD', 'REMOTE_WRITE_PASSWORD_FILE'),
    ...oneWayIn(env),
    ...needs(env, 'REMOTE_WRITE_USERNAME', 'REMOTE_WRITE_PASSWORD', 'REMOTE_WRITE_PASSWORD_FILE'),
    ...needs(env, 'REMOTE_WRITE_PASSWORD', 'REMOTE_WRITE_USERNAME'),
    ...needs(env, 'REMOTE_WRITE_PASSWORD_FILE', 'REMOTE_WRITE_USERNAME'),
    ...needs(env, 'REMOTE_WRITE_CERT_FILE', 'REMOTE_WRITE_KEY_FILE'),
    ...needs(env, 'REMOTE_WRITE_KEY_FILE', 'REMOTE_WRITE_CERT_FILE'),
    ...needs(env, 'SPOOL_MAX_SIZE', 'SPOOL_DIRECTORY'),
    ...(setText(env, 'ACKNOWLEDGE') === 'stored' ? needs(env, 'ACKNOWLEDGE', 'SPOOL_DIRECTORY') : []),
    ...oneTenant(env),
  ];
}

/** A misspelt variable would be ignored in silence, and with it, say, the credentials. */
function unknownVariables(env: Environment): ConfigProblem[] {
  const known = ENVIRONMENT_VARIABLES.map(({ name }) => name).filter((name) => name.startsWith(PREFIX));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !SERVICE_LINK.test(name))
    .filter((name) => setText(env, name) !== undefined)
    .map((name) => ({ path: [name], text: describeUnknownKey(name, known, 'variable') }));
}

function oneWayIn(env: Environment): ConfigProblem[] {
  const given = [
    ['REMOTE_WRITE_TOKEN', 'REMOTE_WRITE_TOKEN_FILE'],
    ['REMOTE_WRITE_USERNAME', 'REMOTE_WRITE_PASSWORD', 'REMOTE_WRITE_PASSWORD_FILE'],
    ['REMOTE_WRITE_SIGV4_REGION'],
  ].flatMap((names) => names.find((name) => setText(env, name) !== undefined) ?? []);
  const [first, ...others] = given;
  const text = `expected one of a token, a user name and a region to sign for, found ${first} too`;
  return others.map((name) => ({ path: [name], text }));
}

function oneOf(env: Environment, first: string, second: string): ConfigProblem[] {
  if (setText(env, first) === undefined || setText(env, second) === undefined) return [];
  return [{ path: [second], text: `expected one of ${first} and ${second}, found both` }];
}

function needs(env: Environment, given: string, ...wanted: string[]): ConfigProblem[] {
  if (setText(env, given) === undefined || wanted.some((name) => setText(env, name) !== undefined)) return [];
  return [{ path: [given], text: `expected ${wanted.join(' or ')} next to it, found only ${given}` }];
}

function oneTenant(env: Environment): ConfigProblem[] {
  const names = (setText(env, 'REMOTE_WRITE_HEADERS') ?? '').split(',').map((pair) => pair.split('=')[0]);
  const isThere = names.some((name) => name?.trim().toLowerCase() === 'x-scope-orgid');
  if (!isThere || setText(env, 'REMOTE_WRITE_TENANT') === undefined) return [];
  const text = 'expected the tenant once, found X-Scope-OrgID in REMOTE_WRITE_HEADERS too';
  return [{ path: ['REMOTE_WRITE_TENANT'], text }];
}

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
