// What Sluice uses of AWS's own libraries: the search for credentials, and the signature. Loaded only if a backend asks for
// sigv4, because it is large.
import { createHash, createHmac } from 'node:crypto';
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Checksum, SourceData } from '@smithy/types';
import type { SigV4Config } from '../../config/config.ts';
import type { HttpRequest, Target } from '../http/http-request.ts';
import type { AwsRequestHandler } from './aws-request-handler.ts';

export type { AwsCredentialIdentity } from '@smithy/types';

export interface CredentialSearch {
  readonly config: SigV4Config;
  readonly region: string;
  readonly requestHandler: AwsRequestHandler;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Credentials from the configured source, or else from the sources of all AWS SDKs, in their order. */
export async function findCredentials(search: CredentialSearch): Promise<AwsCredentialIdentity> {
  const { config, region, requestHandler } = search;
  const { roleArn, externalId, profile } = config;
  // Sluice retries by itself, and caches what was found.
  const clientConfig = { region, requestHandler, maxAttempts: 1, logger: SILENT };
  const chain = fromNodeProviderChain({
    clientConfig,
    logger: SILENT,
    ignoreCache: true,
    ...(profile === undefined ? {} : { profile }),
  });
  const found = givenCredentials(config) ?? (await chain({ forceRefresh: true }));
  if (roleArn === undefined) return found;
  const assume = fromTemporaryCredentials({
    masterCredentials: found,
    clientConfig,
    logger: SILENT,
    params: {
      RoleArn: roleArn,
      RoleSessionName: 'sluice',
      ...(externalId === undefined ? {} : { ExternalId: externalId.reveal() }),
    },
  });
  return assume();
}

export interface SigningOptions {
  readonly credentials: AwsCredentialIdentity;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

/** A POST that is not signed yet. */
export type UnsignedRequest = Target & Pick<HttpRequest, 'headers' | 'body'>;

/** The headers to add to the request, which sign it. */
export async function signRequest(
  request: UnsignedRequest,
  options: SigningOptions,
): Promise<Record<string, string>> {
  const { credentials, region, service, nowMs } = options;
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: true });
  const { protocol, hostname, host, pathname, search } = splitTarget(request);
  const given = signedHeaders(request.headers);
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol,
      hostname,
      path: pathname,
      query: queryOf(search),
      headers: { ...given, host },
      body: request.body,
    },
    { signingDate: new Date(nowMs) },
  );
  const added = Object.entries(signed.headers).filter(([name]) => name !== 'host' && !(name in given));
  return Object.fromEntries(added);
}

function givenCredentials({ accessKey, secretKey, sessionToken }: SigV4Config) {
  if (accessKey === undefined || secretKey === undefined) return undefined;
  return {
    accessKeyId: accessKey.reveal(),
    secretAccessKey: secretKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  };
}

/** The path is signed as it is sent, and `new URL()` would change it. */
function splitTarget({ origin, path }: UnsignedRequest) {
  const { protocol, hostname, host } = new URL(origin);
  const query = path.indexOf('?');
  return {
    protocol,
    hostname,
    host,
    pathname: query < 0 ? path : path.slice(0, query),
    search: query < 0 ? '' : path.slice(query + 1),
  };
}

function queryOf(search: string): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) query[name] = [...(query[name] ?? []), value];
  return query;
}

/** Values that are not ASCII are left out: the library would sign other bytes than those that are sent. */
function signedHeaders(headers: HttpRequest['headers']): Record<string, string> {
  const signed = Object.entries(headers).filter(([, value]) => /^[\t\x20-\x7e]*$/.test(value));
  return Object.fromEntries(signed.map(([name, value]) => [name.toLowerCase(), value]));
}

class Sha256 implements Checksum {
  readonly #secret: Uint8Array | undefined;
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: SourceData) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
    this.#hash = this.#start();
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start() {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function bytesOf(source: SourceData): Uint8Array {
  if (typeof source === 'string') return Buffer.from(source);
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
