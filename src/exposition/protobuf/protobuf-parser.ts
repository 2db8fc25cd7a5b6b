// Parses delimited io.prometheus.client.MetricFamily messages, which the Go, Rust and Java clients push. Yields one series
// after another and allocates nothing per metric. A native histogram comes before its classic series.
import { ExemplarSet } from '../../labels/exemplar-set.ts';
import { LabelSet, TIMESTAMP_MS } from '../../labels/label-set.ts';
import type { NativeHistogram } from '../../labels/native-histogram.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { ProtobufReader } from '../../wire/protobuf-reader.ts';
import type { BucketLabels } from '../canonical-float.ts';
import { ExpositionError } from '../exposition-error.ts';
import { FamilyTable, FamilyType, Role } from '../family-table.ts';
import { ClassicOrigin, type SampleParser } from '../sample-parser.ts';
import { ProtobufFamily } from './family.ts';
import { FamilyField } from './fields.ts';
import { ProtobufMetric } from './metric.ts';
import { describeProtobufPlace, looksLikeText } from './place.ts';
import { ProtobufSeries } from './series.ts';
import { ProtobufSeriesNames } from './series-names.ts';

export interface ProtobufParserOptions {
  readonly utf8Names: boolean;
  readonly bucketLabels: BucketLabels;
}

/** The arena must be loaded with room for rewriting: four times the length of the body, and 1024 bytes. */
export class ProtobufParser implements SampleParser {
  readonly arena: ByteArena;
  readonly labels: LabelSet;
  readonly exemplars: ExemplarSet;
  readonly families: FamilyTable;
  readonly leavesOutInfinity = false;
  readonly valueStart = 0;
  readonly position = 0;
  histogram: NativeHistogram | undefined;
  classicOrigin: ClassicOrigin = ClassicOrigin.alone;
  hasTimestamp = false;
  family = -1;
  role: number = Role.own;
  createdMs = NaN;
  /** The offset of the metric, or of its family's length. */
  line = 0;
  readonly #reader: ProtobufReader;
  readonly #family: ProtobufFamily;
  readonly #names: ProtobufSeriesNames;
  readonly #metric: ProtobufMetric;
  readonly #series: ProtobufSeries;
  /** Whether the metric read last may have more series. */
  #hasMoreSeries = false;
  /** Where the next family's length begins, and the next field of the current family, which may be at its end. */
  #familyAt = 0;
  #metricAt = 0;
  #familyEnd = 0;

  constructor(arena: ByteArena, { utf8Names, bucketLabels }: ProtobufParserOptions) {
    this.arena = arena;
    this.labels = new LabelSet(arena);
    this.exemplars = new ExemplarSet(arena);
    this.families = new FamilyTable(arena, false);
    const syntax = { arena, fail: (problem: string) => this.#failSyntax(problem) };
    this.#reader = new ProtobufReader(arena, syntax);
    this.#family = new ProtobufFamily(syntax, this.#reader, this.families, utf8Names);
    this.#names = new ProtobufSeriesNames(arena);
    this.#metric = new ProtobufMetric(this, this.#reader, this.labels, this.exemplars, utf8Names);
    this.#series = new ProtobufSeries(this, this.#reader, this.#metric, this.#names, bucketLabels);
  }

  get unsendableHistograms(): number {
    return this.#series.unsendableHistograms;
  }

  /** How many exemplars were left out because their sample already had the maximum. */
  get leftOutExemplars(): number {
    return this.#metric.exemplars.leftOut;
  }

  start(): void {
    this.families.reset();
    this.#names.reset();
    this.#metric.reset();
    this.#series.reset();
    this.#hasMoreSeries = false;
    this.#familyAt = 0;
    this.#metricAt = 0;
    this.#familyEnd = 0;
    this.line = 0;
  }

  next(): boolean {
    for (;;) {
      if (this.#hasMoreSeries) {
        if (this.#series.next()) return this.#giveSeries();
        this.#hasMoreSeries = false;
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

  /** Refuses a body that is not such messages at all. */
  #failSyntax(problem: string): never {
    const { bytes, bodyEnd } = this.arena;
    if (!looksLikeText(bytes, bodyEnd)) return this.fail(problem);
    return this.fail(
      'expected delimited MetricFamily messages, as the content type says, found text; send text without this content type',
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
    this.#names.enterFamily(family.nameStart, family.nameEnd, family.type);
  }

  /** Reads the next field of the family. True if it is a metric that is a single sample. */
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
    this.classicOrigin = ClassicOrigin.alone;
    this.#metric.read(start, end, type, nameEnd - nameStart);
    this.hasTimestamp = this.#metric.hasTimestamp;
    // A gauge histogram may go down, so it has no start of counting.
    this.createdMs = type === FamilyType.gaugeHistogram ? NaN : this.#metric.createdMs;
    this.families.addSample(this.family, this.line);
    this.#hasMoreSeries = true;
    switch (type) {
      case FamilyType.summary:
        this.#series.enterSummary();
        break;
      case FamilyType.histogram:
      case FamilyType.gaugeHistogram:
        this.#series.enterHistogram(type === FamilyType.gaugeHistogram);
        break;
      default:
        this.#hasMoreSeries = false;
        this.#metric.labels.useOwn();
    }
    return !this.#hasMoreSeries;
  }

  #giveSeries(): true {
    this.histogram = this.#series.histogram;
    this.classicOrigin = this.#series.classicOrigin;
    return this.#give(this.#series.role);
  }

  /** Adds name and timestamp to the series of this role, whose other labels and value are set. */
  #give(role: number): true {
    const { labels } = this;
    this.role = role;
    labels.metricStart = this.#names.start(role);
    labels.metricEnd = this.#names.end(role);
    if (this.hasTimestamp) labels.sample[TIMESTAMP_MS] = this.#metric.timestampMs;
    return true;
  }
}
