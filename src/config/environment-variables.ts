// The environment variables that make a configuration without a file: the key that each one sets, and an object of the
// file's shape made of them. Only their form is read here; the schema checks the object. Variables are independent of each
// other here; checks between them are in environment-checks.ts. Invariant: no problem shows a value, which may be secret.
import type { ConfigPath, ConfigProblem } from './config-error.ts';
import type { Environment } from './expand-variables.ts';

export interface EnvironmentVariable {
  readonly name: string;
  readonly path: ConfigPath;
  /** How its text is read: as it is, as a word in any case, as true or false, or as `name=value,name=value`. */
  readonly form: 'text' | 'word' | 'flag' | 'pairs';
}

const BACKEND = ['remoteWrite', 0] as const;
const PUSHGATEWAY = ['push', 'pushgateway'] as const;

/** In the order of the documentation. A variable that adds one header comes after the variable for all headers. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  text('LISTEN_ADDRESS', ['listenAddress']),
  { name: 'LOGGING_LEVEL', path: ['logging', 'level'], form: 'word' },
  text('REMOTE_WRITE_URL', [...BACKEND, 'url']),
  text('REMOTE_WRITE_TOKEN', [...BACKEND, 'authorization', 'credentials']),
  text('REMOTE_WRITE_TOKEN_FILE', [...BACKEND, 'authorization', 'credentialsFile']),
  text('REMOTE_WRITE_USERNAME', [...BACKEND, 'basicAuth', 'username']),
  text('REMOTE_WRITE_PASSWORD', [...BACKEND, 'basicAuth', 'password']),
  text('REMOTE_WRITE_PASSWORD_FILE', [...BACKEND, 'basicAuth', 'passwordFile']),
  text('REMOTE_WRITE_SIGV4_REGION', [...BACKEND, 'sigv4', 'region']),
  { name: 'REMOTE_WRITE_HEADERS', path: [...BACKEND, 'headers'], form: 'pairs' },
  text('REMOTE_WRITE_TENANT', [...BACKEND, 'headers', 'X-Scope-OrgID']),
  text('REMOTE_WRITE_CA_FILE', [...BACKEND, 'tlsConfig', 'caFile']),
  text('REMOTE_WRITE_CERT_FILE', [...BACKEND, 'tlsConfig', 'certFile']),
  text('REMOTE_WRITE_KEY_FILE', [...BACKEND, 'tlsConfig', 'keyFile']),
  { name: 'REMOTE_WRITE_ALLOW_INSECURE_HTTP', path: [...BACKEND, 'allowInsecureHTTP'], form: 'flag' },
  text('REMOTE_WRITE_MESSAGE_VERSION', [...BACKEND, 'messageVersion']),
  { name: 'LABELS', path: ['labels', 'defaults'], form: 'pairs' },
  text('ACKNOWLEDGE', [...PUSHGATEWAY, 'acknowledge']),
  text('MAX_WAIT', [...PUSHGATEWAY, 'maxWait']),
  text('SHUTDOWN_TIMEOUT', ['shutdownTimeout']),
  text('SHUTDOWN_DELAY', ['shutdownDelay']),
  { name: 'ENABLE_LIFECYCLE', path: ['enableLifecycle'], form: 'flag' },
  text('SPOOL_DIRECTORY', ['spool', 'directory']),
  text('SPOOL_MAX_SIZE', ['spool', 'maxSize']),
];

function text(name: string, path: ConfigPath): EnvironmentVariable {
  return { name, path, form: 'text' };
}

type Mapping = { [key: string | number]: unknown };

export interface EnvironmentObject {
  readonly value: Mapping;
  readonly problems: readonly ConfigProblem[];
}

export function environmentObject(env: Environment): EnvironmentObject {
  const value: Mapping = {};
  const problems: ConfigProblem[] = [];
  for (const variable of ENVIRONMENT_VARIABLES) {
    const text = setText(env, variable.name);
    if (text === undefined) continue;
    const problem = place(value, variable, text);
    if (problem !== undefined) problems.push({ path: [variable.name], text: problem });
  }
  return { value, problems };
}

/** An empty variable counts as not set: that is how compose files and templates leave one out. */
export function setText(env: Environment, name: string): string | undefined {
  const text = Object.hasOwn(env, name) ? env[name] : undefined;
  return text === '' ? undefined : text;
}

/** Returns what is wrong with the text, if anything. */
function place(root: Mapping, { path, form }: EnvironmentVariable, text: string): string | undefined {
  if (form !== 'pairs') {
    setAt(root, path, readScalar(form, text));
    return undefined;
  }
  const pairs = readPairs(text);
  if (typeof pairs === 'string') return pairs;
  setAt(root, path, pairs);
  return undefined;
}

function readScalar(form: 'text' | 'word' | 'flag', text: string): boolean | string {
  if (form === 'flag') return readFlag(text);
  return form === 'word' ? text.toLowerCase() : text;
}

/** Other text stays text, so that the schema says what it wants. */
function readFlag(text: string): boolean | string {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}

/** `name=value,name=value`; spaces around names and values are left out, a value may be empty and hold "=". */
function readPairs(text: string): Record<string, string> | string {
  const pairs = new Map<string, string>();
  for (const [at, piece] of text.split(',').entries()) {
    const equals = piece.indexOf('=');
    const name = piece.slice(0, Math.max(equals, 0)).trim();
    if (name === '')
      return `expected name=value pairs with commas between them, found another text as pair ${at + 1}`;
    // A name that objects treat as one of their own would get lost without a word.
    if (name === '__proto__') return 'expected another name than __proto__, found it';
    if (pairs.has(name)) return `expected each name once, found ${JSON.stringify(name)} again`;
    pairs.set(name, piece.slice(equals + 1).trim());
  }
  return Object.fromEntries(pairs);
}

function setAt(root: Mapping, path: readonly (string | number)[], value: unknown): void {
  let parent = root;
  path.forEach((step, at) => {
    if (at === path.length - 1) parent[step] = value;
    else {
      parent[step] ??= typeof path[at + 1] === 'number' ? [] : {};
      parent = parent[step] as Mapping;
    }
  });
}
