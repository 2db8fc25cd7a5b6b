// A configuration from environment variables: what each of them sets, and what is said of those that cannot be used.

import { expect, it } from 'vitest';
import { configFromObject } from '../../src/config/check-config.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { configFromEnvironment, environmentSourceName } from '../../src/config/environment-config.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment-variables.ts';
import type { Environment } from '../../src/config/expand-variables.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';

const URL_SET = { REMOTE_WRITE_URL: 'https://metrics.test/w' };
const SECRET = 't0psecret';

function problems(env: Environment): string[] {
  try {
    configFromEnvironment(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split('\n').map((line) => line.replace(/^environment: /, ''));
  }
  return [];
}

/** Next to a valid URL. */
function refused(env: Environment, ...lines: string[]): void {
  expect(problems({ ...URL_SET, ...env }).sort()).toEqual(lines.sort());
}

function sets(env: Environment, value: object): void {
  expect(configFromEnvironment({ ...URL_SET, ...env })).toEqual(configFromObject(value));
}

/** Sets keys of the only backend. */
function setsBackend(env: Environment, keys: object): void {
  const config = configFromEnvironment({ ...URL_SET, ...env });
  const wanted = configFromObject({ remoteWrite: [{ url: 'https://metrics.test/w', ...keys }] });
  expect(config).toEqual(wanted);
  expect(revealed(config)).toEqual(revealed(wanted));
}

/** Secrets are equal to each other for `toEqual`. */
function revealed(config: ReturnType<typeof configFromEnvironment>) {
  return config.remoteWrite.map(({ authorization, basicAuth }) => [
    authorization?.credentials?.reveal(),
    basicAuth?.password?.reveal(),
  ]);
}

it('an environment without a configuration is refused with the ways to give one', () => {
  const nothing =
    'sluice: Cannot start: expected --config FILE or the environment variable REMOTE_WRITE_URL, found neither ' +
    '(a trial needs no backend: sluice dev)';
  expect(problems({})).toEqual([nothing]);
  expect(problems({ LISTEN_ADDRESS: ':1', REMOTE_WRITE_URL: '' })).toEqual([nothing]);
  expect(problems({ SLUICE_DEFAULT_CONFIG_FILE: '/nowhere/sluice.yaml' })).toEqual([
    nothing.replace('FILE or', 'FILE, the file /nowhere/sluice.yaml or').replace('neither', 'none of them'),
  ]);
});

it('a variable that is missing next to others is named', () => {
  expect(problems({ REMOTE_WRITE_TOKEN: SECRET })).toEqual([
    'REMOTE_WRITE_URL: expected a URL such as https://metrics.example.com/api/v1/write, found nothing',
  ]);
  refused(
    { REMOTE_WRITE_USERNAME: 'u' },
    'REMOTE_WRITE_USERNAME: expected REMOTE_WRITE_PASSWORD or REMOTE_WRITE_PASSWORD_FILE next to it, found only REMOTE_WRITE_USERNAME',
  );
  for (const [given, wanted] of [
    ['REMOTE_WRITE_PASSWORD', 'REMOTE_WRITE_USERNAME'],
    ['REMOTE_WRITE_PASSWORD_FILE', 'REMOTE_WRITE_USERNAME'],
    ['REMOTE_WRITE_CERT_FILE', 'REMOTE_WRITE_KEY_FILE'],
    ['REMOTE_WRITE_KEY_FILE', 'REMOTE_WRITE_CERT_FILE'],
  ] as const)
    refused({ [given]: 'x' }, `${given}: expected ${wanted} next to it, found only ${given}`);
  refused(
    { SPOOL_MAX_SIZE: '1GiB' },
    'SPOOL_DIRECTORY: expected a file path, found nothing',
    'SPOOL_MAX_SIZE: expected SPOOL_DIRECTORY next to it, found only SPOOL_MAX_SIZE',
  );
  refused(
    { ACKNOWLEDGE: 'stored' },
    'ACKNOWLEDGE: expected SPOOL_DIRECTORY next to it, found only ACKNOWLEDGE',
  );
});

it('variables that exclude each other are named', () => {
  refused(
    { REMOTE_WRITE_TOKEN: SECRET, REMOTE_WRITE_TOKEN_FILE: '/t' },
    'REMOTE_WRITE_TOKEN_FILE: expected one of REMOTE_WRITE_TOKEN and REMOTE_WRITE_TOKEN_FILE, found both',
  );
  refused(
    { REMOTE_WRITE_USERNAME: 'u', REMOTE_WRITE_PASSWORD: SECRET, REMOTE_WRITE_PASSWORD_FILE: '/p' },
    'REMOTE_WRITE_PASSWORD_FILE: expected one of REMOTE_WRITE_PASSWORD and REMOTE_WRITE_PASSWORD_FILE, found both',
  );
  const oneOf = (name: string) =>
    `${name}: expected one of a token, a user name and a region to sign for, found REMOTE_WRITE_TOKEN_FILE too`;
  refused(
    {
      REMOTE_WRITE_TOKEN_FILE: '/t',
      REMOTE_WRITE_USERNAME: 'u',
      REMOTE_WRITE_PASSWORD: SECRET,
      REMOTE_WRITE_SIGV4_REGION: 'eu-central-1',
    },
    oneOf('REMOTE_WRITE_USERNAME'),
    oneOf('REMOTE_WRITE_SIGV4_REGION'),
  );
  refused(
    { REMOTE_WRITE_TENANT: 'a', REMOTE_WRITE_HEADERS: 'X-Key=1, x-scope-orgid = b' },
    'REMOTE_WRITE_TENANT: expected the tenant once, found X-Scope-OrgID in REMOTE_WRITE_HEADERS too',
  );
  for (const env of [
    { SLUICE_CONFIG: '{}', SLUICE_CONFIG_FILE: '/f' },
    { SLUICE_CONFIG: '{}', SLUICE_CONFIG_FILE: '/f', SLUICE_DEFAULT_CONFIG_FILE: '/g' },
  ])
    expect(problems(env)).toEqual([
      'SLUICE_CONFIG_FILE: expected one of SLUICE_CONFIG_FILE and SLUICE_CONFIG, found both',
    ]);
});

it('a value that is wrong is named by its variable, in words of the environment', () => {
  const cases: [Environment, string][] = [
    [
      { LISTEN_ADDRESS: '3030' },
      'expected host:port, :port or [IPv6]:port with a port from 0 to 65535, found "3030"',
    ],
    [
      { LOGGING_LEVEL: 'loud' },
      'expected one of trace, debug, info, warn, error, fatal, silent, found "loud"',
    ],
    [
      { REMOTE_WRITE_URL: 'http://metrics.test/w' },
      'expected https:// (or REMOTE_WRITE_ALLOW_INSECURE_HTTP=true), found http:// to metrics.test',
    ],
    [
      { REMOTE_WRITE_URL: `https://u:${SECRET}@metrics.test/w` },
      'expected a URL without user info (use REMOTE_WRITE_USERNAME and REMOTE_WRITE_PASSWORD), found user info before the host',
    ],
    [
      { REMOTE_WRITE_TOKEN: `${SECRET}\n` },
      'expected a token of Latin-1 characters without line ends, found another character in it',
    ],
    [
      { REMOTE_WRITE_SIGV4_REGION: 'eu central' },
      'expected a region such as eu-central-1, found "eu central"',
    ],
    [
      { REMOTE_WRITE_HEADERS: SECRET },
      'expected name=value pairs with commas between them, found another text as pair 1',
    ],
    [
      { REMOTE_WRITE_HEADERS: `A=1,${SECRET}` },
      'expected name=value pairs with commas between them, found another text as pair 2',
    ],
    [
      { REMOTE_WRITE_HEADERS: 'A=1,' },
      'expected name=value pairs with commas between them, found another text as pair 2',
    ],
    [
      { REMOTE_WRITE_HEADERS: `=${SECRET}` },
      'expected name=value pairs with commas between them, found another text as pair 1',
    ],
    [{ REMOTE_WRITE_HEADERS: `A=${SECRET},A=2` }, 'expected each name once, found "A" again'],
    [{ REMOTE_WRITE_HEADERS: `__proto__=${SECRET}` }, 'expected another name than __proto__, found it'],
    [{ LABELS: '__proto__=a' }, 'expected another name than __proto__, found it'],
    [{ REMOTE_WRITE_ALLOW_INSECURE_HTTP: 'yes' }, 'expected true or false, found the text "yes"'],
    [{ REMOTE_WRITE_MESSAGE_VERSION: '2.0' }, 'expected one of V1.0, V2.0, found "2.0"'],
    [{ ACKNOWLEDGE: 'soon' }, 'expected one of queued, stored, delivered, found "soon"'],
    [{ MAX_WAIT: '11m' }, 'expected a duration from 0 to 10m, found "11m"'],
    [
      { SHUTDOWN_TIMEOUT: '10' },
      'expected a duration from 0 to 24d with a unit (d, h, m, s or ms) such as 30s, found "10"',
    ],
  ];
  for (const [env, text] of cases) refused(env, `${Object.keys(env)[0]}: ${text}`);
  refused(
    { SPOOL_DIRECTORY: '/s', SPOOL_MAX_SIZE: '1MB' },
    'SPOOL_MAX_SIZE: expected a size from 16MiB to 1TiB, found "1MB"',
  );
});

it('a header or label that is wrong is named after its variable', () => {
  refused(
    { REMOTE_WRITE_HEADERS: `Authorization=${SECRET}` },
    'REMOTE_WRITE_HEADERS.Authorization: expected REMOTE_WRITE_TOKEN or REMOTE_WRITE_USERNAME, found header "Authorization"',
  );
  refused(
    { REMOTE_WRITE_HEADERS: 'X-Key=€' },
    'REMOTE_WRITE_HEADERS.X-Key: expected a value of Latin-1 characters without line ends, found another character in it',
  );
  refused(
    { REMOTE_WRITE_TENANT: 'a\nb' },
    'REMOTE_WRITE_TENANT: expected a value of Latin-1 characters without line ends, found another character in it',
  );
  refused(
    { LABELS: '9=a' },
    'LABELS.9: expected a label name of letters, digits and "_" that does not start with a digit, found "9"',
  );
});

it('a misspelt REMOTE_WRITE_ variable is refused, one that Kubernetes sets for a Service is not', () => {
  refused(
    { REMOTE_WRITE_TOKN: SECRET },
    'REMOTE_WRITE_TOKN: unknown variable, did you mean "REMOTE_WRITE_TOKEN"?',
  );
  expect(problems({ REMOTE_WRITE_URI: 'https://h/w' })).toEqual([
    'REMOTE_WRITE_URI: unknown variable, did you mean "REMOTE_WRITE_URL"?',
  ]);
  refused({
    REMOTE_WRITE_TOKN: '',
    REMOTE_WRITE_SERVICE_HOST: '10.0.0.1',
    REMOTE_WRITE_SERVICE_PORT: '80',
    REMOTE_WRITE_SERVICE_PORT_HTTP: '80',
    REMOTE_WRITE_PORT: 'tcp://10.0.0.1:80',
    REMOTE_WRITE_PORT_80_TCP_ADDR: '10.0.0.1',
    REMOTE_WRITE_PROXY_SERVICE_HOST: '10.0.0.2',
    REMOTE_WRITE_PROXY_PORT_80_TCP: 'tcp://10.0.0.2:80',
  });
});

it('no message shows a secret or a key of the file', () => {
  const values = [SECRET, `${SECRET}\n`, `a=${SECRET}\n`, `${SECRET}:`, `https://${SECRET}@h`, ` ${SECRET}`];
  const secretOnes = /TOKEN|PASSWORD|HEADERS|URL|USERNAME|TENANT/;
  for (const { name, path } of ENVIRONMENT_VARIABLES) {
    for (const value of values) {
      const text = problems({ ...URL_SET, [name]: value }).join('\n');
      if (secretOnes.test(name) && !name.endsWith('_FILE')) expect(text).not.toContain(SECRET);
      expect(text).not.toMatch(/remoteWrite|pushgateway\b.*:|[a-z](?:Auth|File|HTTP)\b/);
      if (text !== '') expect(text).toContain(name.split('_')[0] ?? path);
    }
  }
});

it('several problems are reported at once', () => {
  refused(
    { LOGGING_LEVEL: 'x', MAX_WAIT: 'y', REMOTE_WRITE_KEY_FILE: 'k', LABELS: 'z' },
    'LABELS: expected name=value pairs with commas between them, found another text as pair 1',
    'LOGGING_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, found "x"',
    'MAX_WAIT: expected a duration from 0 to 10m with a unit (d, h, m, s or ms) such as 30s, found "y"',
    'REMOTE_WRITE_KEY_FILE: expected REMOTE_WRITE_CERT_FILE next to it, found only REMOTE_WRITE_KEY_FILE',
  );
});

it('a URL alone is a configuration with every default', () => {
  setsBackend({}, {});
});

it('empty variables count as not set', () => {
  setsBackend(Object.fromEntries(ENVIRONMENT_VARIABLES.slice(3).map(({ name }) => [name, ''])), {});
  setsBackend({ SLUICE_CONFIG: '', SLUICE_CONFIG_FILE: '', SLUICE_DEFAULT_CONFIG_FILE: '' }, {});
});

it('variables that a prototype has are not taken for set ones', () => {
  expect(problems(Object.create(URL_SET))[0]).toMatch(/^sluice: Cannot start/);
});

it('every variable of the backend sets its key', () => {
  setsBackend({ REMOTE_WRITE_TOKEN: SECRET }, { authorization: { credentials: SECRET } });
  setsBackend({ REMOTE_WRITE_TOKEN_FILE: 'token' }, { authorization: { credentialsFile: 'token' } });
  setsBackend(
    { REMOTE_WRITE_USERNAME: 'u', REMOTE_WRITE_PASSWORD: SECRET },
    { basicAuth: { username: 'u', password: SECRET } },
  );
  setsBackend(
    { REMOTE_WRITE_USERNAME: '1', REMOTE_WRITE_PASSWORD_FILE: '/p' },
    { basicAuth: { username: '1', passwordFile: '/p' } },
  );
  setsBackend({ REMOTE_WRITE_SIGV4_REGION: 'eu-central-1' }, { sigv4: { region: 'eu-central-1' } });
  setsBackend({ REMOTE_WRITE_TENANT: '12' }, { headers: { 'X-Scope-OrgID': '12' } });
  setsBackend(
    { REMOTE_WRITE_TENANT: 'a', REMOTE_WRITE_HEADERS: 'X-A=1, X-B = b=c ,X-C=' },
    { headers: { 'X-A': '1', 'X-B': 'b=c', 'X-C': '', 'X-Scope-OrgID': 'a' } },
  );
  setsBackend(
    { REMOTE_WRITE_CA_FILE: 'ca', REMOTE_WRITE_CERT_FILE: '/c', REMOTE_WRITE_KEY_FILE: '/k' },
    { tlsConfig: { caFile: 'ca', certFile: '/c', keyFile: '/k' } },
  );
  setsBackend(
    { REMOTE_WRITE_URL: 'http://metrics.test/w', REMOTE_WRITE_ALLOW_INSECURE_HTTP: 'true' },
    { url: 'http://metrics.test/w', allowInsecureHTTP: true },
  );
  setsBackend({ REMOTE_WRITE_ALLOW_INSECURE_HTTP: 'false' }, {});
  setsBackend({ REMOTE_WRITE_MESSAGE_VERSION: 'V2.0' }, { messageVersion: 'V2.0' });
});

it('every other variable sets its key', () => {
  const remoteWrite = [{ url: 'https://metrics.test/w' }];
  sets({ LISTEN_ADDRESS: '[::1]:0' }, { listenAddress: '[::1]:0', remoteWrite });
  sets({ LOGGING_LEVEL: 'warn' }, { logging: { level: 'warn' }, remoteWrite });
  sets({ LOGGING_LEVEL: 'INFO' }, { logging: { level: 'info' }, remoteWrite });
  sets(
    { LABELS: 'cluster=eu-1,zone=,n=5' },
    { labels: { defaults: { cluster: 'eu-1', zone: '', n: '5' } }, remoteWrite },
  );
  sets({ ACKNOWLEDGE: 'delivered' }, { push: { pushgateway: { acknowledge: 'delivered' } }, remoteWrite });
  sets({ MAX_WAIT: '0' }, { push: { pushgateway: { maxWait: 0 } }, remoteWrite });
  sets({ SHUTDOWN_TIMEOUT: '1m30s' }, { shutdownTimeout: '1m30s', remoteWrite });
  sets({ SHUTDOWN_DELAY: '5s' }, { shutdownDelay: '5s', remoteWrite });
  sets({ ENABLE_LIFECYCLE: 'true' }, { enableLifecycle: true, remoteWrite });
  sets({ SPOOL_DIRECTORY: '/s' }, { spool: { directory: '/s' }, remoteWrite });
  sets(
    { SPOOL_DIRECTORY: 's', SPOOL_MAX_SIZE: '33554432' },
    { spool: { directory: 's', maxSize: '32MiB' }, remoteWrite },
  );
});

it('a dollar sign in a variable is a dollar sign', () => {
  setsBackend(
    { REMOTE_WRITE_TOKEN: `a$$b\${LISTEN_ADDRESS}` },
    { authorization: { credentials: `a$$b\${LISTEN_ADDRESS}` } },
  );
});

it('SLUICE_CONFIG is the text of a file, variables in it included, and wins over the others', () => {
  const env = { ...URL_SET, SLUICE_CONFIG: `remoteWrite: [{ url: "\${TARGET}" }]\n`, TARGET: 'https://h/w' };
  expect(configFromEnvironment(env)).toEqual(configFromObject({ remoteWrite: [{ url: 'https://h/w' }] }));
  expect(environmentSourceName(env)).toBe('SLUICE_CONFIG');
  expect(problems({ ...URL_SET, SLUICE_CONFIG: 'a: 1\n' })).toEqual([
    expect.stringMatching(/^SLUICE_CONFIG:1:1: remoteWrite: expected at least one backend/),
    expect.stringMatching(/^SLUICE_CONFIG:1:1: a: unknown key/),
  ]);
});

it('SLUICE_CONFIG_FILE is read as --config is, and wins over the others', () => {
  const file = new TemporaryFolder().write('a.yaml', 'remoteWrite: [{ url: "https://h/w" }]\n');
  const env = { ...URL_SET, SLUICE_CONFIG_FILE: file };
  expect(configFromEnvironment(env).remoteWrite[0]?.url).toBe('https://h/w');
  expect(environmentSourceName(env)).toBe(file);
  expect(problems({ ...URL_SET, SLUICE_CONFIG_FILE: '/nowhere/a.yaml' })).toEqual([
    '/nowhere/a.yaml: Cannot read the configuration: expected a readable file, found ENOENT',
  ]);
});

it('the default file is used if it exists, wins over the variables, and is not needed', () => {
  const folder = new TemporaryFolder();
  const file = folder.write('a.yaml', 'remoteWrite: [{ url: "https://h/w" }]\n');
  const env = { ...URL_SET, SLUICE_DEFAULT_CONFIG_FILE: file };
  expect(configFromEnvironment(env).remoteWrite[0]?.url).toBe('https://h/w');
  expect(environmentSourceName(env)).toBe(file);
  const without = { ...URL_SET, SLUICE_DEFAULT_CONFIG_FILE: `${folder.path}/b.yaml` };
  expect(configFromEnvironment(without).remoteWrite[0]?.url).toBe(URL_SET.REMOTE_WRITE_URL);
  expect(environmentSourceName(without)).toBe('environment');
  const explicit = { SLUICE_CONFIG: 'remoteWrite: [{ url: "https://text/w" }]' };
  expect(configFromEnvironment({ ...env, ...explicit }).remoteWrite[0]?.url).toBe('https://text/w');
});

it('a default file that is there and cannot be read is refused, as the folder that an engine makes of a missing one', () => {
  const { path } = new TemporaryFolder();
  expect(problems({ ...URL_SET, SLUICE_DEFAULT_CONFIG_FILE: path })).toEqual([
    `${path}: Cannot read the configuration: expected a readable file, found EISDIR`,
  ]);
});
