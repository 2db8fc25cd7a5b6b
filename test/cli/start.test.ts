// What keeps the real command from starting, and that it is said in a sentence.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { roadConfig } from '../support/road-config.ts';
import { runSluice } from '../support/running-sluice.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';

const BACKEND = 'http://127.0.0.1:9/api/v1/write';

async function refused(listenAddress: string, sentence: string): Promise<void> {
  const config = JSON.stringify(roadConfig(BACKEND, { listenAddress }));
  const file = new TemporaryFolder().write('sluice.yaml', config);
  const { ending, stderr } = await runSluice(['--config', file]);
  expect([ending, stderr]).toEqual([1, `sluice: ${sentence}\n`]);
}

async function occupyPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a port that is taken is named', async () => {
  const port = await occupyPort();
  await refused(
    `127.0.0.1:${port}`,
    `Cannot listen on 127.0.0.1:${port}: expected a port that no other program listens on, found EADDRINUSE`,
  );
});

test('an address of another machine is named', () =>
  // https://www.rfc-editor.org/rfc/rfc5737: an address for documentation, which no host has.
  refused(
    '192.0.2.1:3030',
    'Cannot listen on 192.0.2.1:3030: expected an address of this machine, found EADDRNOTAVAIL',
  ));

test('sluice dev on a port that is taken says so and ends', async () => {
  const port = await occupyPort();
  const { ending, stderr, stdout } = await runSluice(['dev'], {
    env: { LISTEN_ADDRESS: `127.0.0.1:${port}` },
  });
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot listen on 127.0.0.1:${port}: expected a port that no other program listens on, found EADDRINUSE; ` +
      'choose another with LISTEN_ADDRESS=127.0.0.1:3040\n',
  ]);
  expect(stdout).not.toContain('Push something');
});

test('sluice dev with a LISTEN_ADDRESS that is none says so', async () => {
  const { ending, stderr } = await runSluice(['dev'], { env: { LISTEN_ADDRESS: 'here' } });
  expect([ending, stderr]).toEqual([
    1,
    'configuration: listenAddress: expected host:port, :port or [IPv6]:port with a port from 0 to 65535, found "here"\n',
  ]);
});

test('a configuration without a backend does not start, alone or with dev', async () => {
  const file = new TemporaryFolder().write('sluice.yaml', 'listenAddress: 127.0.0.1:0\n');
  for (const args of [
    ['--config', file],
    ['dev', '--config', file],
  ]) {
    const { ending, stdout, stderr } = await runSluice(args);
    expect([ending, stdout, stderr]).toEqual([
      1,
      '',
      `${file}:1:1: remoteWrite: expected at least one backend to send to ` +
        '(for a trial with the embedded development backend run "sluice dev"), found nothing\n',
    ]);
  }
});

test('a file for TLS that cannot be read keeps it from starting', async () => {
  const backend = { url: 'https://127.0.0.1:9/', tlsConfig: { caFile: '/nowhere/ca.pem' } };
  const file = new TemporaryFolder().write('sluice.yaml', JSON.stringify(roadConfig([backend])));
  const { ending, stderr } = await runSluice(['--config', file]);
  expect([ending, stderr]).toEqual([
    1,
    'sluice: Cannot read CA file /nowhere/ca.pem: expected a readable file, found ENOENT\n',
  ]);
});

test('files are found from the folder of the configuration, wherever the command runs', async () => {
  const folder = new TemporaryFolder();
  folder.write('token', 't');
  const backend = { url: BACKEND, authorization: { credentialsFile: 'token' } };
  const file = folder.write('sluice.yaml', JSON.stringify(roadConfig([backend])));
  expect((await runSluice(['check', '--config', file])).ending).toBe(0);
});

test('port 0 takes a free port, and the log says which', async () => {
  const sluice = await startSluice(roadConfig(BACKEND));
  expect(sluice.logs()).toMatchObject([
    { event: 'starting' },
    { event: 'listening', address: sluice.address },
  ]);
  expect(sluice.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  expect((await sluice.get('/-/ready')).status).toBe(200);
});

test.skipIf(!hasIPv6Loopback())('an IPv6 address is in brackets in the log', async () => {
  const sluice = await startSluice(roadConfig(BACKEND, { listenAddress: '[::1]:0' }));
  expect(sluice.address).toMatch(/^\[::1\]:[1-9]\d*$/);
  expect((await sluice.get('/-/healthy')).text).toBe('OK\n');
});

function hasIPv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  );
}
