// Turns a sealed block back into the fields that it was sealed from; only where a backend has refused it.
import { declaredLength, SnappyBlockReader } from '../wire/snappy-block-reader.ts';
import { SLACK } from '../wire/words.ts';
import type { Block } from './block.ts';

/** The fields of the block's `prometheus.WriteRequest`, in memory of their own. */
export function unsealBlock({ body }: Block): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const { length, end } = declaredLength(bytes, 0, bytes.length, notOurs);
  const fields = Buffer.allocUnsafeSlow(length + SLACK);
  const reader = new SnappyBlockReader(bytes, fields, notOurs);
  reader.open(end, bytes.length, 0, length);
  reader.decode(Infinity);
  return fields.subarray(0, length);
}

function notOurs(found: string): Error {
  return new Error(`BUG: a sealed block cannot be opened: ${found}`);
}
