// A bucket of a histogram or a quantile of a summary: its bound, and its value as the sample's.
import { VALUE } from '../../labels/label-set.ts';
import { toUnsigned } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import type { ProtobufExemplars } from './protobuf-exemplars.ts';
import { BUCKET, BucketField, QUANTILE, QuantileField } from './protobuf-fields.ts';

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
      else reader.passOver(tag, QUANTILE);
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
          reader.passOver(tag, BUCKET);
      }
    }
    this.#exemplars.finish();
    this.#sample[VALUE] = floatCount > 0 ? floatCount : toUnsigned(low, high);
  }
}
