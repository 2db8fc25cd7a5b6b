// The repeated messages in a metric's histogram or summary: buckets, quantiles and exemplars. ProtobufElements finds them one
// after another, and ProtobufBound reads a bucket or a quantile. If the histogram or summary comes in pieces, the elements
// continue in the next piece.

import { VALUE } from '../../labels/label-set.ts';
import { toUnsigned } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import type { ProtobufExemplars } from './exemplars.ts';
import {
  BUCKET_FIELDS,
  BucketField,
  HistogramField,
  MetricField,
  QUANTILE_FIELDS,
  QuantileField,
  SummaryField,
} from './fields.ts';

export class ProtobufElements {
  readonly #reader: ProtobufReader;
  /** The tag of the histogram or summary in the metric, and that of the elements in it. */
  #messageTag = 0;
  #elementTag = 0;
  #metricEnd = 0;
  #at = 0;
  #messageEnd = 0;
  /** The element read last. */
  start = 0;
  end = 0;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
  }

  /** Starts with the first bucket in the metric `[start, end)`. */
  enterBuckets(start: number, end: number): void {
    this.#enter(start, end, MetricField.histogram, HistogramField.bucket);
  }

  /** Starts with the first exemplar of the native histogram in the metric `[start, end)`. */
  enterExemplars(start: number, end: number): void {
    this.#enter(start, end, MetricField.histogram, HistogramField.exemplar);
  }

  /** Starts with the first quantile in the metric `[start, end)`. */
  enterQuantiles(start: number, end: number): void {
    this.#enter(start, end, MetricField.summary, SummaryField.quantile);
  }

  /** Steps to the next element; false if there is none. */
  next(): boolean {
    const reader = this.#reader;
    reader.at = this.#at;
    for (;;) {
      for (let tag = reader.next(this.#messageEnd); tag !== 0; tag = reader.next(this.#messageEnd)) {
        if (tag !== this.#elementTag) continue;
        this.start = reader.start;
        this.end = reader.end;
        this.#at = reader.at;
        return true;
      }
      if (!this.#enterMessage()) return false;
    }
  }

  #enter(start: number, end: number, messageTag: number, elementTag: number): void {
    this.#messageTag = messageTag;
    this.#elementTag = elementTag;
    this.#metricEnd = end;
    this.#at = start;
    this.#messageEnd = start;
  }

  /** Steps into the next piece of the message. */
  #enterMessage(): boolean {
    const reader = this.#reader;
    for (let tag = reader.next(this.#metricEnd); tag !== 0; tag = reader.next(this.#metricEnd)) {
      if (tag !== this.#messageTag) continue;
      this.#messageEnd = reader.end;
      reader.at = reader.start;
      return true;
    }
    this.#at = this.#metricEnd;
    this.#messageEnd = this.#metricEnd;
    return false;
  }
}

export class ProtobufBound {
  readonly #reader: ProtobufReader;
  readonly #exemplars: ProtobufExemplars;
  readonly #sample: Float64Array;
  /** The upper bound or the quantile. */
  value = 0;

  constructor(reader: ProtobufReader, exemplars: ProtobufExemplars, sample: Float64Array) {
    this.#reader = reader;
    this.#exemplars = exemplars;
    this.#sample = sample;
  }

  readQuantile(start: number, end: number): void {
    const reader = this.#reader;
    const sample = this.#sample;
    this.value = 0;
    sample[VALUE] = 0;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === QuantileField.quantile) this.value = reader.double();
      else if (tag === QuantileField.value) sample[VALUE] = reader.double();
      else reader.passOver(tag, QUANTILE_FIELDS);
    }
  }

  /** Its exemplar is added to those read so far. */
  readBucket(start: number, end: number): void {
    const reader = this.#reader;
    let floatCount = 0;
    let low = 0;
    let high = 0;
    this.value = 0;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      switch (tag) {
        case BucketField.count:
          low = reader.low;
          high = reader.high;
          break;
        case BucketField.upperBound:
          this.value = reader.double();
          break;
        case BucketField.exemplar:
          this.#exemplars.merge(reader.start, reader.end);
          break;
        case BucketField.floatCount:
          floatCount = reader.double();
          break;
        default:
          reader.passOver(tag, BUCKET_FIELDS);
      }
    }
    this.#exemplars.finish();
    this.#sample[VALUE] = floatCount > 0 ? floatCount : toUnsigned(low, high);
  }
}
