import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCertificate } from '../../../src/devbackend/receiver/certificate.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);

test('a certificate names the loopback addresses and nothing else', async () => {
  const { certPem } = await createCertificate(NOW_MS);
  const certificate = new X509Certificate(certPem);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('::1')).toBe('::1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkHost('example.com')).toBeUndefined();
});

test('a certificate is a leaf, valid from an hour ago for thirty days', async () => {
  const { certPem } = await createCertificate(NOW_MS);
  const certificate = new X509Certificate(certPem);
  expect(certificate.ca).toBe(false);
  expect(certificate.validFromDate.toISOString()).toBe('2026-01-15T11:00:00.000Z');
  expect(certificate.validToDate.toISOString()).toBe('2026-02-14T11:00:00.000Z');
  expect(certificate.verify(certificate.publicKey)).toBe(true);
});

test('a certificate comes with its own key, another one each time', async () => {
  const [first, second] = await Promise.all([createCertificate(NOW_MS), createCertificate(NOW_MS)]);
  expect(new X509Certificate(first.certPem).checkPrivateKey(createPrivateKey(first.keyPem))).toBe(true);
  expect(new X509Certificate(first.certPem).checkPrivateKey(createPrivateKey(second.keyPem))).toBe(false);
});
