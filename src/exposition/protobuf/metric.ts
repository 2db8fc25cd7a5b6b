// Reads one Metric message: its labels, its timestamp and the numbers of its value, which must be of the family's type.
// Fields may come in any order. ProtobufSeries reads buckets and quantiles later. Pieces of a value are merged.
import type { ExemplarSet } from '../../labels/exemplar-set.ts';
import { type LabelSet, VALUE } from '../../labels/label-set.ts';
import { toSigned, toUnsigned } from '../../wire/protobuf-int64.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { shownInteger } from '../../wire/protobuf-reader.ts';
import { FamilyType } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';
import { ProtobufExemplars, ProtobufTimestamp } from './exemplars.ts';
import {
  COUNTER_FIELDS,
  GAUGE_FIELDS,
  METRIC_FIELDS,
  MetricField,
  SUMMARY_FIELDS,
  SummaryField,
  UNTYPED_FIELDS,
  ValueField,
} from './fields.ts';
import { ProtobufHistogram } from './histogram.ts';
import { ProtobufLabels } from './labels.ts';

/** The field of the value, by the family's type. */
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
  /** The sample of the metric, or of the series of a histogram or summary read last. */
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

  /** When its counting began, in ms; NaN if the message does not say. */
  get createdMs(): number {
    return this.#hasCreated ? this.#created.ms : NaN;
  }

  /** Starts a push. */
  reset(): void {
    this.labels.reset();
    this.exemplars.reset();
  }

  /** Reads the message in `[start, end)` of a family of this type. `nameBytes` is the length of the family's name. */
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

  /** Reads a message of nothing but a value, which is what nearly all are; false if there is more. */
  #readPlainDouble(start: number, end: number): boolean {
    const { bytes, view } = this.#refuser.arena;
    if (end - start !== 9 || bytes[start] !== ValueField.value) return false;
    this.sample[VALUE] = view.getFloat64(start + 1, true);
    return true;
  }

  #plain(kind: number, start: number, end: number): void {
    if (this.#readPlainDouble(start, end)) return;
    const reader = this.#reader;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === ValueField.value) this.sample[VALUE] = reader.double();
      else reader.passOver(tag, kind === MetricField.gauge ? GAUGE_FIELDS : UNTYPED_FIELDS);
    }
  }

  #counter(start: number, end: number): void {
    if (this.#readPlainDouble(start, end)) return;
    const reader = this.#reader;
    reader.at = start;
    for (let tag = reader.next(end); tag !== 0; tag = reader.next(end)) {
      if (tag === ValueField.value) this.sample[VALUE] = reader.double();
      else if (tag === ValueField.exemplar) this.exemplars.merge(reader.start, reader.end);
      else if (tag === ValueField.created) this.#mergeCreated(reader.start, reader.end);
      else reader.passOver(tag, COUNTER_FIELDS);
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
          reader.passOver(tag, SUMMARY_FIELDS);
      }
    }
  }

  /** Reads a Timestamp and leaves the reader after it. */
  #mergeCreated(start: number, end: number): void {
    this.#hasCreated = true;
    this.#created.merge(start, end);
  }

  #other(tag: number, valueTag: number): void {
    const otherValue = SHOWN[tag];
    if (otherValue !== undefined) this.#failValue(valueTag, otherValue);
    this.#reader.passOver(tag, METRIC_FIELDS);
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
