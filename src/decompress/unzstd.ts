// zstd bodies (RFC 8878), decoded within a limit on their decoded size. Small ones at once; larger ones frame by frame in
// a worker thread of Node's, counted beforehand where they do not declare their size.
import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import { DecodeBodyError, DecodedSizeError, translateZlibError } from './decode-body-error.ts';
import { type LargeBody, SMALL_DECODED } from './large-body.ts';
import { MAX_WINDOW_BYTES, readZstdFrames, type ZstdFrame } from './unzstd-frames.ts';

const SMALL_ENCODED = 64 * 1024;
/** Each frame costs a decoder. */
const FEW_FRAMES = 8;
const CHUNK_BYTES = 64 * 1024;
/** A chunk of output, and zstd's tables and buffers beside the window. */
const WORKING_BYTES = CHUNK_BYTES + 512 * 1024;
const PARAMS = { [constants.ZSTD_d_windowLogMax]: Math.log2(MAX_WINDOW_BYTES) };

/** Implements BodyDecoder. */
export function unzstd(body: Buffer, maxBytes: number): Buffer | LargeBody {
  const frames = readZstdFrames(body);
  if (declaredBytes(frames) > maxBytes) throw new DecodedSizeError('zstd', maxBytes);
  const isSmall =
    body.length <= SMALL_ENCODED && frames.length <= FEW_FRAMES && mostBytes(frames) <= SMALL_DECODED;
  return isSmall ? unzstdSmall(body, frames, maxBytes) : largeZstd(body, frames, maxBytes);
}

export function largeZstd(body: Buffer, frames: readonly ZstdFrame[], maxBytes: number): LargeBody {
  const window = Math.max(0, ...frames.map((frame) => Math.min(frame.windowBytes, frame.mostBytes)));
  return {
    workingBytes: WORKING_BYTES + window,
    count: () => count(body, frames, maxBytes),
    decode: (size) => decode(body, frames, size),
  };
}

function unzstdSmall(body: Buffer, frames: readonly ZstdFrame[], maxBytes: number): Buffer {
  let room = maxBytes;
  const decoded = frames.map(({ start, end, mostBytes: most }) => {
    const bytes = decodeAtOnce(body.subarray(start, end), Math.min(most, room), maxBytes);
    room -= bytes.length;
    if (room < 0) throw new DecodedSizeError('zstd', maxBytes);
    return bytes;
  });
  return decoded.length === 1 ? decoded[0]! : Buffer.concat(decoded);
}

function decodeAtOnce(frame: Buffer, most: number, maxBytes: number): Buffer {
  const chunkSize = Math.max(64, Math.min(most, CHUNK_BYTES));
  try {
    return zstdDecompressSync(frame, { maxOutputLength: Math.max(1, most), chunkSize, params: PARAMS });
  } catch (error) {
    throw translateZlibError(error, 'zstd', maxBytes);
  }
}

/** The decoded size of a body, none of which is kept. */
async function count(body: Buffer, frames: readonly ZstdFrame[], maxBytes: number): Promise<number> {
  let size = 0;
  for (const frame of frames) {
    if (frame.size !== undefined) size += frame.size;
    else
      await decodeFrame(body, frame, (chunk) => {
        size += chunk.length;
        if (size > maxBytes) throw new DecodedSizeError('zstd', maxBytes);
      });
  }
  if (size > maxBytes) throw new DecodedSizeError('zstd', maxBytes);
  return size;
}

async function decode(body: Buffer, frames: readonly ZstdFrame[], size: number): Promise<Buffer> {
  const out = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const frame of frames) {
    await decodeFrame(body, frame, (chunk) => {
      if (at + chunk.length > size) throw new DecodeBodyError('zstd', 'a frame is longer than it declares');
      at += chunk.copy(out, at);
    });
  }
  if (at < size) throw new Error('BUG: a body decodes to less than was counted');
  return out;
}

/** Hands on the decoded bytes of a frame in chunks; what `take` throws ends it. */
function decodeFrame(body: Buffer, { start, end }: ZstdFrame, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = createZstdDecompress({ chunkSize: CHUNK_BYTES, params: PARAMS });
    stream.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
    stream.on('end', resolve);
    stream.on('error', (error) => reject(translateZlibError(error, 'zstd', 0)));
    stream.end(body.subarray(start, end));
  });
}

function declaredBytes(frames: readonly ZstdFrame[]): number {
  return frames.reduce((sum, { size = 0 }) => sum + size, 0);
}

function mostBytes(frames: readonly ZstdFrame[]): number {
  return frames.reduce((sum, frame) => sum + frame.mostBytes, 0);
}
