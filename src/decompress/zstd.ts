// zstd bodies (RFC 8878), decoded within a limit on their decoded size. Small ones are decoded at once; larger ones frame
// by frame in a worker thread of Node's, and counted before that if they do not declare their size. The frames are found
// here, since zlib reports neither their sizes nor their windows, and ignores bytes (in Node 24 also frames) after a frame.
import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import {
  DecodeBodyError,
  DecodedSizeError,
  ENDS_EARLY,
  type LargeBody,
  SMALL_DECODED,
  translateZlibError,
} from './body-decoder.ts';

interface ZstdFrame {
  readonly start: number;
  readonly end: number;
  /** The decoded size, if the frame declares it. */
  readonly size: number | undefined;
  /** A bound on the decoded size of all blocks of the frame. */
  readonly mostBytes: number;
  readonly windowBytes: number;
}

const SMALL_ENCODED = 64 * 1024;
/** Each frame needs its own decoder. */
const FEW_FRAMES = 8;
const CHUNK_BYTES = 64 * 1024;
/** A chunk of output, and zstd's tables and buffers without the window. */
const WORKING_BYTES = CHUNK_BYTES + 512 * 1024;
/** The largest window that the content coding allows (RFC 9659). */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
/** Each frame needs its own decoder. No client sends more than a few frames. */
const MAX_FRAMES = 1000;
const MAX_BLOCK_DECODED = 128 * 1024;
const MAGIC = 0xfd2fb528;
const FIRST_SKIPPABLE = 0x184d2a50;
const LAST_SKIPPABLE = 0x184d2a5f;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
const PARAMS = { [constants.ZSTD_d_windowLogMax]: Math.log2(MAX_WINDOW_BYTES) };

/** Implements BodyDecoder. */
export function decodeZstd(body: Buffer, maxBytes: number): Buffer | LargeBody {
  const frames = readZstdFrames(body);
  if (declaredBytes(frames) > maxBytes) throw new DecodedSizeError('zstd', maxBytes);
  const isSmall =
    body.length <= SMALL_ENCODED && frames.length <= FEW_FRAMES && mostBytes(frames) <= SMALL_DECODED;
  return isSmall ? decodeSmall(body, frames, maxBytes) : largeZstd(body, frames, maxBytes);
}

export function largeZstd(body: Buffer, frames: readonly ZstdFrame[], maxBytes: number): LargeBody {
  const window = Math.max(0, ...frames.map((frame) => Math.min(frame.windowBytes, frame.mostBytes)));
  return {
    workingBytes: WORKING_BYTES + window,
    count: () => count(body, frames, maxBytes),
    decode: (size) => decode(body, frames, size),
  };
}

function decodeSmall(body: Buffer, frames: readonly ZstdFrame[], maxBytes: number): Buffer {
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

/** The decoded size of a body. Keeps none of the decoded bytes. */
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

/** Gives the decoded bytes of a frame to `take` in chunks; an error of `take` ends it. */
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

/** All frames except skippable ones. Throws DecodeBodyError if the body does not consist of whole frames. */
export function readZstdFrames(body: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  let at = 0;
  do {
    const magic = take(body, at, 4);
    if (magic >= FIRST_SKIPPABLE && magic <= LAST_SKIPPABLE) at += 8 + take(body, at + 4, 4);
    else {
      if (magic !== MAGIC) throw new DecodeBodyError('zstd', `no frame begins at byte ${at}`);
      if (frames.length === MAX_FRAMES)
        throw new DecodeBodyError('zstd', `it has more than ${MAX_FRAMES} frames`);
      const frame = readFrame(body, at);
      frames.push(frame);
      at = frame.end;
    }
    if (at > body.length) throw new DecodeBodyError('zstd', ENDS_EARLY);
  } while (at < body.length);
  return frames;
}

function readFrame(body: Buffer, start: number): ZstdFrame {
  const descriptor = take(body, start + 4, 1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const dictionaryAt = start + (isSingleSegment ? 5 : 6);
  if (take(body, dictionaryAt, dictionaryBytes) !== 0)
    throw new DecodeBodyError('zstd', `the frame at byte ${start} needs a dictionary`);
  const sizeAt = dictionaryAt + dictionaryBytes;
  const size = sizeBytes === 0 ? undefined : take(body, sizeAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const windowBytes = isSingleSegment ? size! : readWindow(take(body, start + 5, 1));
  if (windowBytes > MAX_WINDOW_BYTES)
    throw new DecodeBodyError(
      'zstd',
      `the frame at byte ${start} needs a window of ${windowBytes} bytes, more than the ${MAX_WINDOW_BYTES} of RFC 9659`,
    );
  const blocks = readBlocks(body, sizeAt + sizeBytes, Math.min(windowBytes, MAX_BLOCK_DECODED));
  if (size !== undefined && size > blocks.mostBytes)
    throw new DecodeBodyError(
      'zstd',
      `the frame at byte ${start} declares ${size} bytes, but its blocks hold at most ${blocks.mostBytes}`,
    );
  const end = blocks.end + (hasChecksum ? 4 : 0);
  return { start, end, size, mostBytes: size ?? blocks.mostBytes, windowBytes };
}

function readBlocks(body: Buffer, start: number, maxDecoded: number): { end: number; mostBytes: number } {
  let mostBytes = 0;
  let at = start;
  for (;;) {
    const header = take(body, at, 3);
    const kind = (header >>> 1) & 3;
    const size = header >>> 3;
    if (kind === RESERVED_BLOCK)
      throw new DecodeBodyError('zstd', `the block at byte ${at} has an unknown type`);
    at += 3 + (kind === RLE_BLOCK ? 1 : size);
    if (at > body.length) throw new DecodeBodyError('zstd', ENDS_EARLY);
    mostBytes += kind === RAW_BLOCK || kind === RLE_BLOCK ? Math.min(size, maxDecoded) : maxDecoded;
    if ((header & 1) !== 0) return { end: at, mostBytes };
  }
}

/** The window of a frame that is not a single segment. */
function readWindow(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** A number of `bytes` bytes at `at`. A number over 2^53 is inexact, and always too large. */
function take(body: Buffer, at: number, bytes: number): number {
  if (at + bytes > body.length) throw new DecodeBodyError('zstd', ENDS_EARLY);
  if (bytes === 0) return 0;
  return bytes === 8 ? Number(body.readBigUInt64LE(at)) : body.readUIntLE(at, bytes);
}
