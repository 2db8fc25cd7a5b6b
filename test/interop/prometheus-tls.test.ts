// Prometheus behind TLS and a password: Sluice gets in with caFile and basicAuth, and with nothing less.
import { expect } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { waitUntil } from '../support/wait-until.ts';
import { itWith } from './support/programs.ts';
import { Prometheus } from './support/prometheus.ts';
import { type BackendSettings, startSluice } from './support/sluice.ts';

const it = itWith('prometheus');

const USER = 'sluice';
const PASSWORD = 'right-password';
/** bcrypt of PASSWORD with the least cost. */
const PASSWORD_HASH = '$2b$04$SR975gB2DJbmxYPFG33JLO5p5vzq5AGPUFwZoMnDi3cLl6Dsf9zXS';

async function start() {
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue({ ips: ['127.0.0.1'] });
  const folder = new TemporaryFolder();
  const config = {
    tls_server_config: {
      cert_file: folder.write('server.pem', certPem),
      key_file: folder.write('server-key.pem', keyPem),
      min_version: 'TLS13',
    },
    basic_auth_users: { [USER]: PASSWORD_HASH },
  };
  const access = { ca: authority.certPem, auth: `${USER}:${PASSWORD}` };
  const prometheus = await Prometheus.start({ web: { config: JSON.stringify(config), access } });
  const startWith = (backend: Omit<BackendSettings, 'url'>) =>
    startSluice(
      { url: prometheus.writeUrl, ...backend },
      { 'ca.pem': authority.certPem, password: `${PASSWORD}\n` },
    );
  return { prometheus, startWith };
}

async function staysOut(backend: Omit<BackendSettings, 'url'>, reason: RegExp) {
  const { prometheus, startWith } = await start();
  const sluice = await startWith(backend);
  expect((await sluice.push('it_secret 1\n')).status).toBe(202);
  await waitUntil(() => reason.test(sluice.command.stdout), `a line like ${reason}`);
  expect(await prometheus.stored('it_secret')).toEqual([]);
}

it('a backend of an authority that is not trusted gets nothing', () =>
  staysOut({ basicAuth: { username: USER, passwordFile: 'password' } }, /certificate/));

it('a wrong password delivers nothing, and the log says so', () =>
  staysOut(
    { tlsConfig: { caFile: 'ca.pem' }, basicAuth: { username: USER, password: 'wrong-password' } },
    /"reason":"status_401"/,
  ));

it('caFile and basicAuth with a password file deliver', async () => {
  const { prometheus, startWith } = await start();
  const sluice = await startWith({
    tlsConfig: { caFile: 'ca.pem' },
    basicAuth: { username: USER, passwordFile: 'password' },
  });
  expect((await sluice.push('it_secret 1\n')).status).toBe(202);
  const [series] = await waitForValue(
    () => prometheus.stored('it_secret'),
    ({ length }) => length > 0,
    'the series',
  );
  expect(series?.labels).toEqual({ __name__: 'it_secret', job: 'test', instance: 'i1' });
  expect(series?.samples.map(({ value }) => value)).toEqual([1]);
  expect(await sluice.stop()).toBe(0);
  expect(sluice.command.stdout).not.toContain(PASSWORD);
});
