// Parses the line formats, text 0.0.4 and OpenMetrics 1.0, byte by byte. Pulls one sample at a time into a LabelSet and allocates
// nothing per line. A Dialect holds what the two formats do differently.
//
// Text (https://prometheus.io/docs/instrumenting/exposition_formats/), with blanks allowed between any two tokens:
//   body      = { [ metadata | comment | sample ] LF }
//   metadata  = "#" ( "HELP" name help | "TYPE" name type )
//   comment   = "#" anything else
//   sample    = series value [ milliseconds ] [ exemplar ]
//   series    = name [ "{" labels "}" ] | "{" name [ "," labels ] "}"     (the name between braces is quoted)
//   labels    = [ label { "," label } [ "," ] ]
//   label     = name "=" quoted
//   exemplar  = "#" "{" labels "}" value [ seconds ]
//
// OpenMetrics (https://prometheus.io/docs/specs/om/open_metrics_spec/), without other blanks than those shown as " ":
//   body      = { { metadata LF } { sample LF } } "# EOF" [ LF ]
//   metadata  = "# HELP " name " " help | "# TYPE " name " " type | "# UNIT " name " " unit
//   sample    = series " " value [ " " seconds ] [ " # {" labels "} " value [ " " seconds ] ]
import { ExemplarSet } from '../../labels/exemplar-set.ts';
import { LabelSet, TIMESTAMP_MS, VALUE } from '../../labels/label-set.ts';
import { CR, HASH, LF, OPEN_BRACE } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import type { BucketLabels } from '../canonical-float.ts';
import { ExpositionError, showByte, showToken } from '../exposition-error.ts';
import { FamilyTable, FamilyType, hasSuffixes } from '../family-table.ts';
import { NumberScanner } from '../number-scanner.ts';
import { ClassicOrigin, type SampleParser } from '../sample-parser.ts';
import { BucketLabelRenderer } from './bucket-label-renderer.ts';
import { type Dialect, passGap, skipBlanks, TEXT } from './dialect.ts';
import { ExemplarReader } from './exemplar-reader.ts';
import { LabelReader } from './label-reader.ts';
import { MetadataReader } from './metadata-reader.ts';
import { FamilyOrder } from './open-metrics.ts';
import { QuotedScanner } from './quoted-scanner.ts';
import { SampleNameReader } from './sample-name-reader.ts';
import { MillisecondsScanner, SecondsScanner, type TimestampScanner } from './timestamp-scanner.ts';

