// The configuration inside Lambda: its defaults, where it is found, and which keys are ignored.
import { describe, expect, it } from 'vitest';
import { loadLambdaConfig } from '../../src/lambda/lambda-config.ts';
import { readLambdaSettings } from '../../src/lambda/lambda-settings.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';

const URL_ONLY = {
  REMOTE_WRITE_URL: 'https://metrics.example.com/api/v1/write',
  LAMBDA_TASK_ROOT: '/nowhere',
};

describe('without a word about it, Sluice in Lambda', () => {
  const { config, warnings } = loadLambdaConfig(URL_ONLY, [], 'i');

  it('listens on loopback only, and answers pushes when they are delivered', () => {
    expect(config.listenAddress).toEqual({ host: '127.0.0.1', port: 3030 });
    expect(config.push.pushgateway).toMatchObject({ acknowledge: 'delivered', maxWait: 2000 });
  });

  it('keeps the connections of the function through any freeze', () => {
    expect(config.server.keepAliveTimeout).toBe(24 * 60 * 60 * 1000);
  });

  it('logs warnings and errors as JSON, and takes little memory and no long waits', () => {
    expect(config.logging).toEqual({ level: 'warn', format: 'json' });
    expect(config.remoteWrite[0]).toMatchObject({
      remoteTimeout: 10_000,
      queueConfig: { maxQueueSize: 16 * 1024 * 1024, shards: 4 },
    });
    expect([config.labels.defaults, warnings]).toEqual([{}, []]);
  });
});

it('what is said wins over the defaults, in variables and in files', () => {
  const variables = loadLambdaConfig({ ...URL_ONLY, ACKNOWLEDGE: 'queued', MAX_WAIT: '1s' }, [], 'i').config;
  expect(variables.push.pushgateway).toMatchObject({ acknowledge: 'queued', maxWait: 1000 });
  const text = `
listenAddress: 127.0.0.1:9090
push: { pushgateway: { maxWait: 5s } }
remoteWrite: [{ name: a, url: "https://a.example/", remoteTimeout: 3s }, { name: b, url: "https://b.example/" }]`;
  const { config } = loadLambdaConfig({ SLUICE_CONFIG: text, LAMBDA_TASK_ROOT: '/nowhere' }, [], 'i');
  expect(config.listenAddress.port).toBe(9090);
  expect(config.push.pushgateway).toMatchObject({ acknowledge: 'delivered', maxWait: 5000 });
  expect(config.remoteWrite.map(({ remoteTimeout }) => remoteTimeout)).toEqual([3000, 10_000]);
});

it('if nothing is frozen, pushes are answered as everywhere else', () => {
  const env = { ...URL_ONLY, AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' };
  const { push, server } = loadLambdaConfig(env, [], 'i').config;
  expect(push.pushgateway).toMatchObject({ acknowledge: 'queued', maxWait: 10_000 });
  expect(server.keepAliveTimeout).toBe(75_000);
});

it('a file in the package of the function is found, and problems in it are reported with their line', () => {
  const folder = new TemporaryFolder();
  const file = folder.write(
    'sluice.yaml',
    'remoteWrite:\n  - url: https://metrics.example.com/\n    nmae: x\n',
  );
  expect(() => loadLambdaConfig({ LAMBDA_TASK_ROOT: folder.path }, [], 'i')).toThrow(
    `${file}:3:5: remoteWrite[0].nmae: unknown key, did you mean "name"?`,
  );
});

it('a spool is not used, and what would be stored is delivered', () => {
  const env = { ...URL_ONLY, SPOOL_DIRECTORY: '/tmp/spool', ACKNOWLEDGE: 'stored' };
  const { config, warnings } = loadLambdaConfig(env, [], 'i');
  expect([config.spool, config.push.pushgateway.acknowledge, warnings.length]).toEqual([
    undefined,
    'delivered',
    1,
  ]);
});

it('configured labels win over those that are asked for; empty ones are left out', () => {
  const env = { ...URL_ONLY, AWS_LAMBDA_FUNCTION_NAME: 'resize', LABELS: 'region=moon,team=a' };
  const labels = ['function_name', 'function_version', 'region', 'instance'] as const;
  expect(loadLambdaConfig(env, labels, '0a1b2c3d').config.labels.defaults).toMatchObject({
    function_name: 'resize',
    region: 'moon',
    team: 'a',
    instance: '0a1b2c3d',
  });
});

describe('a setting of the extension', () => {
  const isRefused = (name: string, text: string, expected: string) =>
    it(`is refused: ${name}=${text}`, () => {
      const message = `environment: ${name}: expected ${expected}, found ${JSON.stringify(text)}`;
      expect(() => readLambdaSettings({ [name]: text })).toThrow(message);
    });
  const duration = 'a duration from 0 to 15m such as 1s';
  isRefused('SLUICE_LAMBDA_FLUSH_TIMEOUT', '1', duration);
  isRefused('SLUICE_LAMBDA_FLUSH_TIMEOUT', '16m', duration);
  isRefused('SLUICE_LAMBDA_RECONNECT_AFTER', '-1s', duration);
  isRefused('SLUICE_LAMBDA_TELEMETRY_ADDRESS', '3031', 'host:port or off');
  isRefused('SLUICE_LAMBDA_STRICT', 'yes', 'true or false');
  isRefused('SLUICE_LAMBDA_TELEMETRY_ADDRESS', 'sandbox:99999', 'host:port or off');
  isRefused(
    'SLUICE_LAMBDA_LABELS',
    'function_name;region',
    'none, or some of function_name, function_version, region, instance with commas between',
  );

  it('has a default if it is not set, or empty', () => {
    const defaults = {
      flushTimeoutMs: 1000,
      reconnectAfterMs: 10_000,
      telemetryAddress: { host: 'sandbox.localdomain', port: 3031 },
      labels: [],
    };
    expect(readLambdaSettings({})).toEqual(defaults);
    expect(readLambdaSettings({ SLUICE_LAMBDA_FLUSH_TIMEOUT: '', SLUICE_LAMBDA_LABELS: '' })).toEqual(
      defaults,
    );
  });

  it('is read', () => {
    expect(
      readLambdaSettings({
        SLUICE_LAMBDA_FLUSH_TIMEOUT: '250ms',
        SLUICE_LAMBDA_RECONNECT_AFTER: '0',
        SLUICE_LAMBDA_TELEMETRY_ADDRESS: 'off',
        SLUICE_LAMBDA_LABELS: 'region, function_name',
      }),
    ).toEqual({
      flushTimeoutMs: 250,
      reconnectAfterMs: 0,
      telemetryAddress: undefined,
      labels: ['function_name', 'region'],
    });
  });
});
