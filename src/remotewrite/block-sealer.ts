// Seals a run of write-request fields into a block: snappy block format plus the headers of remote write 1.0.
import type { Block } from './block.ts';
import { SnappyEncoder } from './snappy-encoder.ts';

/** https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
const HEADERS_1_0 = Object.freeze({
  'content-encoding': 'snappy',
  'content-type': 'application/x-protobuf',
  'x-prometheus-remote-write-version': '0.1.0',
});

/** One serves all shards: sealing is synchronous, and its working memory is kept. */
export class BlockSealer {
  readonly #snappy = new SnappyEncoder();

  /** Compresses `bytes`, the fields of a `prometheus.WriteRequest` with `sampleCount` samples, into a block. */
  seal(bytes: Uint8Array, sampleCount: number): Block {
    return { body: this.#snappy.encode(bytes), sampleCount, headers: HEADERS_1_0 };
  }
}
