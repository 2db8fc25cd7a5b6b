// Steps from series to series of an encoded push without decoding it; only for bytes that this program wrote.
import { findMetricLabel, labelsEnd, labelValueStart } from '../labels/encoded-labels.ts';
import { equalRanges, SLACK } from '../wire/byte-ranges.ts';
import { fieldEnd, readVarint, varintEnd } from '../wire/varint.ts';
import { TimeSeriesTag, WriteRequestTag } from '../wire/write-request-tags.ts';
import type { EncodedSeries } from './encoded-series.ts';

export class SeriesCursor {
  readonly bytes: Uint8Array;
  /** A view of `bytes` that has SLACK bytes after them, to read whole words. */
  readonly view: DataView;
  #next = 0;
  labelsStart = 0;
  /** Only after `readLabels`: where the labels end, and where the metric's name is. */
  labelsEnd = 0;
  nameStart = 0;
  nameEnd = 0;

  constructor({ bytes }: EncodedSeries) {
    this.bytes = withSlack(bytes);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset);
  }

  /** Goes to the next series, passing over metadata. False after the last one. */
  next(): boolean {
    const { bytes } = this;
    while (this.#next < bytes.length) {
      const at = this.#next;
      const start = varintEnd(bytes, at + 1);
      this.#next = start + readVarint(bytes, at + 1);
      if (bytes[at] !== WriteRequestTag.timeseries) continue;
      this.labelsStart = start;
      return true;
    }
    return false;
  }

  /** Whether the labels of this series are the `length` bytes at `start` of `view`, which has room for a word after them. */
  hasLabels(view: DataView, start: number, length: number): boolean {
    const { labelsStart } = this;
    if (!equalRanges(view, start, this.view, labelsStart, length)) return false;
    return this.bytes[labelsStart + length] !== TimeSeriesTag.labels;
  }

  /** Finds the end of the labels of this series, and the metric's name among them. */
  readLabels(): void {
    const { bytes } = this;
    this.labelsEnd = labelsEnd(bytes, this.labelsStart, bytes.length);
    const nameAt = metricNameField(bytes, this.labelsStart, this.labelsEnd);
    this.nameStart = labelValueStart(bytes, nameAt);
    this.nameEnd = fieldEnd(bytes, nameAt);
  }
}

/** Where the field of the metric's name is among the `labels` fields `[start, end)`. */
export function metricNameField(bytes: Uint8Array, start: number, end: number): number {
  const at = findMetricLabel(bytes, start, end);
  if (at < 0) throw new Error('BUG: an encoded series has no metric name');
  return at;
}

function withSlack(bytes: Uint8Array): Uint8Array {
  if (bytes.byteOffset + bytes.length + SLACK <= bytes.buffer.byteLength) return bytes;
  const roomy = new Uint8Array(bytes.length + SLACK);
  roomy.set(bytes);
  return roomy.subarray(0, bytes.length);
}
