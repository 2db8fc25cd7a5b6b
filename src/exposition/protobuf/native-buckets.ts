// Reads the spans and buckets on one side of zero of a native histogram into a BucketRun and checks each. A span without
// buckets is joined with the next one, so that the number of buckets bounds the memory of spans.
import type { BucketRun } from '../../labels/native-histogram.ts';
import { fromZigzag32, ProtobufInt64 } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import type { Refuser } from '../name-rules.ts';
import { SPAN_FIELDS, SpanField } from './fields.ts';

const DOUBLE_BYTES = 8;

export class ProtobufBucketSide {
  readonly #refuser: Refuser;
  readonly #reader: ProtobufReader;
  /** `positive` or `negative`. */
  readonly #name: string;
  readonly #run: BucketRun;
  #spanCount = 0;
  #spanBuckets = 0;
  /** The sum of the offsets of spans without buckets; added to the offset of the next span. */
  #gap = 0;
  readonly #current = new ProtobufInt64();
  /** All observations in the buckets of an integer histogram. */
  readonly total = new ProtobufInt64();

  constructor(refuser: Refuser, reader: ProtobufReader, name: string, run: BucketRun) {
    this.#refuser = refuser;
    this.#reader = reader;
    this.#name = name;
    this.#run = run;
  }

  /** Starts a histogram. */
  clear(): void {
    this.#run.clear();
    this.#spanCount = 0;
    this.#spanBuckets = 0;
    this.#gap = 0;
    this.#current.set(0, 0);
    this.total.set(0, 0);
  }

  /** Reads the BucketSpan in `[start, end)`. */
  addSpan(start: number, end: number): void {
    const reader = this.#reader;
    let offset = 0;
    let length = 0;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === SpanField.offset) offset = fromZigzag32(reader.low);
      else if (tag === SpanField.length) length = reader.low;
      else reader.passOver(tag, SPAN_FIELDS);
    }
    if (this.#spanCount++ > 0 && offset < 0) {
      this.#fail(`expected spans of ${this.#name} buckets in order, found one with offset ${offset}`);
    }
    this.#joinSpan(offset, length);
  }

  #joinSpan(offset: number, length: number): void {
    this.#gap += offset;
    this.#spanBuckets += length;
    if (length === 0) return;
    if (this.#gap !== (this.#gap | 0)) {
      this.#fail(`expected offsets of ${this.#name} spans of at most 32 bits, found ${this.#gap}`);
    }
    this.#run.addSpan(this.#gap, length);
    this.#gap = 0;
  }

  /** Adds the `sint64` that the reader has read last. */
  addDelta(): void {
    const { low, high } = this.#reader;
    const current = this.#current;
    current.addZigzag(low, high);
    if (current.isNegative) this.#failNegative();
    this.total.add(current.low, current.high);
    this.#run.addDelta(low, high);
  }

  /** Adds the packed `sint64`s in `[start, end)`. */
  addDeltas(start: number, end: number): void {
    const reader = this.#reader;
    reader.at = start;
    while (reader.at < end) {
      reader.readVarint(end);
      this.addDelta();
    }
  }

  /** Adds the doubles in `[start, end)`. */
  addCounts(start: number, end: number): void {
    const { bytes, view } = this.#refuser.arena;
    const count = (end - start) / DOUBLE_BYTES;
    if (!Number.isInteger(count)) {
      this.#fail(`expected whole doubles as ${this.#name} buckets, found ${end - start} bytes`);
    }
    for (let at = start; at < end; at += DOUBLE_BYTES)
      if (view.getFloat64(at, true) < 0) this.#failNegative();
    this.#run.addBuckets(bytes, start, end, count);
  }

  /** Refuses spans whose lengths do not add up to the number of buckets. */
  finish(): void {
    const { bucketCount } = this.#run;
    if (this.#spanBuckets === bucketCount) return;
    this.#fail(`expected ${this.#spanBuckets} ${this.#name} buckets, as the spans say, found ${bucketCount}`);
  }

  #failNegative(): never {
    return this.#fail(`expected ${this.#name} buckets with counts of at least 0, found a negative one`);
  }

  #fail(problem: string): never {
    return this.#refuser.fail(problem);
  }
}
