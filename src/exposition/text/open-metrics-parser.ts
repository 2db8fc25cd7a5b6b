// OpenMetrics text 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/): strict on how it is written, lenient on
// what the samples of each type may say. Pulls one sample at a time into a LabelSet; nothing is allocated per sample.
import { ExemplarSet } from '../../labels/exemplar-set.ts';
import { LabelSet, TIMESTAMP_MS, VALUE } from '../../labels/label-set.ts';
import { HASH, LF, OPEN_BRACE, SPACE } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { ExpositionError, showByte, showToken } from '../exposition-error.ts';
import { FamilyTable, FamilyType, hasSuffixes } from '../family-table.ts';
import { NumberScanner } from '../number-scanner.ts';
import { ClassicOrigin, type SampleParser } from '../sample-parser.ts';
import { BucketLabelRenderer } from './bucket-label-renderer.ts';
import { ExemplarReader } from './exemplar-reader.ts';
import { LabelReader } from './label-reader.ts';
import { OpenMetricsMetadata } from './open-metrics-metadata.ts';
import { OpenMetricsOrder } from './open-metrics-order.ts';
import { OPEN_METRICS_SUFFIXES } from './open-metrics-suffixes.ts';
import { QuotedScanner } from './quoted-scanner.ts';
import { SampleNameReader } from './sample-name-reader.ts';
import { SecondsScanner } from './seconds-scanner.ts';
import { MAX_REWRITTEN, type TextParserOptions } from './text-parser.ts';

