// gzip bodies (RFC 1952), decoded within a limit on their decoded size. Small ones are decoded at once; larger ones in a
// worker thread of Node's, after a first pass that only counts, so that a bomb costs some processor time but no memory.
import { createGunzip, gunzip as decodeInThread, gunzipSync } from 'node:zlib';
import {
  DecodeBodyError,
  DecodedSizeError,
  ENDS_EARLY,
  type LargeBody,
  SMALL_DECODED,
  translateZlibError,
} from './body-decoder.ts';

const SMALL_ENCODED = 64 * 1024;
const SHORTEST_STREAM = 18;
const COUNTING_CHUNK = 64 * 1024;
/** A chunk of output, and the window and tables of the decoder. */
const WORKING_BYTES = COUNTING_CHUNK + 48 * 1024;

/** Implements BodyDecoder. */
export function decodeGzip(body: Buffer, maxBytes: number): Buffer | LargeBody {
  return decodeSmall(body, maxBytes) ?? largeGzip(body, maxBytes);
}

export function largeGzip(body: Buffer, maxBytes: number): LargeBody {
  return {
    workingBytes: WORKING_BYTES,
    count: () => count(body, maxBytes),
    decode: (size) => decode(body, size),
  };
}

/** Undefined unless the body is certain to be small. */
function decodeSmall(body: Buffer, maxBytes: number): Buffer | undefined {
  if (body.length < SHORTEST_STREAM) throw new DecodeBodyError('gzip', ENDS_EARLY);
  const claimed = body.readUInt32LE(body.length - 4);
  if (body.length > SMALL_ENCODED || claimed > SMALL_DECODED || claimed > maxBytes) return undefined;
  try {
    const options = { maxOutputLength: claimed + 1, chunkSize: Math.max(64, claimed + 1), info: true };
    const { buffer, engine } = gunzipSync(body, options) as unknown as InfoResult;
    checkRest(body, engine.bytesWritten);
    return buffer;
  } catch (error) {
    const translated = translateZlibError(error, 'gzip', claimed);
    // A stream of several members ends with the size of the last one only.
    if (translated instanceof DecodedSizeError) return undefined;
    throw translated;
  }
}

/** Keeps none of the decoded bytes. */
function count(body: Buffer, maxBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = createGunzip({ chunkSize: COUNTING_CHUNK });
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) stream.destroy(new DecodedSizeError('gzip', maxBytes));
    });
    stream.on('end', () => {
      try {
        checkRest(body, stream.bytesWritten);
        resolve(size);
      } catch (error) {
        reject(error);
      }
    });
    stream.on('error', (error) => reject(translateZlibError(error, 'gzip', maxBytes)));
    stream.end(body);
  });
}

function decode(body: Buffer, size: number): Promise<Buffer> {
  // One byte more, since zlib starts a second chunk when the first is full.
  const options = { maxOutputLength: size + 1, chunkSize: Math.max(64, size + 1) };
  return new Promise((resolve, reject) => {
    decodeInThread(body, options, (error, decoded) => {
      if (error) reject(translateZlibError(error, 'gzip', size));
      else resolve(decoded);
    });
  });
}

/** The result of zlib with the option `info`. */
interface InfoResult {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Zeros may follow the last member, as padding of tape archivers. zlib stops there and ignores the rest. */
function checkRest(body: Buffer, used: number): void {
  const rest = body.subarray(used);
  // All bytes are zero if the first is and each equals the one before. Native code compares, since there may be megabytes.
  if (rest.length === 0 || (rest[0] === 0 && rest.subarray(1).equals(rest.subarray(0, -1)))) return;
  throw new DecodeBodyError('gzip', 'more data follow zeros after its end');
}
