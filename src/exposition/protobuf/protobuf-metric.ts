// One Metric message: its labels, timestamp and the numbers of its value, which must be of the family's kind. Fields may
// come in any order; buckets and quantiles are left for later. A value that comes in pieces is merged.
import type { ExemplarSet } from '../../labels/exemplar-set.ts';
import { type LabelSet, VALUE } from '../../labels/label-set.ts';
import { toSigned, toUnsigned } from '../../wire/protobuf-int64.ts';
import { shownInteger } from '../../wire/protobuf-message.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { FamilyType } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';
import { ProtobufExemplars } from './protobuf-exemplars.ts';
import {
  COUNTER,
  GAUGE,
  METRIC,
  MetricField,
  SUMMARY,
  SummaryField,
  UNTYPED,
  ValueField,
} from './protobuf-fields.ts';
import { ProtobufHistogram } from './protobuf-histogram.ts';
import { ProtobufLabels } from './protobuf-labels.ts';
import { ProtobufTimestamp } from './protobuf-timestamp.ts';

/** By the family's type. */
const VALUE_TAGS: Readonly<Record<number, number>> = {
  [FamilyType.unknown]: MetricField.untyped,
  [FamilyType.counter]: MetricField.counter,
  [FamilyType.gauge]: MetricField.gauge,
  [FamilyType.histogram]: MetricField.histogram,
  [FamilyType.gaugeHistogram]: MetricField.histogram,
  [FamilyType.summary]: MetricField.summary,
};

const SHOWN: Readonly<Record<number, string>> = {
  [MetricField.untyped]: 'an untyped value',
  [MetricField.counter]: 'a counter',
  [MetricField.gauge]: 'a gauge',
  [MetricField.histogram]: 'a histogram',
  [MetricField.summary]: 'a summary',
};

export class ProtobufMetric {
  readonly #refuser: Refuser;
  readonly #reader: ProtobufReader;
  readonly #created: ProtobufTimestamp;
  /** The sample that it is, or that one of its parts is. */
  readonly sample: Float64Array;
  readonly labels: ProtobufLabels;
  readonly exemplars: ProtobufExemplars;
  readonly histogram: ProtobufHistogram;
  /** The message read last. */
  start = 0;
  end = 0;
  hasTimestamp = false;
  timestampMs = 0;
  #hasCreated = false;
  /** Of a summary. */
  count = 0;
  sum = 0;
  #hasValue = false;

  constructor(
    refuser: Refuser,
    reader: ProtobufReader,
    labels: LabelSet,
    exemplars: ExemplarSet,
    utf8Names: boolean,
  ) {
    this.#refuser = refuser;
    this.#reader = reader;
    this.#created = new ProtobufTimestamp(reader);
    this.sample = labels.sample;
    this.labels = new ProtobufLabels(refuser, reader, labels, utf8Names);
    this.exemplars = new ProtobufExemplars(refuser, reader, exemplars, utf8Names);
    this.histogram = new ProtobufHistogram(reader, (start, end) => this.#mergeCreated(start, end));
  }

  /** When its counting began; NaN where it does not say. */
  get createdMs(): number {
    return this.#hasCreated ? this.#created.ms : NaN;
  }

  /** Starts a push. */
  reset(): void {
    this.labels.reset();
    this.exemplars.reset();
  }

  /** Reads the message in `[start, end)` of a family of this type, whose name has `nameBytes`. */
  read(start: number, end: number, type: number, nameBytes: number): void {
    const reader = this.#reader;
    const valueTag = VALUE_TAGS[type]!;
    this.#begin(valueTag);
    this.start = start;
    this.end = end;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === MetricField.label) this.labels.add(reader.start, reader.end);
      else if (tag === valueTag) this.#value(tag, reader.start, reader.end);
      else if (tag === MetricField.timestampMs) this.#timestamp();
      else this.#other(tag, valueTag);
    }
    if (!this.#hasValue) this.#failValue(valueTag, 'none');
    this.exemplars.finish();
    this.labels.finish(nameBytes);
  }

  #begin(valueTag: number): void {
    this.labels.begin();
    this.exemplars.begin();
    this.hasTimestamp = false;
    this.#hasValue = false;
    this.#hasCreated = false;
    this.#created.clear();
    this.sample[VALUE] = 0;
    this.count = 0;
    this.sum = 0;
    if (valueTag === MetricField.histogram) this.histogram.clear();
  }

  #value(tag: number, start: number, end: number): void {
    this.#hasValue = true;
    switch (tag) {
      case MetricField.counter:
        return this.#counter(start, end);
      case MetricField.histogram:
        return this.histogram.merge(start, end);
      case MetricField.summary:
        return this.#summary(start, end);
      default:
        return this.#plain(tag, start, end);
    }
  }

  /** Takes a message of nothing but a value, as nearly all are. */
  #takesDouble(start: number, end: number): boolean {
    const { bytes, view } = this.#refuser.arena;
    if (end - start !== 9 || bytes[start] !== ValueField.value) return false;
    this.sample[VALUE] = view.getFloat64(start + 1, true);
    return true;
  }

  #plain(kind: number, start: number, end: number): void {
    if (this.#takesDouble(start, end)) return;
    const reader = this.#reader;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === ValueField.value) this.sample[VALUE] = reader.double();
      else reader.passOver(tag, kind === MetricField.gauge ? GAUGE : UNTYPED);
    }
  }

  #counter(start: number, end: number): void {
    if (this.#takesDouble(start, end)) return;
    const reader = this.#reader;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === ValueField.value) this.sample[VALUE] = reader.double();
      else if (tag === ValueField.exemplar) this.exemplars.merge(reader.start, reader.end);
      else if (tag === ValueField.created) this.#mergeCreated(reader.start, reader.end);
      else reader.passOver(tag, COUNTER);
    }
  }

  #summary(start: number, end: number): void {
    const reader = this.#reader;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      switch (tag) {
        case SummaryField.quantile:
          break;
        case SummaryField.count:
          this.count = toUnsigned(reader.low, reader.high);
          break;
        case SummaryField.sum:
          this.sum = reader.double();
          break;
        case SummaryField.created:
          this.#mergeCreated(reader.start, reader.end);
          break;
        default:
          reader.passOver(tag, SUMMARY);
      }
    }
  }

  /** Reads a Timestamp and goes on behind it. */
  #mergeCreated(start: number, end: number): void {
    this.#hasCreated = true;
    this.#created.merge(start, end);
  }

  #other(tag: number, valueTag: number): void {
    const otherValue = SHOWN[tag];
    if (otherValue !== undefined) this.#failValue(valueTag, otherValue);
    this.#reader.passOver(tag, METRIC);
  }

  #timestamp(): void {
    const { low, high } = this.#reader;
    this.hasTimestamp = true;
    this.timestampMs = toSigned(low, high);
    if (Number.isSafeInteger(this.timestampMs)) return;
    const found = BigInt.asIntN(64, BigInt(shownInteger(low, high)));
    this.#refuser.fail(`expected a timestamp within 2^53 milliseconds, found ${found}`);
  }

  #failValue(wanted: number, found: string): never {
    return this.#refuser.fail(`expected ${SHOWN[wanted]} as the metric's value, found ${found}`);
  }
}
