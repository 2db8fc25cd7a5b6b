// Certificates for tests: an authority, and leaves of any name, age and purpose.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';

const x509 = await import('@peculiar/x509');

export interface Identity {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface LeafOptions {
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly purpose?: 'server' | 'client';
}

export interface Authority {
  readonly certPem: string;
  issue(options: LeafOptions): Promise<Identity>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export async function createAuthority(name = 'CN=Test authority'): Promise<Authority> {
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name,
      ...validity({}),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
      ],
    },
    webcrypto,
  );
  const issue = (options: LeafOptions) => issueLeaf(options, certificate.subject, keys.privateKey);
  return { certPem: certificate.toString('pem'), issue };
}

/** A leaf certificate of no known authority. */
export async function createSelfSigned(options: LeafOptions): Promise<Identity> {
  return issueLeaf(options);
}

async function issueLeaf(
  options: LeafOptions,
  issuer?: string,
  signingKey?: webcrypto.CryptoKey,
): Promise<Identity> {
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: 'CN=Test leaf',
      issuer: issuer ?? 'CN=Test leaf',
      ...validity(options),
      publicKey: keys.publicKey,
      signingKey: signingKey ?? keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: leafExtensions(options),
    },
    webcrypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certPem: certificate.toString('pem'), keyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

function leafExtensions({ dns = [], ips = [], purpose = 'server' }: LeafOptions) {
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const names = [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ips.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.ExtendedKeyUsageExtension([purpose === 'server' ? serverAuth : clientAuth]),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

function validity({ notBefore, notAfter }: LeafOptions): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: notBefore ?? new Date(now - DAY_MS), notAfter: notAfter ?? new Date(now + DAY_MS) };
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Positive: the top bit clear (RFC 5280, section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}
