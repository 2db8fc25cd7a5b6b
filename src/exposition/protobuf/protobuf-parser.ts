// Delimited io.prometheus.client.MetricFamily messages, as Go's, Rust's and Java's clients push them: bytes to registers,
// one series after another, nothing allocated per metric. A native histogram comes before its classic series.
import { ExemplarSet } from '../../labels/exemplar-set.ts';
import { LabelSet, TIMESTAMP_MS } from '../../labels/label-set.ts';
import type { NativeHistogram } from '../../labels/native-histogram.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { ProtobufReader } from '../../wire/protobuf-reader.ts';
import type { BucketLabels } from '../canonical-float.ts';
import { ExpositionError } from '../exposition-error.ts';
import { FamilyTable, FamilyType, Role } from '../family-table.ts';
import { type ClassicTwin, type SampleParser, Twin } from '../sample-parser.ts';
import { ProtobufFamily } from './protobuf-family.ts';
import { FamilyField } from './protobuf-fields.ts';
import { ProtobufMetric } from './protobuf-metric.ts';
import { ProtobufPartNames } from './protobuf-part-names.ts';
import { ProtobufParts } from './protobuf-parts.ts';
import { describeProtobufPlace } from './protobuf-place.ts';
import { looksLikeText } from './protobuf-text-guess.ts';

export interface ProtobufParserOptions {
  readonly utf8Names: boolean;
  readonly bucketLabels: BucketLabels;
}

/** Reads a body that was loaded with room for four times its length and 1024 bytes more. */
export class ProtobufParser implements SampleParser {
  readonly arena: ByteArena;
  readonly labels: LabelSet;
  readonly exemplars: ExemplarSet;
  readonly families: FamilyTable;
  readonly leavesOutInfinity = false;
  readonly valueStart = 0;
  readonly position = 0;
  histogram: NativeHistogram | undefined;
  twin: ClassicTwin = Twin.none;
  hasTimestamp = false;
  family = -1;
  role: number = Role.own;
  createdMs = NaN;
  /** Where the metric begins, or its family's length. */
  line = 0;
  readonly #reader: ProtobufReader;
  readonly #family: ProtobufFamily;
  readonly #names: ProtobufPartNames;
  readonly #metric: ProtobufMetric;
  readonly #parts: ProtobufParts;
  /** Whether the metric read last may have more parts. */
  #hasParts = false;
  /** Where the next family's length begins, and the next field of the family at hand, which may be at its end. */
  #familyAt = 0;
  #metricAt = 0;
  #familyEnd = 0;

  constructor(arena: ByteArena, { utf8Names, bucketLabels }: ProtobufParserOptions) {
    this.arena = arena;
    this.labels = new LabelSet(arena);
    this.exemplars = new ExemplarSet(arena);
    this.families = new FamilyTable(arena, false);
    const form = { arena, fail: (problem: string) => this.#failForm(problem) };
    this.#reader = new ProtobufReader(arena, form);
    this.#family = new ProtobufFamily(form, this.#reader, this.families, utf8Names);
    this.#names = new ProtobufPartNames(arena);
    this.#metric = new ProtobufMetric(this, this.#reader, this.labels, this.exemplars, utf8Names);
    this.#parts = new ProtobufParts(this, this.#reader, this.#metric, this.#names, bucketLabels);
  }

  get unsendableHistograms(): number {
    return this.#parts.unsendableHistograms;
  }

  /** Exemplars beyond what one sample can have. Their samples do not depend on them. */
  get leftOutExemplars(): number {
    return this.#metric.exemplars.leftOut;
  }

  start(): void {
    this.families.reset();
    this.#names.reset();
    this.#metric.reset();
    this.#parts.reset();
    this.#hasParts = false;
    this.#familyAt = 0;
    this.#metricAt = 0;
    this.#familyEnd = 0;
    this.line = 0;
  }

  next(): boolean {
    for (;;) {
      if (this.#hasParts) {
        if (this.#parts.next()) return this.#givePart();
        this.#hasParts = false;
      } else if (this.#metricAt < this.#familyEnd) {
        if (this.#nextMetric()) return this.#give(Role.own);
      } else if (this.#familyAt < this.arena.bodyEnd) this.#nextFamily();
      else return this.#finish();
    }
  }

  fail(problem: string): never {
    throw new ExpositionError(this.placeOf(this.line), problem);
  }

  placeOf(line: number): string {
    return describeProtobufPlace(this.arena, line);
  }

  /** Refuses what is no message of this kind at all. */
  #failForm(problem: string): never {
    const { bytes, bodyEnd } = this.arena;
    if (!looksLikeText(bytes, bodyEnd)) return this.fail(problem);
    return this.fail(
      'expected delimited MetricFamily messages, as the content type says, found text; send it without this content type',
    );
  }

  #finish(): false {
    const collision = this.families.findCollision();
    if (collision >= 0) {
      const name = this.families.shownName(collision);
      this.line = this.families.firstLine[collision]!;
      this.fail(`expected no family named like a part of a histogram or summary, found ${name}`);
    }
    return false;
  }

  #nextFamily(): void {
    const reader = this.#reader;
    const family = this.#family;
    this.line = this.#familyAt;
    reader.at = this.#familyAt;
    reader.readLength(this.arena.bodyEnd);
    this.#metricAt = reader.start;
    this.#familyEnd = reader.end;
    this.#familyAt = reader.end;
    family.read(reader.start, reader.end);
    this.family = family.entry;
    this.#names.name(family.nameStart, family.nameEnd, family.type);
  }

  /** Reads fields of the family up to the next metric. True where that is one sample. */
  #nextMetric(): boolean {
    const reader = this.#reader;
    const at = this.#metricAt;
    reader.at = at;
    const tag = reader.next(this.#familyEnd);
    this.#metricAt = reader.at;
    if (tag !== FamilyField.metric) return false;
    this.line = at;
    return this.#readMetric(reader.start, reader.end);
  }

  #readMetric(start: number, end: number): boolean {
    const { type, nameStart, nameEnd } = this.#family;
    this.histogram = undefined;
    this.twin = Twin.none;
    this.#metric.read(start, end, type, nameEnd - nameStart);
    this.hasTimestamp = this.#metric.hasTimestamp;
    // A gauge histogram may go down: it counts from no time on.
    this.createdMs = type === FamilyType.gaugeHistogram ? NaN : this.#metric.createdMs;
    this.families.addSample(this.family, this.line);
    this.#hasParts = true;
    switch (type) {
      case FamilyType.summary:
        this.#parts.enterSummary();
        break;
      case FamilyType.histogram:
      case FamilyType.gaugeHistogram:
        this.#parts.enterHistogram(type === FamilyType.gaugeHistogram);
        break;
      default:
        this.#hasParts = false;
        this.#metric.labels.useOwn();
    }
    return !this.#hasParts;
  }

  #givePart(): true {
    this.histogram = this.#parts.histogram;
    this.twin = this.#parts.twin;
    return this.#give(this.#parts.role);
  }

  /** The registers hold the series of this role, all but its name and timestamp. */
  #give(role: number): true {
    const { labels } = this;
    this.role = role;
    labels.metricStart = this.#names.start(role);
    labels.metricEnd = this.#names.end(role);
    if (this.hasTimestamp) labels.sample[TIMESTAMP_MS] = this.#metric.timestampMs;
    return true;
  }
}
