// Decodes a body for a test as a push would have it decoded, with all the memory it asks for.

import type { LargeBody } from '../../src/decompress/body-decoder.ts';
import type { ContentEncoding } from '../../src/decompress/decode-body.ts';
import { decodeBody } from '../../src/decompress/decode-body.ts';

export async function decodeWhole(
  encoding: Exclude<ContentEncoding, 'identity'>,
  body: Buffer,
  maxBytes: number,
): Promise<string> {
  const decoded = await decodeBody(encoding, body, { maxBytes, hold: () => true });
  if (decoded === undefined) throw new Error('Cannot decode body: expected room for it, found none');
  return decoded.toString('latin1');
}

/** Returns how many rounds the event loop makes during `work`. */
export async function roundsDuring(work: () => Promise<unknown>): Promise<number> {
  let rounds = 0;
  const count = () => {
    rounds++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await work();
  clearImmediate(next);
  return rounds;
}

/** Decodes in the way of large bodies, whatever the size. */
export async function decodeLarge(large: LargeBody): Promise<string> {
  return (await large.decode(await large.count())).toString('latin1');
}
