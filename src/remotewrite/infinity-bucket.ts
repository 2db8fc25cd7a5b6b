// Makes the `+Inf` bucket of a histogram from its encoded `_count` series: the same labels and sample, the name ending
// in `_bucket`, and `le="+Inf"`. Clients may leave that bucket out; a backend needs it.
import { compareLabelName, encodeLabel, labelValueStart, METRIC_LABEL } from '../labels/encoded-labels.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { fieldEnd, varintLength, writeVarint } from '../wire/varint.ts';
import { WriteRequestTag } from '../wire/write-request-tags.ts';

const COUNT_SUFFIX = Buffer.from('_count');
/** What OpenMetrics calls the count of a gauge histogram. */
const GAUGE_COUNT_SUFFIX = Buffer.from('_gcount');
const BUCKET_SUFFIX = Buffer.from('_bucket');
const LE = Buffer.from('le');
const LE_FIELD = encodeLabel(LE, Buffer.from('+Inf'));

export class InfinityBucket {
  /** The labels of the bucket appended last, as a range of the output. */
  labelsStart = 0;
  labelsEnd = 0;
  #nameField: Buffer = Buffer.alloc(0);
  #countName: Buffer = Buffer.alloc(0);

  /**
   * Appends the bucket for the `_count` series whose labels are `[labelsStart, labelsEnd)` and whose sample ends at
   * `seriesEnd`. False, and nothing appended, if the series already has a label `le`.
   */
  append(out: OutputBuffer, labelsStart: number, labelsEnd: number, seriesEnd: number): boolean {
    const { bytes } = out;
    let nameAt = labelsStart;
    let afterName = labelsStart;
    let leAt = labelsEnd;
    for (let at = labelsStart; at < labelsEnd; ) {
      const next = fieldEnd(bytes, at);
      const order = compareLabelName(bytes, at, LE);
      if (order === 0) return false;
      if (order > 0) {
        leAt = at;
        break;
      }
      if (compareLabelName(bytes, at, METRIC_LABEL) === 0) {
        nameAt = at;
        afterName = next;
        this.#useName(bytes, at, next);
      }
      at = next;
    }
    this.#write(out, [labelsStart, nameAt, afterName, leAt, labelsEnd, seriesEnd]);
    return true;
  }

  #write(out: OutputBuffer, [start, nameAt, afterName, leAt, labelsEnd, seriesEnd]: Cuts): void {
    const added = this.#nameField.length - (afterName - nameAt) + LE_FIELD.length;
    const length = seriesEnd - start + added;
    out.reserve(1 + varintLength(length) + length);
    const { bytes } = out;
    bytes[out.length] = WriteRequestTag.timeseries;
    let at = writeVarint(bytes, out.length + 1, length);
    this.labelsStart = at;
    at += bytes.copy(bytes, at, start, nameAt);
    at += this.#nameField.copy(bytes, at);
    at += bytes.copy(bytes, at, afterName, leAt);
    at += LE_FIELD.copy(bytes, at);
    at += bytes.copy(bytes, at, leAt, labelsEnd);
    this.labelsEnd = at;
    out.length = at + bytes.copy(bytes, at, labelsEnd, seriesEnd);
  }

  /** Renames `x_count`, or `x_gcount`, to `x_bucket`. Most often the name is the same as before. */
  #useName(bytes: Buffer, start: number, end: number): void {
    const name = bytes.subarray(labelValueStart(bytes, start), end);
    if (name.equals(this.#countName)) return;
    this.#countName = Buffer.from(name);
    const base = name.subarray(0, name.length - suffixOf(name).length);
    this.#nameField = encodeLabel(METRIC_LABEL, Buffer.concat([base, BUCKET_SUFFIX]));
  }
}

function suffixOf(name: Buffer): Buffer {
  const tail = name.subarray(-GAUGE_COUNT_SUFFIX.length);
  return tail.equals(GAUGE_COUNT_SUFFIX) ? GAUGE_COUNT_SUFFIX : COUNT_SUFFIX;
}

/** Where the parts of a `_count` series begin: labels, name field, what follows it, the place of `le`, sample, end. */
type Cuts = readonly [number, number, number, number, number, number];
