// gzip bodies, decoded within a limit on their decoded size. Small ones at once; for larger ones in a worker thread of
// Node's, after a first pass that only counts, so that a bomb costs some processor time but no memory.
import { createGunzip, gunzip, gunzipSync } from 'node:zlib';

/** The body is not a whole, sound gzip stream. */
export class GzipError extends SyntaxError {}

/** The decoded body is over its limit. */
export class DecodedSizeError extends RangeError {
  constructor(maxBytes: number) {
    super(`Cannot decode gzip body: expected at most ${maxBytes} bytes decoded, found more`);
  }
}

/** Up to these sizes decoding takes less time than handing it over. */
const SMALL_ENCODED = 64 * 1024;
const SMALL_DECODED = 1024 * 1024;
const SHORTEST_STREAM = 18;
const COUNTING_CHUNK = 64 * 1024;
/** What counting takes in memory: a chunk of output, and the window and tables of the decoder. */
export const COUNTING_BYTES = COUNTING_CHUNK + 48 * 1024;

/**
 * Decodes a small body at once. Undefined where it is not surely small: then it needs `gunzipLarge`.
 * Throws GzipError and DecodedSizeError.
 */
export function gunzipSmall(body: Buffer, maxBytes: number): Buffer | undefined {
  if (body.length < SHORTEST_STREAM) throw new GzipError(sentence('the data end too early'));
  const claimed = body.readUInt32LE(body.length - 4);
  if (body.length > SMALL_ENCODED || claimed > SMALL_DECODED || claimed > maxBytes) return undefined;
  try {
    const options = { maxOutputLength: claimed + 1, chunkSize: Math.max(64, claimed + 1), info: true };
    const { buffer, engine } = gunzipSync(body, options) as unknown as InfoResult;
    checkRest(body, engine.bytesWritten);
    return buffer;
  } catch (error) {
    // Of several members in one stream only the last one's size stands at the end.
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw translate(error, maxBytes);
  }
}

/** Decodes a body of any size. Rejects with GzipError and DecodedSizeError. */
export async function gunzipLarge(body: Buffer, maxBytes: number): Promise<Buffer> {
  return decodeCounted(body, await countDecoded(body, maxBytes));
}

/** Decodes a body that has been counted to come to `size` bytes. */
export function decodeCounted(body: Buffer, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size) }, (error, decoded) => {
      if (error) reject(translate(error, size));
      else resolve(decoded);
    });
  });
}

/** The decoded size of a body, none of which is kept. */
export function countDecoded(body: Buffer, maxBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = createGunzip({ chunkSize: COUNTING_CHUNK });
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) stream.destroy(new DecodedSizeError(maxBytes));
    });
    stream.on('end', () => {
      try {
        checkRest(body, stream.bytesWritten);
        resolve(size);
      } catch (error) {
        reject(error);
      }
    });
    stream.on('error', (error) => reject(translate(error, maxBytes)));
    stream.end(body);
  });
}

/** What zlib returns with the option `info`. */
interface InfoResult {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Zeros may follow the last member, as tape archivers pad. zlib stops there, and would not say what it left. */
function checkRest(body: Buffer, used: number): void {
  if (body.subarray(used).some((byte) => byte !== 0)) {
    throw new GzipError(sentence('more data follow zeros behind its end'));
  }
}

/** The one place that knows zlib's errors. */
function translate(error: unknown, maxBytes: number): Error {
  if (error instanceof DecodedSizeError || error instanceof GzipError) return error;
  switch (codeOf(error)) {
    case 'ERR_BUFFER_TOO_LARGE':
      return new DecodedSizeError(maxBytes);
    case 'Z_BUF_ERROR':
      return new GzipError(sentence('the data end too early'), { cause: error });
    case 'Z_DATA_ERROR':
      return new GzipError(sentence((error as Error).message), { cause: error });
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}

function sentence(found: string): string {
  return `Cannot decode gzip body: expected a whole gzip stream, found that ${found}`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
