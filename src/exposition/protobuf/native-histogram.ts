// Reads the buckets of a native histogram after the rest of its message is known, and checks the whole as Prometheus does
// before it stores one: a backend would refuse a whole block because of one inconsistent histogram
// (https://github.com/prometheus/prometheus/blob/main/model/histogram/histogram.go, Validate).
import {
  FLOAT_COUNT,
  FLOAT_ZERO_COUNT,
  MAX_SCHEMA,
  MIN_SCHEMA,
  type NativeHistogram,
  SUM,
  ZERO_THRESHOLD,
} from '../../labels/native-histogram.ts';
import { ProtobufInt64, toUnsigned } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { shownInteger } from '../../wire/protobuf-reader.ts';
import type { Refuser } from '../name-rules.ts';
import { HistogramField, MetricField } from './fields.ts';
import type { ProtobufHistogram } from './histogram.ts';
import { ProtobufBucketSide } from './native-buckets.ts';

export class ProtobufNative {
  readonly #refuser: Refuser;
  readonly #reader: ProtobufReader;
  readonly #histogram: ProtobufHistogram;
  readonly #native: NativeHistogram;
  readonly #negative: ProtobufBucketSide;
  readonly #positive: ProtobufBucketSide;
  readonly #total = new ProtobufInt64();

  constructor(refuser: Refuser, reader: ProtobufReader, histogram: ProtobufHistogram) {
    this.#refuser = refuser;
    this.#reader = reader;
    this.#histogram = histogram;
    this.#native = histogram.native;
    this.#negative = new ProtobufBucketSide(refuser, reader, 'negative', this.#native.negative);
    this.#positive = new ProtobufBucketSide(refuser, reader, 'positive', this.#native.positive);
  }

  /** Completes the histogram whose metric is `[start, end)`. */
  read(start: number, end: number, isGauge: boolean): void {
    const { schema, numbers } = this.#native;
    if (schema < MIN_SCHEMA || schema > MAX_SCHEMA) {
      this.#fail(
        `expected a schema from ${MIN_SCHEMA} to ${MAX_SCHEMA} of the native histogram, found ${schema}`,
      );
    }
    if (!(numbers[ZERO_THRESHOLD]! >= 0)) {
      this.#fail(`expected a zero threshold of at least 0, found ${numbers[ZERO_THRESHOLD]}`);
    }
    this.#native.isGauge = isGauge;
    this.#useNumberKind();
    this.#negative.clear();
    this.#positive.clear();
    this.#buckets(start, end);
    this.#negative.finish();
    this.#positive.finish();
    if (!this.#native.isFloat) this.#checkCount();
  }

  /** To Prometheus a float count or zero count makes a float histogram; buckets that are doubles do so, too. */
  #useNumberKind(): void {
    const { numbers, count, zeroCount } = this.#native;
    const isFloat =
      numbers[FLOAT_COUNT]! > 0 || numbers[FLOAT_ZERO_COUNT]! > 0 || this.#histogram.hasFloatBuckets;
    this.#native.isFloat = isFloat;
    if (!isFloat) return;
    if (!(numbers[FLOAT_COUNT]! > 0)) numbers[FLOAT_COUNT] = toUnsigned(count[0]!, count[1]!);
    if (!(numbers[FLOAT_ZERO_COUNT]! > 0))
      numbers[FLOAT_ZERO_COUNT] = toUnsigned(zeroCount[0]!, zeroCount[1]!);
  }

  #buckets(start: number, end: number): void {
    const reader = this.#reader;
    const isFloat = this.#native.isFloat;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag !== MetricField.histogram) continue;
      const messageEnd = reader.end;
      reader.at = reader.start;
      for (let field = reader.next(messageEnd); field !== 0; field = reader.next(messageEnd)) {
        if (isFloat) this.#floatField(field);
        else this.#wholeField(field);
      }
    }
  }

  #wholeField(tag: number): void {
    const reader = this.#reader;
    switch (tag) {
      case HistogramField.negativeSpan:
        return this.#negative.addSpan(reader.start, reader.end);
      case HistogramField.positiveSpan:
        return this.#positive.addSpan(reader.start, reader.end);
      case HistogramField.negativeDelta:
        return this.#negative.addDelta();
      case HistogramField.positiveDelta:
        return this.#positive.addDelta();
      case HistogramField.packedNegativeDeltas:
        return this.#negative.addDeltas(reader.start, reader.end);
      case HistogramField.packedPositiveDeltas:
        return this.#positive.addDeltas(reader.start, reader.end);
    }
  }

  #floatField(tag: number): void {
    const reader = this.#reader;
    switch (tag) {
      case HistogramField.negativeSpan:
        return this.#negative.addSpan(reader.start, reader.end);
      case HistogramField.positiveSpan:
        return this.#positive.addSpan(reader.start, reader.end);
      case HistogramField.negativeCount:
      case HistogramField.packedNegativeCounts:
        return this.#negative.addCounts(reader.start, reader.end);
      case HistogramField.positiveCount:
      case HistogramField.packedPositiveCounts:
        return this.#positive.addCounts(reader.start, reader.end);
    }
  }

  /** Only for whole numbers, which add up exactly. Observations of NaN are counted but are in no bucket. */
  #checkCount(): void {
    const { count, zeroCount, numbers } = this.#native;
    const total = this.#total;
    total.set(zeroCount[0]!, zeroCount[1]!);
    total.add(this.#negative.total.low, this.#negative.total.high);
    total.add(this.#positive.total.low, this.#positive.total.high);
    const order = total.compare(count[0]!, count[1]!);
    if (order === 0 || (order < 0 && Number.isNaN(numbers[SUM]))) return;
    const wanted = Number.isNaN(numbers[SUM]) ? 'at least ' : '';
    this.#fail(
      `expected a count of ${wanted}${shownInteger(total.low, total.high)}, as in the buckets, found ${shownInteger(count[0]!, count[1]!)}`,
    );
  }

  #fail(problem: string): never {
    return this.#refuser.fail(problem);
  }
}
