// From the bytes of an encoded push to its body, whatever the encoding. Memory is asked for before it is taken.
import type { ContentEncoding } from './content-encoding.ts';
import { gunzip } from './gunzip.ts';
import type { BodyDecoder, LargeBody } from './large-body.ts';
import { unsnappy } from './unsnappy.ts';
import { unzstd } from './unzstd.ts';

export interface DecodeLimits {
  /** The decoded body may have so many bytes. */
  readonly maxBytes: number;
  /** Asks to hold `bytes` beside the encoded body; false where there is no room for them. */
  readonly hold: (bytes: number) => boolean;
}

const DECODERS: Readonly<Record<Exclude<ContentEncoding, 'identity'>, BodyDecoder>> = {
  gzip: gunzip,
  snappy: unsnappy,
  zstd: unzstd,
};

/**
 * Decodes a body: a small one at once, without asking for memory. A promise of undefined: there is no room for it.
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
