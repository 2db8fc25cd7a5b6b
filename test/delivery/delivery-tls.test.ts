// TLS as a backend's configuration says it: no data without a verified peer, and new files without a restart.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TlsConfig } from '../../src/config/config.ts';
import { backendConfig } from '../support/backend-config.ts';
import { createAuthority, createSelfSigned, type Identity } from '../support/certificates.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { waitUntil } from '../support/wait-until.ts';

const LOOPBACK = { ips: ['127.0.0.1'] };
const authority = await createAuthority();
const stranger = await createAuthority('CN=Somebody else');
const good = await authority.issue(LOOPBACK);

const serve = ({ certPem, keyPem }: Identity): TlsOptions => ({ cert: certPem, key: keyPem });

describe('a certificate that cannot be verified', () => {
  const day = 86_400_000;
  const cases: [string, Promise<Identity>, string][] = [
    ['of an unknown authority', stranger.issue(LOOPBACK), 'tls_unable_to_verify_leaf_signature'],
    ['for another name', authority.issue({ dns: ['elsewhere.test'] }), 'tls_cert_altname_invalid'],
    [
      'that has expired',
      authority.issue({ ...LOOPBACK, notAfter: new Date(Date.now() - 1000) }),
      'tls_cert_has_expired',
    ],
    [
      'that is not valid yet',
      authority.issue({ ...LOOPBACK, notBefore: new Date(Date.now() + day / 2) }),
      'tls_cert_not_yet_valid',
    ],
    ['that vouches for itself', createSelfSigned(LOOPBACK), 'tls_depth_zero_self_signed_cert'],
  ];
  test.each(cases)('%s stops the data until it is right', async (_, bad, reason) => {
    const refused = await startReceiver([{}], { tls: serve(await bad) });
    const { port } = refused;
    const { push, events } = startDelivery(
      backendConfig(refused.url(), { tlsConfig: { ca: authority.certPem } }),
    );
    push('m', 42);
    await waitUntil(() => events.retried.length >= 2, 'two failures');
    expect(events.retried[0]).toMatchObject({ reason });
    expect(refused.started).toBe(0);
    await refused.close();
    const receiver = await startReceiver([{}], { tls: serve(good), port });
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(receiver.deliveredValues).toEqual([42]);
  });

  test('is taken with insecureSkipVerify', async () => {
    const receiver = await startReceiver([{}], {
      tls: serve(await createSelfSigned({ dns: ['elsewhere.test'] })),
    });
    const { push, events } = startDelivery(
      backendConfig(receiver.url(), { tlsConfig: { insecureSkipVerify: true } }),
    );
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
  });

  test('for another name is taken if serverName is that name', async () => {
    const receiver = await startReceiver([{}], {
      tls: serve(await authority.issue({ dns: ['elsewhere.test'] })),
    });
    const tlsConfig = { ca: authority.certPem, serverName: 'elsewhere.test' };
    const { push, events } = startDelivery(backendConfig(receiver.url(), { tlsConfig }));
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
  });
});

test('a host name in the URL is checked against the names of the certificate', async () => {
  const receiver = await startReceiver([{}], { tls: serve(await authority.issue({ dns: ['localhost'] })) });
  const config = backendConfig(receiver.url('/', 'localhost'), { tlsConfig: { ca: authority.certPem } });
  const { push, events } = startDelivery(config);
  push('m');
  await waitUntil(() => events.sent.length === 1, 'the delivery');
});

test('a plain HTTP port gets nothing in the clear', async () => {
  const receiver = await startReceiver();
  const { push, events } = startDelivery(backendConfig(receiver.url().replace('http:', 'https:')));
  push('m');
  await waitUntil(() => events.retried.length >= 2, 'two failures');
  expect(events.retried[0]?.reason).toMatch(/^tls_|^timeout$|^connection_/);
  expect(receiver.started).toBe(0);
});

test('a backend that only speaks an older version than minVersion gets nothing', async () => {
  const receiver = await startReceiver([{}], { tls: { ...serve(good), maxVersion: 'TLSv1.2' } });
  const tlsConfig: Partial<TlsConfig> = { ca: authority.certPem, minVersion: 'TLS13' };
  const { push, events } = startDelivery(backendConfig(receiver.url(), { tlsConfig }));
  push('m');
  await waitUntil(() => events.retried.length >= 1, 'a failure');
  expect(events.retried[0]?.reason).toMatch(/^tls_/);
  expect(receiver.started).toBe(0);
});