const COMPOSITE_VALUE = /^\{[a-z_]+:/;
const LONGEST_KEY = 32;

export class OpenMetricsParser implements SampleParser {
  readonly arena: ByteArena;
  readonly labels: LabelSet;
  readonly exemplars: ExemplarSet;
  readonly families: FamilyTable;
  readonly histogram = undefined;
  readonly classicOrigin = ClassicOrigin.alone;
  readonly leavesOutInfinity = true;
  readonly unsendableHistograms = 0;
  readonly createdMs = NaN;
  readonly #numbers: NumberScanner;
  readonly #seconds: SecondsScanner;
  readonly #names: SampleNameReader;
  readonly #labelReader: LabelReader;
  readonly #exemplarReader: ExemplarReader;
  readonly #bucketLabels: BucketLabelRenderer;
  readonly #order: OpenMetricsOrder;
  readonly #metadata: OpenMetricsMetadata;
  /** Whether `cutEof` has taken `# EOF` off the body's end. To be set before `start`. */
  hasEof = false;
  /** Whether a body without it is refused. To be set before `start`. */
  requiresEof = true;
  hasTimestamp = false;
  family = -1;
  role = 0;
  line = 0;
  /** Where the value of the sample read last begins in the arena. */
  valueStart = 0;
  #pos = 0;
  #end = 0;
  /** The entry of `families` that `family` and `role` are those of; -1 behind a line that is no sample. */
  #entry = -1;

  constructor(arena: ByteArena, { utf8Names, bucketLabels }: TextParserOptions) {
    this.arena = arena;
    this.labels = new LabelSet(arena);
    this.exemplars = new ExemplarSet(arena);
    this.families = new FamilyTable(arena, true, OPEN_METRICS_SUFFIXES);
    this.#numbers = new NumberScanner(this.labels.sample, VALUE);
    this.#seconds = new SecondsScanner(this.labels.sample, TIMESTAMP_MS);
    const quoted = new QuotedScanner(arena, 'keep');
    const rules = { utf8Names, allowsBlanks: false };
    this.#names = new SampleNameReader(this, this.labels, this.families, quoted, utf8Names);
    this.#labelReader = new LabelReader(this, this.labels, quoted, rules);
    this.#exemplarReader = new ExemplarReader(this, this.exemplars, quoted, rules);
    this.#bucketLabels = new BucketLabelRenderer(this, this.labels, bucketLabels);
    this.#order = new OpenMetricsOrder(this, this.families);
    this.#metadata = new OpenMetricsMetadata(this, this.#order, quoted, utf8Names);
  }

  /** Where the next line begins in the arena. */
  get position(): number {
    return this.#pos;
  }

  start(): void {
    this.families.reset();
    this.#pos = 0;
    this.#end = this.arena.bodyEnd;
    this.line = 0;
    this.#entry = -1;
    this.labels.clear();
    this.#names.start();
    this.#exemplarReader.start();
    this.#order.start();
  }

  next(): boolean {
    const { bytes } = this.arena;
    for (;;) {
      this.line++;
      const at = this.#pos;
      if (at >= this.#end) return this.#finish();
      if (bytes[at] !== HASH) {
        this.#sample(at);
        return true;
      }
      this.#pos = this.#metadata.read(at, this.#end);
      this.#entry = -1;
    }
  }

  fail(problem: string): never {
    throw new ExpositionError(this.placeOf(this.line), problem);
  }

  placeOf(line: number): string {
    return `line ${line}`;
  }

  #finish(): boolean {
    if (this.requiresEof && !this.hasEof)
      this.fail('expected "# EOF" as the last line, found the end of the body');
    const collision = this.families.findCollision();
    if (collision >= 0) {
      const name = this.families.shownName(collision);
      this.line = this.families.firstLine[collision]!;
      this.fail(`expected TYPE of a family before all of its samples, found ${name} before it`);
    }
    return false;
  }

  #sample(start: number): void {
    const { bytes } = this.arena;
    const { labels } = this;
    let at = this.#names.read(start, this.#end);
    labels.hasEmpty = false;
    if (bytes[at] !== OPEN_BRACE) labels.clear();
    else if (at !== start) at = this.#labelReader.read(at + 1, this.#end);
    else {
      at = this.#labelReader.readWithName(at + 1, this.#end);
      this.#names.takeFromLabels();
    }
    if (this.#names.entry !== this.#entry) this.#enter(this.#names.entry);
    const type = this.families.type[this.family]!;
    if (hasSuffixes(type)) this.#bucketLabels.render(type);
    if (bytes[at] !== SPACE) this.fail(`expected one space, found ${showByte(bytes, at, this.#end)}`);
    this.#value(at + 1);
    labels.maxBytes = this.#pos - start + MAX_REWRITTEN;
  }

  /** The sample's name is that of `entry`. */
  #enter(entry: number): void {
    const { families } = this;
    const owner = families.owner[entry]!;
    this.#order.enter(owner);
    this.#entry = entry;
    this.family = owner;
    this.role = families.role[entry]!;
    if (families.type[owner] === FamilyType.notSet) families.setType(owner, FamilyType.unknown);
    families.addSample(owner, this.line);
  }

  #value(start: number): void {
    const { bytes } = this.arena;
    this.valueStart = start;
    if (start >= this.#end || !this.#numbers.scan(bytes, start, this.#end)) this.#failValue(start);
    let at = this.#numbers.end;
    this.hasTimestamp = false;
    this.exemplars.clear();
    if (bytes[at] !== LF && at < this.#end) at = this.#behindValue(at);
    if (at >= this.#end)
      this.fail('expected a line feed at the end of the last line, found the end of the body');
    this.#pos = at + 1;
  }

  #failValue(start: number): never {
    const { bytes } = this.arena;
    const isComposite = COMPOSITE_VALUE.test(bytes.toString('latin1', start, start + LONGEST_KEY));
    const hint = isComposite ? ' (a composite value of OpenMetrics 2.0; 1.0 is taken)' : '';
    return this.fail(`expected a number as value, found ${showToken(bytes, start, this.#end)}${hint}`);
  }

  /** Reads timestamp and exemplar; returns where the line ends. */
  #behindValue(start: number): number {
    const { bytes } = this.arena;
    let at = start;
    if (bytes[at] === SPACE && bytes[at + 1] !== HASH) {
      if (!this.#seconds.scan(bytes, at + 1, this.#end)) {
        const found = showToken(bytes, at + 1, this.#end);
        this.fail(`expected a timestamp in seconds or an exemplar behind the value, found ${found}`);
      }
      this.hasTimestamp = true;
      at = this.#seconds.end;
      if (bytes[at] === LF || at >= this.#end) return at;
    }
    if (bytes[at] !== SPACE || bytes[at + 1] !== HASH)
      this.fail(`expected the end of the line or an exemplar, found ${showByte(bytes, at, this.#end)}`);
    return this.#exemplarReader.read(at + 2, this.#end);
  }
}
