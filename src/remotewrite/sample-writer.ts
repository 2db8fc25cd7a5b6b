// Writes what a series holds besides its labels and native histograms: its sample, and the exemplars of that sample. Exemplars
// are in the series of their sample, because a backend refuses a series that has only exemplars.
import { labelLength } from '../labels/encoded-labels.ts';
import type { ExemplarSet } from '../labels/exemplar-set.ts';
import { TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import { writeDouble } from '../wire/double.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { int64Length, varintLength, writeInt64, writeVarint } from '../wire/varint.ts';
import { ExemplarTag, LabelTag, SampleTag, TimeSeriesTag } from '../wire/write-request-tags.ts';

const VALUE_BYTES = 9;

export class SampleWriter {
  /** The field of the timestamp written last: most often all samples of a push have the same one. */
  readonly #timestamp = new Uint8Array(11);
  #timestampMs = 0;
  #timestampLength = 0;

  /** Writes `sample` at `start`, where there must be room; returns where it ends. */
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

/** Bytes that the exemplars take. An exemplar without a timestamp gets that of the sample. */
export function exemplarsLength(exemplars: ExemplarSet, sampleTimestampMs: number): number {
  let length = 0;
  for (let i = 0; i < exemplars.count; i++) {
    const content = contentLength(exemplars, i, sampleTimestampMs);
    length += 1 + varintLength(content) + content;
  }
  return length;
}

/** Writes all exemplars at `start`, where there must be room; returns where they end. */
export function writeExemplars(
  out: OutputBuffer,
  start: number,
  exemplars: ExemplarSet,
  sampleTimestampMs: number,
): number {
  const { bytes, view } = out;
  let at = start;
  for (let i = 0; i < exemplars.count; i++) {
    bytes[at] = TimeSeriesTag.exemplars;
    at = writeVarint(bytes, at + 1, contentLength(exemplars, i, sampleTimestampMs));
    for (let label = exemplars.labelsStart(i); label < exemplars.labelsEnd[i]!; label++)
      at = writeLabel(bytes, at, exemplars, label);
    bytes[at] = ExemplarTag.value;
    at = writeDouble(view, at + 1, exemplars.values[i]!);
    const timestampMs = timestampOf(exemplars, i, sampleTimestampMs);
    if (timestampMs === 0) continue;
    bytes[at] = ExemplarTag.timestamp;
    at = writeInt64(bytes, at + 1, timestampMs);
  }
  return at;
}

function timestampOf(exemplars: ExemplarSet, index: number, sampleTimestampMs: number): number {
  const own = exemplars.timestampsMs[index]!;
  return Number.isNaN(own) ? sampleTimestampMs : own;
}

function contentLength(exemplars: ExemplarSet, index: number, sampleTimestampMs: number): number {
  const timestampMs = timestampOf(exemplars, index, sampleTimestampMs);
  let length = 9 + (timestampMs === 0 ? 0 : 1 + int64Length(timestampMs));
  for (let label = exemplars.labelsStart(index); label < exemplars.labelsEnd[index]!; label++) {
    const inner = innerLength(exemplars, label);
    length += 1 + varintLength(inner) + inner;
  }
  return length;
}

function innerLength({ nameStart, nameEnd, valueStart, valueEnd }: ExemplarSet, label: number): number {
  return labelLength(nameEnd[label]! - nameStart[label]!, valueEnd[label]! - valueStart[label]!);
}

function writeLabel(bytes: Buffer, start: number, exemplars: ExemplarSet, label: number): number {
  const { nameStart, nameEnd, valueStart, valueEnd } = exemplars;
  const from = exemplars.arena.bytes;
  bytes[start] = ExemplarTag.labels;
  let at = writeVarint(bytes, start + 1, innerLength(exemplars, label));
  bytes[at] = LabelTag.name;
  at = writeVarint(bytes, at + 1, nameEnd[label]! - nameStart[label]!);
  at += from.copy(bytes, at, nameStart[label], nameEnd[label]);
  bytes[at] = LabelTag.value;
  at = writeVarint(bytes, at + 1, valueEnd[label]! - valueStart[label]!);
  return at + from.copy(bytes, at, valueStart[label], valueEnd[label]);
}
