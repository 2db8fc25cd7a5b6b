// Judges a request's AWS Signature Version 4 by AWS's own description, apart from any library:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

export interface SignatureFacts {
  readonly accessKeyId: string;
  /** Day, region, service and `aws4_request`. */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly date: string;
  readonly signature: string;
}

const PATTERN =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([^,]+), SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/** Throws an Error that says what is wrong with the signature. */
export function checkSignature(request: SignedRequest, secretAccessKey: string): SignatureFacts {
  const headers = new Map(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
  if (headers.size !== request.headers.length) throw new Error('a header is there twice');
  const [, accessKeyId = '', scope = '', names = '', signature = ''] =
    PATTERN.exec(headers.get('authorization') ?? '') ?? [];
  const signedHeaders = names.split(';');
  const date = headers.get('x-amz-date') ?? '';
  const mustBeSigned = [...headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-'));
  const missing = mustBeSigned.filter((name) => !signedHeaders.includes(name));
  if (missing.length > 0) throw new Error(`not signed: ${missing.join(', ')}`);
  if (signedHeaders.join() !== [...signedHeaders].sort().join()) throw new Error('headers are not in order');
  const bodyHash = sha256(request.body);
  if ((headers.get('x-amz-content-sha256') ?? bodyHash) !== bodyHash) throw new Error('another body hash');
  const canonical = [
    request.method,
    canonicalPath(request.target),
    canonicalQuery(request.target),
    ...signedHeaders.map((name) => `${name}:${headers.get(name)?.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    bodyHash,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const wanted = hmac(signingKey(secretAccessKey, scope), text).toString('hex');
  if (signature !== wanted) throw new Error(`expected ${wanted}, found ${signature} for\n${canonical}`);
  if (scope.split('/')[0] !== date.slice(0, 8)) throw new Error('the scope has another day');
  return { accessKeyId, scope, signedHeaders, date, signature };
}

/** Each piece encoded once more than it is sent, as for all services but S3. */
function canonicalPath(target: string): string {
  return target.replace(/\?.*$/s, '').split('/').map(encode).join('/');
}

function canonicalQuery(target: string): string {
  const query = /\?(.*)$/s.exec(target)?.[1] ?? '';
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split('=');
    return `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value))}`;
  });
  return pairs.sort().join('&');
}

/** Everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9._~-]/.test(character)) return character;
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function signingKey(secretAccessKey: string, scope: string): Buffer {
  return scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
