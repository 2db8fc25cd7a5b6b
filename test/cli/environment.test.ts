// The command without --config: its configuration comes from environment variables.
import { expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { RunningSluice, runSluice } from '../support/running-sluice.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';

const FREE_PORT = { LISTEN_ADDRESS: '127.0.0.1:0' };

test.each([[[]], [['run']], [['check']]])(
  'without a file and without variables %j ends with 1 and the ways to give one',
  async (args) => {
    const { ending, stdout, stderr } = await runSluice(args, { env: FREE_PORT });
    expect([ending, stdout, stderr]).toEqual([
      1,
      '',
      'sluice: Cannot start: expected --config FILE or the environment variable REMOTE_WRITE_URL, found neither ' +
        '(a trial needs no backend: sluice dev)\n',
    ]);
  },
);

test.each([[[]], [['check']]])('a variable that cannot be used is named: %j', async (args) => {
  const env = { REMOTE_WRITE_URL: 'http://metrics.test/w', REMOTE_WRITE_TOKN: 't0psecret' };
  const { ending, stderr } = await runSluice(args, { env });
  expect([ending, stderr]).toEqual([
    1,
    'environment: REMOTE_WRITE_TOKN: unknown variable, did you mean "REMOTE_WRITE_TOKEN"?\n' +
      'environment: REMOTE_WRITE_URL: expected https:// (or REMOTE_WRITE_ALLOW_INSECURE_HTTP=true), found http:// to metrics.test\n',
  ]);
});

test('check says that the variables can be used, with their warnings', async () => {
  const env = { REMOTE_WRITE_URL: 'http://metrics.test/w', REMOTE_WRITE_ALLOW_INSECURE_HTTP: 'true' };
  const { ending, stdout, stderr } = await runSluice(['check'], { env });
  expect([ending, stdout]).toEqual([0, 'environment: can be used\n']);
  expect(stderr).toMatch(/^environment: warning: Backend "metrics\.test": allowInsecureHTTP is on /);
});

test('with variables alone it delivers a push, names the source of its configuration, and shows no token', async () => {
  const receiver = await startReceiver();
  const env = {
    ...FREE_PORT,
    REMOTE_WRITE_URL: receiver.url(),
    REMOTE_WRITE_TOKEN: 't0psecret',
    REMOTE_WRITE_TENANT: 'team-a',
    LABELS: 'cluster=eu-1',
    ACKNOWLEDGE: 'delivered',
    LOGGING_LEVEL: 'trace',
  };
  const sluice = await RunningSluice.start([], { env });
  expect((await sluice.push('m 1\n')).status).toBe(200);
  expect(receiver.requests[0]?.headers).toContainEqual(['authorization', 'Bearer t0psecret']);
  expect(receiver.requests[0]?.headers).toContainEqual(['X-Scope-OrgID', 'team-a']);
  expect(receiver.delivered[0]?.labels).toContainEqual(['cluster', 'eu-1']);
  expect((await sluice.logged('starting')).config).toBe('environment');
  expect((await sluice.get('/api/v1/status')).text).not.toContain('t0psecret');
  expect(await sluice.stop()).toBe(0);
  expect(sluice.command.stdout).not.toContain('t0psecret');
});

test('--config wins over everything in the environment', async () => {
  const file = new TemporaryFolder().write('a.yaml', 'remoteWrite: [{ url: "https://metrics.test/w" }]\n');
  const env = { SLUICE_CONFIG: 'not: {}', SLUICE_CONFIG_FILE: '/nowhere', REMOTE_WRITE_URL: 'nonsense' };
  const { ending, stdout, stderr } = await runSluice(['check', '--config', file], { env });
  expect([ending, stdout, stderr]).toEqual([0, `${file}: can be used\n`, '']);
});
