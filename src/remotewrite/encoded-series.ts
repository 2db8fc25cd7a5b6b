// What crosses from transcode into delivery: a push as bytes, ready to stand in a write request.

/**
 * One push, encoded. `bytes` holds back-to-back fields of `prometheus.WriteRequest` 1.0: `timeseries` (1), each with
 * exactly one sample, and `metadata` (3). Fields may be appended to others and cut between any two.
 * `bytes` belongs to the encoder and is overwritten by the next push: whoever keeps it copies it.
 */
export interface EncodedSeries {
  readonly bytes: Uint8Array;
  readonly sampleCount: number;
}
