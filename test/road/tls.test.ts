// TLS as the configuration file says it, once through the whole road.
import type { TlsOptions } from 'node:tls';
import { expect, test } from 'vitest';
import { createAuthority, type Identity } from '../support/certificates.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { backendFields, type Fields, roadConfig } from '../support/road-config.ts';
import { runSluice } from '../support/running-sluice.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const authority = await createAuthority();
const stranger = await createAuthority('CN=Somebody else');
const named = await authority.issue({ dns: ['metrics.test'] });

const serve = ({ certPem, keyPem }: Identity, more: TlsOptions = {}): TlsOptions => ({
  cert: certPem,
  key: keyPem,
  ...more,
});
const asksForClient = { ca: authority.certPem, requestCert: true, rejectUnauthorized: true };

function caFile(folder: TemporaryFolder): string {
  return folder.write('ca.pem', authority.certPem);
}

test('caFile, client certificate and serverName let the samples through', async () => {
  const receiver = await startReceiver([{}], { tls: serve(named, asksForClient) });
  const folder = new TemporaryFolder();
  const client = await authority.issue({ purpose: 'client' });
  const tlsConfig = {
    caFile: caFile(folder),
    certFile: folder.write('client.pem', client.certPem),
    keyFile: folder.write('client-key.pem', client.keyPem),
    serverName: 'metrics.test',
    minVersion: 'TLS13',
  };
  const sluice = await startSluice(roadConfig([backendFields(receiver.url(), { tlsConfig })]));
  await sluice.push('m 42\n');
  await waitUntil(() => receiver.delivered.length === 1, 'the delivery');
  expect(receiver.deliveredValues).toEqual([42]);
  expect(await sluice.stop()).toBe(0);
});

/** Pushes to a backend that is not to be trusted: no request may reach it, and the log says why. */
async function distrusted(tls: TlsOptions, tlsConfig: Fields, reason: RegExp): Promise<void> {
  const receiver = await startReceiver([{}], { tls });
  const backend = backendFields(receiver.url(), { tlsConfig, headers: { 'X-Token': 't0psecret' } });
  const sluice = await startSluice(roadConfig([backend]));
  await sluice.push('m 42\n');
  const retried = await sluice.logged('blockRetried');
  expect(retried).toMatchObject({ level: 'warn', backend: 'primary', samples: 1 });
  expect(retried.reason).toMatch(reason);
  await waitUntil(() => receiver.failedHandshakes + receiver.connections > 1, 'another attempt');
  expect(await sluice.stop()).toBe(3);
  expect(receiver.started).toBe(0);
  expect(sluice.command.stdout).not.toContain('t0psecret');
}

test('a certificate of an unknown authority stops the samples', () =>
  distrusted(
    serve(named),
    { caFile: new TemporaryFolder().write('ca.pem', stranger.certPem), serverName: 'metrics.test' },
    /^tls_unable_to_verify_leaf_signature$/,
  ));

test('a certificate for another name stops the samples', () =>
  distrusted(serve(named), { caFile: caFile(new TemporaryFolder()) }, /^tls_cert_altname_invalid$/));

test('a backend that asks for a client certificate handles nothing without one', () =>
  distrusted(
    serve(named, asksForClient),
    { caFile: caFile(new TemporaryFolder()), serverName: 'metrics.test' },
    /^(?:tls_|connection_)/,
  ));

test('insecureSkipVerify delivers, and warns at start', async () => {
  const receiver = await startReceiver([{}], { tls: serve(named) });
  const backend = backendFields(receiver.url(), { tlsConfig: { insecureSkipVerify: true } });
  const sluice = await startSluice(roadConfig([backend]));
  await sluice.push('m 42\n');
  await waitUntil(() => receiver.delivered.length === 1, 'the delivery');
  expect(await sluice.logged('configurationWarning')).toMatchObject({
    level: 'warn',
    detail:
      'Backend "primary": tlsConfig.insecureSkipVerify is on; its certificate is not checked, ' +
      'so anyone on the way can read and change what is sent',
  });
});

test('files that do not belong together keep Sluice from starting', async () => {
  const folder = new TemporaryFolder();
  const [one, other] = [
    await authority.issue({ purpose: 'client' }),
    await authority.issue({ purpose: 'client' }),
  ];
  const tlsConfig = {
    certFile: folder.write('c.pem', one.certPem),
    keyFile: folder.write('k.pem', other.keyPem),
  };
  const config = roadConfig([{ url: 'https://127.0.0.1:9/', tlsConfig }]);
  const file = folder.write('sluice.yaml', JSON.stringify(config));
  const { ending, stderr } = await runSluice(['--config', file]);
  expect(ending).toBe(1);
  expect(stderr).toBe(
    `sluice: Cannot use client certificate ${tlsConfig.certFile} with key ${tlsConfig.keyFile}: ` +
      'expected a matching pair in PEM, found ERR_OSSL_X509_KEY_VALUES_MISMATCH\n',
  );
});
