// The environment variables that make a configuration without a file, each with the key it stands for.
// Invariant: variables are independent of each other here; what does not go together is said in environment-checks.ts.
import type { ConfigPath } from './config-error.ts';

export interface EnvironmentVariable {
  readonly name: string;
  readonly path: ConfigPath;
  /** How its text is read: as it is, as a word in any case, as true or false, or as `name=value,name=value`. */
  readonly form: 'text' | 'word' | 'flag' | 'pairs';
}

const BACKEND = ['remoteWrite', 0] as const;
const PUSHGATEWAY = ['push', 'pushgateway'] as const;

/** The order is that of the documentation. What is added to the headers by a name of its own stands behind them. */
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
