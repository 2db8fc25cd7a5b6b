// Seals a run of write-request fields into a block: snappy block format plus the headers of remote write 1.0.
import { compress } from 'snappyjs';
import type { Block } from './block.ts';

/** https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
const HEADERS_1_0 = Object.freeze({
  'content-encoding': 'snappy',
  'content-type': 'application/x-protobuf',
  'x-prometheus-remote-write-version': '0.1.0',
});

/** The largest a snappy block can become for an input of `bytes` bytes. */
export function maxSealedLength(bytes: number): number {
  return 32 + bytes + Math.ceil(bytes / 6);
}

/** Compresses `bytes`, the fields of a `prometheus.WriteRequest` with `sampleCount` samples, into a block. */
export function sealBlock(bytes: Uint8Array, sampleCount: number): Block {
  return { body: compress(bytes), sampleCount, headers: HEADERS_1_0 };
}
