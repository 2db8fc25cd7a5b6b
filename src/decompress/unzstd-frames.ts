// The frames of a zstd body (RFC 8878, section 3.1), found without decoding them: how long each is, what it may decode to
// and the window it needs. zlib tells none of that, ignores what stands behind a frame, and in Node 24 frames as well.
import { DecodeBodyError, ENDS_EARLY } from './decode-body-error.ts';

export interface ZstdFrame {
  readonly start: number;
  readonly end: number;
  /** The decoded size, where the frame declares it. */
  readonly size: number | undefined;
  /** The blocks of the frame cannot decode to more. */
  readonly mostBytes: number;
  readonly windowBytes: number;
}

/** The most that the content coding allows (RFC 9659). */
export const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
/** Each frame takes a decoder of its own; no client sends more than a few. */
const MAX_FRAMES = 1000;
const MAX_BLOCK_DECODED = 128 * 1024;
const MAGIC = 0xfd2fb528;
const FIRST_SKIPPABLE = 0x184d2a50;
const LAST_SKIPPABLE = 0x184d2a5f;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** All frames but the skippable ones. Throws DecodeBodyError where the body is not made of whole frames. */
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
      `the frame at byte ${start} declares ${size} bytes, but its blocks hold ${blocks.mostBytes} at most`,
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
      throw new DecodeBodyError('zstd', `the block at byte ${at} is of no known type`);
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

/** A number of `bytes` bytes at `at`; one over 2^53 is inexact, and only ever found too large. */
function take(body: Buffer, at: number, bytes: number): number {
  if (at + bytes > body.length) throw new DecodeBodyError('zstd', ENDS_EARLY);
  if (bytes === 0) return 0;
  return bytes === 8 ? Number(body.readBigUInt64LE(at)) : body.readUIntLE(at, bytes);
}
