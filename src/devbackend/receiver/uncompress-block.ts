// Decompresses the snappy block of a write request. It checks the declared length before it allocates anything, and the
// block must produce exactly that many bytes.

import { SLACK } from '../../wire/byte-ranges.ts';
import {
  checkLength,
  type DeclaredLength,
  declaredLength,
  SnappyBlockReader,
} from '../../wire/snappy-block-reader.ts';
import { MalformedError } from '../protobuf-messages.ts';

/** The decoded length is over the limit. */
export class TooLargeError extends RangeError {
  override readonly name = 'TooLargeError';
}

/** Throws TooLargeError if the block declares more than `maxBytes` bytes, MalformedError if it is not valid. */
export function uncompressBlock(block: Uint8Array, maxBytes: number): Uint8Array {
  const body = Buffer.from(block.buffer, block.byteOffset, block.length);
  const { length, end } = declaredLengthWithin(body, maxBytes);
  checkLength(length, end, body.length, malformed);
  const out = Buffer.allocUnsafe(length + SLACK);
  const reader = new SnappyBlockReader(body, out, malformed);
  reader.open(end, body.length, 0, length);
  reader.decode(Infinity);
  return out.subarray(0, length);
}

function declaredLengthWithin(body: Buffer, maxBytes: number): DeclaredLength {
  const declared = declaredLength(body, 0, body.length, malformed);
  if (declared.length <= maxBytes) return declared;
  throw new TooLargeError(
    `Cannot decompress snappy block: expected at most ${maxBytes} bytes, found ${declared.length} declared`,
  );
}

function malformed(found: string): MalformedError {
  return new MalformedError(`Cannot decompress snappy block: expected a whole block, found that ${found}`);
}
