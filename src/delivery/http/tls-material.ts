// A backend's TLS settings as a secure context, made again when a file changes on disk. Files that cannot be used stop the
// start; later they leave the last good context in use.
import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import type { TlsConfig } from '../../config/config.ts';
import { WatchedFile } from './watched-file.ts';

export type TlsRefresh =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'unusable'; readonly detail: string };

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const MIN_VERSIONS = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

export class TlsMaterial {
  readonly #config: TlsConfig;
  readonly #ca: WatchedFile | undefined;
  readonly #cert: WatchedFile | undefined;
  readonly #key: WatchedFile | undefined;
  #options: SecureContextOptions;
  #context: SecureContext | undefined;

  /** Throws an Error that names the file that cannot be used. */
  constructor(config: TlsConfig) {
    this.#config = config;
    this.#ca = watch(config.caFile, 'CA file');
    this.#cert = watch(config.certFile, 'client certificate file');
    this.#key = watch(config.keyFile, 'client key file');
    this.#options = this.#read();
  }

  /** The context for the next connection. The system's root certificates are loaded with the first one, not at the start. */
  context(): SecureContext {
    this.#context ??= createSecureContext({ ...this.#options, ca: this.#options.ca ?? systemRoots() });
    return this.#context;
  }

  /** Checks whether a file has changed, and if so uses its new content. */
  refresh(): TlsRefresh {
    const files = [this.#ca, this.#cert, this.#key];
    if (!files.some((file) => file?.hasChanged())) return { kind: 'unchanged' };
    try {
      this.#options = this.#read();
      this.#context = undefined;
      return { kind: 'reloaded' };
    } catch (error) {
      return { kind: 'unusable', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  #read(): SecureContextOptions {
    // All are read before any is judged, so that each counts as seen and one change is reported once.
    const [ca, cert, key] = [this.#ca, this.#cert, this.#key].map(readOrError);
    for (const text of [ca, cert, key]) if (text instanceof Error) throw text;
    const { minVersion } = this.#config;
    const options: SecureContextOptions = { minVersion: MIN_VERSIONS[minVersion] };
    const authorities = ca ?? this.#config.ca;
    if (authorities !== undefined)
      options.ca = certificatesOf(String(authorities), this.#ca?.path ?? 'the given CA');
    if (cert !== undefined && key !== undefined) {
      options.cert = String(cert);
      options.key = String(key);
      checkPair(options, this.#cert?.path ?? '', this.#key?.path ?? '');
    }
    return options;
  }
}

function watch(path: string | undefined, purpose: string): WatchedFile | undefined {
  return path === undefined ? undefined : new WatchedFile(path, purpose);
}

function readOrError(file: WatchedFile | undefined): string | Error | undefined {
  try {
    return file?.read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Node itself would ignore what is not a certificate, and then refuse every server. */
function certificatesOf(pem: string, path: string): string[] {
  const certificates = pem.match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new Error(`Cannot use CA file ${path}: expected certificates in PEM, found none`);
  }
  for (const certificate of certificates) parseCertificate(certificate, path);
  return certificates;
}

function parseCertificate(pem: string, path: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new Error(`Cannot use CA file ${path}: expected certificates in PEM, found a broken one`, {
      cause,
    });
  }
}

function checkPair(options: SecureContextOptions, certPath: string, keyPath: string): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    const seen = cause instanceof Error && 'code' in cause ? String(cause.code) : 'something else';
    throw new Error(
      `Cannot use client certificate ${certPath} with key ${keyPath}: expected a matching pair in PEM, found ${seen}`,
      { cause },
    );
  }
}

function systemRoots(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}
