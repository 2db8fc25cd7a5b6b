// What is used of AWS's own libraries: the search for credentials, and the signature. Loaded only where a backend asks for
// sigv4, since it is large.
import { createHash, createHmac } from 'node:crypto';
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Checksum, SourceData } from '@smithy/types';
import type { SigV4Config } from '../../config/config.ts';
import type { AwsRequestHandler } from './aws-request-handler.ts';
import type { UnsignedRequest } from './backend-auth.ts';

export type { AwsCredentialIdentity } from '@smithy/types';

export interface CredentialSearch {
  readonly config: SigV4Config;
  readonly region: string;
  readonly requestHandler: AwsRequestHandler;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Looks for credentials where the configuration says, else where all AWS SDKs look, in their order. */
export async function findCredentials(search: CredentialSearch): Promise<AwsCredentialIdentity> {
  const { config, region, requestHandler } = search;
  const { roleArn, externalId, profile } = config;
  // We repeat by ourselves, and keep what was found.
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

/** The headers that sign the request, those that were added included; names and values in turn. */
export async function signRequest(request: UnsignedRequest, options: SigningOptions): Promise<string[]> {
  const { credentials, region, service, nowMs } = options;
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: true });
  const { protocol, hostname, host, pathname, search } = splitTarget(request);
  const given = signedHeaders(request.headers);
  const signed = await signer.sign(
    {
      method: request.method,
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
  return added.flat();
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
function signedHeaders(headers: readonly string[]): Record<string, string> {
  const signed: Record<string, string> = {};
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1]!;
    if (/^[\t\x20-\x7e]*$/.test(value)) signed[headers[i]!.toLowerCase()] = value;
  }
  return signed;
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
