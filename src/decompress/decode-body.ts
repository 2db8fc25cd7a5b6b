// Decodes the body of a push by its Content-Encoding header. It asks for memory before it takes any.
import type { BodyDecoder, LargeBody } from './body-decoder.ts';
import { decodeGzip } from './gzip.ts';
import { decodeSnappy } from './snappy.ts';
import { decodeZstd } from './zstd.ts';

export type ContentEncoding = 'identity' | 'gzip' | 'snappy' | 'zstd';

interface DecodeLimits {
  /** Limit on the decoded body. */
  readonly maxBytes: number;
  /** Reserves `bytes` in addition to the encoded body; false if there is no room for them. */
  readonly hold: (bytes: number) => boolean;
}

/**
 * Encodings by the names of codings (RFC 9110, section 8.4.1). The description of snappy's framing format calls itself
 * `x-snappy-framed`; clients call both that and the block format `snappy`.
 */
const CODINGS: ReadonlyMap<string, ContentEncoding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['snappy', 'snappy'],
  ['x-snappy-framed', 'snappy'],
  ['zstd', 'zstd'],
]);

const DECODERS: Readonly<Record<Exclude<ContentEncoding, 'identity'>, BodyDecoder>> = {
  gzip: decodeGzip,
  snappy: decodeSnappy,
  zstd: decodeZstd,
};

/** The encoding that a `Content-Encoding` header names; undefined if it is unknown or if there are several. */
export function readContentEncoding(header: string | undefined): ContentEncoding | undefined {
  if (header === undefined || header === '') return 'identity';
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return 'identity';
  return codings.length === 1 ? CODINGS.get(codings[0]!) : undefined;
}

/**
 * Decodes a body: a small one at once, without reserving memory. The promise is undefined if there is no room.
 * Throws, or rejects with, DecodeBodyError and DecodedSizeError.
 */
export function decodeBody(
  encoding: Exclude<ContentEncoding, 'identity'>,
  body: Buffer,
  { maxBytes, hold }: DecodeLimits,
): Buffer | Promise<Buffer | undefined> {
  const begun = DECODERS[encoding](body, maxBytes);
  return Buffer.isBuffer(begun) ? begun : decodeLarge(begun, hold);
}

async function decodeLarge(large: LargeBody, hold: DecodeLimits['hold']): Promise<Buffer | undefined> {
  if (!hold(large.workingBytes)) return undefined;
  const size = await large.count();
  return hold(large.workingBytes + size) ? large.decode(size) : undefined;
}
