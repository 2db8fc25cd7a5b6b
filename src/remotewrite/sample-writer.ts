// Writes a `samples = 2` field: Sample { value = 1 (double), timestamp = 2 (int64, ms) }.
import { TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import { writeDouble } from '../wire/double.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { writeInt64 } from '../wire/varint.ts';
import { SampleTag, TimeSeriesTag } from '../wire/write-request-tags.ts';

const VALUE_BYTES = 9;

export class SampleWriter {
  /** The field of the timestamp written last: mostly all samples of a push have the same. */
  readonly #timestamp = new Uint8Array(11);
  #timestampMs = 0;
  #timestampLength = 0;

  /** Writes `sample` at `start`, for which there is room; returns where it ends. */
  write(out: OutputBuffer, start: number, sample: Float64Array): number {
    const { bytes } = out;
    const value = sample[VALUE]!;
    if (sample[TIMESTAMP_MS] !== this.#timestampMs) this.#encodeTimestamp(sample[TIMESTAMP_MS]!);
    const timestampLength = this.#timestampLength;
    let at = start + 2;
    bytes[start] = TimeSeriesTag.samples;
    bytes[start + 1] = timestampLength;
    // proto3 leaves out what is zero; minus zero is not.
    if (value !== 0 || Object.is(value, -0)) {
      bytes[start + 1] = VALUE_BYTES + timestampLength;
      bytes[at] = SampleTag.value;
      at = writeDouble(out.view, at + 1, value);
    }
    const timestamp = this.#timestamp;
    for (let i = 0; i < timestampLength; i++) bytes[at++] = timestamp[i]!;
    return at;
  }

  #encodeTimestamp(timestampMs: number): void {
    this.#timestampMs = timestampMs;
    this.#timestamp[0] = SampleTag.timestamp;
    this.#timestampLength = timestampMs === 0 ? 0 : writeInt64(this.#timestamp, 1, timestampMs);
  }
}
