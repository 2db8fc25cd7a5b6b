// What transcode hands to delivery: a push as bytes that are ready for a write request.

/**
 * One push, encoded. `bytes` holds back-to-back fields of `prometheus.WriteRequest` 1.0: `timeseries` (1), each with
 * exactly one sample or native histogram and perhaps its exemplars, and `metadata` (3). Fields may be appended to others
 * and cut between any two. `bytes` may belong to the encoder and be overwritten by the next push: anyone who
 * keeps it copies it.
 */
export interface EncodedSeries {
  readonly bytes: Uint8Array;
  /** Samples and native histograms. */
  readonly sampleCount: number;
  /** Native histograms that were pushed and are left out. */
  readonly withheldHistograms: number;
  /** Whether series have start timestamps, which only remote write 2.0 has fields for: see `stripStartTimestamps`. */
  readonly hasStartTimestamps: boolean;
  /** Numbers of the series, rising, whose samples have timestamps of their own; absent if there are none. */
  readonly timed?: readonly number[];
  /** All pushes of a grouping key with this number have the same series in the same order; absent if that is not known. */
  readonly seriesNumber?: number;
}

/** One series is larger than any request to a backend may be. */
export class SeriesTooLargeError extends RangeError {
  /** `series` is for people, such as `of exposition line 7`. */
  constructor(series: string, maxBytes: number, bytes: number) {
    super(`Cannot forward series ${series}: expected at most ${maxBytes} bytes, found ${bytes}`);
  }
}