describe('a backend that asks for a client certificate', () => {
  const mutual = (maxVersion: 'TLSv1.2' | 'TLSv1.3'): TlsOptions => ({
    ...serve(good),
    ca: authority.certPem,
    requestCert: true,
    rejectUnauthorized: true,
    maxVersion,
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s handles nothing without one', async (version) => {
    const receiver = await startReceiver([{}], { tls: mutual(version) });
    const { push, events } = startDelivery(
      backendConfig(receiver.url(), { tlsConfig: { ca: authority.certPem } }),
    );
    push('m');
    await waitUntil(() => events.retried.length >= 2, 'two failures');
    expect(receiver.requests).toEqual([]);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s takes the data with one', async (version) => {
    const receiver = await startReceiver([{}], { tls: mutual(version) });
    const files = writeFiles(await authority.issue({ purpose: 'client' }));
    const { push, events } = startDelivery(backendConfig(receiver.url(), { tlsConfig: files.config }));
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
  });

  test('takes the data once the files on disk are right, without a restart', async () => {
    const receiver = await startReceiver([{}], { tls: mutual('TLSv1.3') });
    const files = writeFiles(await stranger.issue({ purpose: 'client' }));
    const { push, events } = startDelivery(backendConfig(receiver.url(), { tlsConfig: files.config }));
    push('m', 7);
    await waitUntil(() => events.retried.length >= 1, 'a failure');
    const right = await authority.issue({ purpose: 'client' });
    writeFileSync(files.cert, right.certPem);
    await waitUntil(() => events.tlsTroubles.length === 1, 'the pair that does not match');
    expect(events.tlsTroubles[0]?.detail).toBe(
      `Cannot use client certificate ${files.cert} with key ${files.key}: ` +
        'expected a matching pair in PEM, found ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    );
    writeFileSync(files.key, right.keyPem);
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(receiver.deliveredValues).toEqual([7]);
    expect(events.reloaded).toEqual(['primary']);
  });
});

describe('files', () => {
  test('that change to something unusable leave the old ones in use, and are reported once', async () => {
    const receiver = await startReceiver([{}], { tls: serve(good) });
    const files = writeFiles(await authority.issue({ purpose: 'client' }));
    const { push, events } = startDelivery(backendConfig(receiver.url(), { tlsConfig: files.config }));
    writeFileSync(files.ca, 'not a certificate');
    push('a');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    push('b');
    await waitUntil(() => events.sent.length === 2, 'another delivery');
    expect(events.tlsTroubles).toEqual([
      {
        backend: 'primary',
        detail: `Cannot use CA file ${files.ca}: expected certificates in PEM, found none`,
      },
    ]);
  });

  const refusal = (tlsConfig: Partial<TlsConfig>) => () =>
    startDelivery(backendConfig('https://127.0.0.1:1/', { tlsConfig }));

  test('that cannot be read stop the start', () => {
    expect(refusal({ caFile: '/nowhere/ca.pem' })).toThrow(
      'Cannot read CA file /nowhere/ca.pem: expected a readable file, found ENOENT',
    );
  });

  test('that hold no certificate stop the start', async () => {
    const files = writeFiles(await authority.issue({ purpose: 'client' }));
    expect(refusal({ caFile: files.key })).toThrow(
      `Cannot use CA file ${files.key}: expected certificates in PEM, found none`,
    );
  });

  test('that do not belong together stop the start', async () => {
    const one = writeFiles(await authority.issue({ purpose: 'client' }));
    const other = writeFiles(await authority.issue({ purpose: 'client' }));
    expect(refusal({ certFile: one.cert, keyFile: other.key })).toThrow(
      `Cannot use client certificate ${one.cert} with key ${other.key}: ` +
        'expected a matching pair in PEM, found ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    );
  });
});

function writeFiles({ certPem, keyPem }: Identity) {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const [ca, cert, key] = [
    write('ca.pem', authority.certPem),
    write('cert.pem', certPem),
    write('key.pem', keyPem),
  ];
  return { ca, cert, key, config: { caFile: ca, certFile: cert, keyFile: key } };
}
