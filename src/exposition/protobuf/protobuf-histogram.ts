// The numbers of a histogram that are not its buckets, classic and native, and whether it has a native part at all.
// A metric's Histogram may come in pieces, which are one message (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
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
import { HISTOGRAM, HistogramField } from './protobuf-fields.ts';

export class ProtobufHistogram {
  readonly #reader: ProtobufReader;
  readonly #mergeCreated: (start: number, end: number) => void;
  /** Its runs of buckets are left empty here. */
  readonly native = new NativeHistogram();
  hasSpans = false;
  hasFloatBuckets = false;
  hasExemplars = false;

  /** `mergeCreated` reads the time of its creation, and leaves the reader behind it. */
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

  /** The float count stands in place of the whole one where it is above 0. */
  get count(): number {
    const { count, numbers } = this.native;
    return numbers[FLOAT_COUNT]! > 0 ? numbers[FLOAT_COUNT]! : toUnsigned(count[0]!, count[1]!);
  }

  get sum(): number {
    return this.native.numbers[SUM]!;
  }

  /** Whether the message stands for a native histogram, as Prometheus tells it when it scrapes one. */
  get isNative(): boolean {
    const { numbers, zeroCount } = this.native;
    if (this.hasSpans || zeroCount[0] !== 0 || zeroCount[1] !== 0) return true;
    return numbers[ZERO_THRESHOLD]! > 0 || numbers[FLOAT_ZERO_COUNT]! > 0;
  }

  /** Whether the bounds of its buckets are custom ones, for which the message has no place. */
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
        reader.passOver(tag, HISTOGRAM);
    }
  }
}
