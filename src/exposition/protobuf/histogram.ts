// Reads the numbers of a Histogram message other than its buckets, classic and native, and finds out whether it is native.
// The message may come in pieces, which are merged (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
import {
  CUSTOM_BUCKETS_SCHEMA,
  FLOAT_COUNT,
  FLOAT_ZERO_COUNT,
  NativeHistogram,
  SUM,
  ZERO_THRESHOLD,
} from '../../labels/native-histogram.ts';
import { fromZigzag32, toUnsigned } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { HISTOGRAM_FIELDS, HistogramField } from './fields.ts';

export class ProtobufHistogram {
  readonly #reader: ProtobufReader;
  readonly #mergeCreated: (start: number, end: number) => void;
  /** The histogram without its buckets, which ProtobufNative reads. */
  readonly native = new NativeHistogram();
  hasSpans = false;
  hasFloatBuckets = false;
  hasExemplars = false;

  /** `mergeCreated` reads the Timestamp of its creation and leaves the reader after it. */
  constructor(reader: ProtobufReader, mergeCreated: (start: number, end: number) => void) {
    this.#reader = reader;
    this.#mergeCreated = mergeCreated;
  }

  /** Starts a metric. */
  clear(): void {
    this.native.clear();
    this.hasSpans = false;
    this.hasFloatBuckets = false;
    this.hasExemplars = false;
  }

  /** A float count above 0 takes precedence over the whole one. */
  get count(): number {
    const { count, numbers } = this.native;
    return numbers[FLOAT_COUNT]! > 0 ? numbers[FLOAT_COUNT]! : toUnsigned(count[0]!, count[1]!);
  }

  get sum(): number {
    return this.native.numbers[SUM]!;
  }

  /** Whether the message holds a native histogram, by the rule that Prometheus applies to a scrape. */
  get isNative(): boolean {
    const { numbers, zeroCount } = this.native;
    if (this.hasSpans || zeroCount[0] !== 0 || zeroCount[1] !== 0) return true;
    return numbers[ZERO_THRESHOLD]! > 0 || numbers[FLOAT_ZERO_COUNT]! > 0;
  }

  /** Whether its buckets have custom bounds, which the message cannot express. */
  get hasCustomBuckets(): boolean {
    return this.native.schema === CUSTOM_BUCKETS_SCHEMA;
  }

  /** Reads the message, or a piece of it, in `[start, end)`. */
  merge(start: number, end: number): void {
    const reader = this.#reader;
    const { numbers, count } = this.native;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      switch (tag) {
        case HistogramField.bucket:
          break;
        case HistogramField.count:
          count[0] = reader.low;
          count[1] = reader.high;
          break;
        case HistogramField.sum:
          numbers[SUM] = reader.double();
          break;
        case HistogramField.floatCount:
          numbers[FLOAT_COUNT] = reader.double();
          break;
        case HistogramField.created:
          this.#mergeCreated(reader.start, reader.end);
          break;
        default:
          this.#nativeField(tag);
      }
    }
  }

  #nativeField(tag: number): void {
    const reader = this.#reader;
    const { native } = this;
    switch (tag) {
      case HistogramField.schema:
        native.schema = fromZigzag32(reader.low);
        break;
      case HistogramField.zeroThreshold:
        native.numbers[ZERO_THRESHOLD] = reader.double();
        break;
      case HistogramField.zeroCount:
        native.zeroCount[0] = reader.low;
        native.zeroCount[1] = reader.high;
        break;
      case HistogramField.floatZeroCount:
        native.numbers[FLOAT_ZERO_COUNT] = reader.double();
        break;
      case HistogramField.exemplar:
        this.hasExemplars = true;
        break;
      case HistogramField.negativeSpan:
      case HistogramField.positiveSpan:
        this.hasSpans = true;
        break;
      case HistogramField.negativeCount:
      case HistogramField.positiveCount:
        this.hasFloatBuckets = true;
        break;
      case HistogramField.packedNegativeCounts:
      case HistogramField.packedPositiveCounts:
        this.hasFloatBuckets ||= reader.end > reader.start;
        break;
      case HistogramField.negativeDelta:
      case HistogramField.positiveDelta:
      case HistogramField.packedNegativeDeltas:
      case HistogramField.packedPositiveDeltas:
        break;
      default:
        reader.passOver(tag, HISTOGRAM_FIELDS);
    }
  }
}
