// The messages in a metric's histogram or summary, one after another: buckets, exemplars or quantiles. Where the histogram
// or summary comes in pieces, they go on in the next piece.
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { HistogramField, MetricField, SummaryField } from './protobuf-fields.ts';

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

  /** Steps to the next element; false where there is none. */
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
