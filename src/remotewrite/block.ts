// A block: the fields of a write request, sealed (compressed, with its headers) to wait in a queue or on disk and to be sent
// as often as needed. A block that a backend has refused is unsealed, to separate its series.

import { SLACK } from '../wire/byte-ranges.ts';
import { declaredLength, SnappyBlockReader } from '../wire/snappy-block-reader.ts';
import { SnappyEncoder } from './snappy-encoder.ts';

export interface Block {
  /** The snappy-compressed `prometheus.WriteRequest`. */
  readonly body: Uint8Array;
  readonly sampleCount: number;
  /** To be sent without metadata, because the metadata may be what was refused. */
  readonly isBare?: true;
  /** Headers that describe the body; user and credential headers are added when it is sent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
const HEADERS_1_0 = Object.freeze({
  'content-encoding': 'snappy',
  'content-type': 'application/x-protobuf',
  'x-prometheus-remote-write-version': '0.1.0',
});

/** One instance serves all shards, because sealing is synchronous and its working memory is kept. */
export class BlockSealer {
  readonly #snappy = new SnappyEncoder();

  /** Compresses `bytes`, the fields of a `prometheus.WriteRequest` with `sampleCount` samples, into a block. */
  seal(bytes: Uint8Array, sampleCount: number): Block {
    return { body: this.#snappy.encode(bytes), sampleCount, headers: HEADERS_1_0 };
  }
}

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