/** How many bytes longer a value of `le` or `quantile` may become when it is rewritten. */
const MAX_REWRITTEN = 32;
const COMPOSITE_VALUE = /^\{[a-z_]+:/;
const LONGEST_KEY = 32;

export interface TextParserOptions {
  readonly utf8Names: boolean;
  readonly bucketLabels: BucketLabels;
}

export class TextParser implements SampleParser {
  readonly arena: ByteArena;
  readonly labels: LabelSet;
  readonly exemplars: ExemplarSet;
  readonly families: FamilyTable;
  readonly histogram = undefined;
  readonly classicOrigin = ClassicOrigin.alone;
  readonly leavesOutInfinity = true;
  readonly unsendableHistograms = 0;
  readonly createdMs = NaN;
  readonly #dialect: Dialect;
  readonly #allowsBlanks: boolean;
  readonly #numbers: NumberScanner;
  readonly #timestamps: TimestampScanner;
  readonly #names: SampleNameReader;
  readonly #labelReader: LabelReader;
  readonly #exemplarReader: ExemplarReader;
  readonly #bucketLabels: BucketLabelRenderer;
  readonly #order: FamilyOrder | undefined;
  readonly #metadata: MetadataReader;
  /** Whether `# EOF` is missing: then `next` fails at the end of the body. To be set before `start`. */
  lacksEof = false;
  hasTimestamp = false;
  family = -1;
  role = 0;
  line = 0;
  /** Where the value of the sample read last begins in the arena. */
  valueStart = 0;
  #pos = 0;
  #end = 0;
  /** The entry of `families` that `family` and `role` come from; -1 after a line that is not a sample. */
  #entry = -1;

  constructor(arena: ByteArena, { utf8Names, bucketLabels }: TextParserOptions, dialect: Dialect = TEXT) {
    const { allowsBlanks } = dialect;
    this.arena = arena;
    this.labels = new LabelSet(arena);
    this.exemplars = new ExemplarSet(arena);
    this.families = new FamilyTable(arena, true, dialect.suffixes);
    this.#dialect = dialect;
    this.#allowsBlanks = allowsBlanks;
    this.#numbers = new NumberScanner(this.labels.sample, VALUE);
    this.#timestamps =
      dialect.timestampUnit === 's'
        ? new SecondsScanner(this.labels.sample, TIMESTAMP_MS)
        : new MillisecondsScanner(this.labels.sample, TIMESTAMP_MS);
    const quoted = new QuotedScanner(arena, dialect.unknownEscapes);
    const rules = { utf8Names, allowsBlanks };
    this.#names = new SampleNameReader(this, this.labels, this.families, quoted, utf8Names);
    this.#labelReader = new LabelReader(this, this.labels, quoted, rules);
    this.#exemplarReader = new ExemplarReader(this, this.exemplars, quoted, rules);
    this.#bucketLabels = new BucketLabelRenderer(this, this.labels, bucketLabels);
    this.#order = dialect.isOrdered ? new FamilyOrder(this, this.families) : undefined;
    this.#metadata = new MetadataReader(this, this.families, dialect, this.#order, quoted, utf8Names);
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
    this.#order?.start();
  }

  next(): boolean {
    const { bytes } = this.arena;
    for (;;) {
      this.line++;
      const at = this.#allowsBlanks ? skipBlanks(bytes, this.#pos) : this.#pos;
      if (at >= this.#end) return this.#finish();
      const byte = bytes[at]!;
      if (byte === HASH) {
        this.#pos = this.#metadata.read(at, this.#end);
        this.#entry = -1;
      } else if (byte === LF && this.#allowsBlanks) this.#pos = at + 1;
      else {
        this.#sample(at);
        return true;
      }
    }
  }

  fail(problem: string): never {
    throw new ExpositionError(this.placeOf(this.line), problem, this.#hintAtLineEnd());
  }

  /** Lines of Windows tools fail in many ways, none of which shows the cause. */
  #hintAtLineEnd(): string {
    const { bytes } = this.arena;
    const lineEnd = bytes.indexOf(LF, this.#pos);
    const endsInCrLf = lineEnd > this.#pos && lineEnd < this.#end && bytes[lineEnd - 1] === CR;
    return endsInCrLf
      ? '; the line ends in CR LF: expected LF alone (or push.pushgateway.lineEndings: lenient)'
      : '';
  }

  placeOf(line: number): string {
    return `line ${line}`;
  }

  #finish(): false {
    if (this.lacksEof) this.fail('expected "# EOF" as the last line, found the end of the body');
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
    if (this.#allowsBlanks) at = skipBlanks(bytes, at);
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
    this.#value(passGap(this, this.#allowsBlanks, at, this.#end));
    labels.maxBytes = this.#pos - start + MAX_REWRITTEN;
  }

  /** The sample's name is that of `entry`. */
  #enter(entry: number): void {
    const { families } = this;
    const owner = families.owner[entry]!;
    this.#order?.enter(owner);
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
    if (bytes[at] !== LF && at < this.#end) at = this.#afterValue(at);
    if (at >= this.#end)
      this.fail('expected a line feed at the end of the last line, found the end of the body');
    this.#pos = at + 1;
  }

  #failValue(start: number): never {
    const { bytes } = this.arena;
    const isComposite = COMPOSITE_VALUE.test(bytes.toString('latin1', start, start + LONGEST_KEY));
    const hint = isComposite ? ' (a composite value of OpenMetrics 2.0; Sluice reads 1.0)' : '';
    return this.fail(`expected a number as value, found ${showToken(bytes, start, this.#end)}${hint}`);
  }

  /** Reads timestamp and exemplar from the blank after the value; returns where the line ends. Text may have exemplars, too. */
  #afterValue(start: number): number {
    const { bytes } = this.arena;
    let at = passGap(this, this.#allowsBlanks, start, this.#end);
    if (bytes[at] !== HASH) {
      const end = this.#timestamp(at);
      if (bytes[end] === LF || end >= this.#end) return end;
      at = passGap(this, this.#allowsBlanks, end, this.#end);
      if (bytes[at] !== HASH) {
        const found = showByte(bytes, end, this.#end);
        this.fail(`expected the end of the line or an exemplar after the timestamp, found ${found}`);
      }
    }
    return this.#exemplarReader.read(at + 1, this.#end);
  }

  #timestamp(start: number): number {
    const { bytes } = this.arena;
    if (!this.#timestamps.scan(bytes, start, this.#end)) {
      const unit = this.#dialect.timestampUnit === 's' ? 'seconds' : 'whole milliseconds';
      const found = showToken(bytes, start, this.#end);
      this.fail(`expected a timestamp in ${unit} after the value, found ${found}`);
    }
    this.hasTimestamp = true;
    return this.#timestamps.end;
  }
}
