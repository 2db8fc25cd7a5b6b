// The body of a push, compressed where that makes it smaller.
import { promisify } from 'node:util';

/** A body that fits into one packet anyway gains nothing. */
const SMALLEST_BYTES = 1024;

export interface PushBody {
  readonly bytes: Uint8Array;
  readonly isCompressed: boolean;
}

export async function gzipBody(bytes: Uint8Array): Promise<PushBody> {
  if (bytes.length < SMALLEST_BYTES) return { bytes, isCompressed: false };
  const compressed = await promisify(process.getBuiltinModule('node:zlib').gzip)(bytes);
  return compressed.length < bytes.length
    ? { bytes: compressed, isCompressed: true }
    : { bytes, isCompressed: false };
}
