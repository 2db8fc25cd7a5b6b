// snappy bodies, framed or as one block, decoded within a limit on their decoded size. All that is decoded is declared
// beforehand, so memory is taken once and no more than is needed. Large ones are decoded in steps between other work.
import { setImmediate as nextRound } from 'node:timers/promises';
import { checkLength, declaredLength, SnappyBlockReader } from '../wire/snappy-block-reader.ts';
import { SLACK } from '../wire/words.ts';
import { DecodedSizeError, snappyFault } from './decode-body-error.ts';
import { type LargeBody, SMALL_DECODED } from './large-body.ts';
import { framedLength, isFramed, SnappyFrameReader } from './unsnappy-frames.ts';

const SMALL_ENCODED = 1024 * 1024;
/** A step takes about a millisecond, the time of a few small pushes; what is skipped in a stream counts for nothing. */
const STEP_BYTES = 512 * 1024;

/** Implements BodyDecoder. */
export function unsnappy(body: Buffer, maxBytes: number): Buffer | LargeBody {
  const size = decodedSize(body, maxBytes);
  if (size > SMALL_DECODED || body.length > SMALL_ENCODED) return largeSnappy(body, size);
  const out = Buffer.allocUnsafe(size + SLACK);
  open(body, out).decode(Infinity);
  return out.subarray(0, size);
}

/** A body that declares to decode to `size` bytes. */
export function largeSnappy(body: Buffer, size: number): LargeBody {
  return { workingBytes: 0, count: async () => size, decode: () => decodeInSteps(body, size) };
}

async function decodeInSteps(body: Buffer, size: number): Promise<Buffer> {
  const out = Buffer.allocUnsafeSlow(size + SLACK);
  const reader = open(body, out);
  while (!reader.decode(STEP_BYTES)) await nextRound();
  return out.subarray(0, size);
}

function decodedSize(body: Buffer, maxBytes: number): number {
  if (isFramed(body)) return framedLength(body, maxBytes);
  const { length, end } = declaredLength(body, 0, body.length, snappyFault);
  if (length > maxBytes) throw new DecodedSizeError('snappy', maxBytes);
  checkLength(length, end, body.length, snappyFault);
  return length;
}

function open(body: Buffer, out: Buffer): SnappyFrameReader | SnappyBlockReader {
  if (isFramed(body)) return new SnappyFrameReader(body, out);
  const { length, end } = declaredLength(body, 0, body.length, snappyFault);
  const reader = new SnappyBlockReader(body, out, snappyFault);
  reader.open(end, body.length, 0, length);
  return reader;
}
