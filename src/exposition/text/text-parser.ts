// Text exposition 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), byte by byte, as strict as
// Prometheus's expfmt. Pulls one sample at a time into a LabelSet; nothing is allocated per line.
import { ExemplarSet } from '../../labels/exemplar-set.ts';
import { LabelSet, VALUE } from '../../labels/label-set.ts';
import { BLANK, BYTE_CLASS, CR, HASH, LF, OPEN_BRACE, TOKEN_END } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { ExpositionError, showByte, showToken } from '../exposition-error.ts';
import { FamilyTable, FamilyType, hasSuffixes } from '../family-table.ts';
import { NumberScanner } from '../number-scanner.ts';
import { ClassicOrigin, type SampleParser } from '../sample-parser.ts';
import { BucketLabelRenderer, type BucketLabels } from './bucket-label-renderer.ts';
import { ExemplarReader } from './exemplar-reader.ts';
import { skipBlanks } from './label-pair-reader.ts';
import { LabelReader } from './label-reader.ts';
import { QuotedScanner } from './quoted-scanner.ts';
import { SampleNameReader } from './sample-name-reader.ts';
import { readComment } from './text-comment.ts';
import { scanTimestamp } from './text-timestamp.ts';

/** How much longer than it was pushed a value of `le` or `quantile` may be written. */
export const MAX_REWRITTEN = 32;

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
  readonly #utf8Names: boolean;
  readonly #numbers: NumberScanner;
  readonly #quoted: QuotedScanner;
  readonly #names: SampleNameReader;
  readonly #labelReader: LabelReader;
  readonly #exemplarReader: ExemplarReader;
  readonly #bucketLabels: BucketLabelRenderer;
  hasTimestamp = false;
  family = -1;
  role = 0;
  line = 0;
  /** Where the value of the sample read last begins in the arena. */
  valueStart = 0;
  #pos = 0;
  #end = 0;
  /** The entry of `families` that `family` and `role` are those of, or -1. */
  #entry = -1;

  constructor(arena: ByteArena, options: TextParserOptions) {
    this.arena = arena;
    this.labels = new LabelSet(arena);
    this.exemplars = new ExemplarSet(arena);
    this.families = new FamilyTable(arena, true);
    this.#numbers = new NumberScanner(this.labels.sample, VALUE);
    this.#quoted = new QuotedScanner(arena, 'refuse');
    this.#names = new SampleNameReader(this, this.labels, this.families, this.#quoted, options.utf8Names);
    const rules = { utf8Names: options.utf8Names, allowsBlanks: true };
    this.#labelReader = new LabelReader(this, this.labels, this.#quoted, rules);
    this.#exemplarReader = new ExemplarReader(this, this.exemplars, this.#quoted, rules);
    this.#bucketLabels = new BucketLabelRenderer(this, this.labels, options.bucketLabels);
    this.#utf8Names = options.utf8Names;
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
  }

  next(): boolean {
    const { bytes } = this.arena;
    for (;;) {
      this.line++;
      const at = skipBlanks(bytes, this.#pos);
      if (at >= this.#end) return this.#finish();
      const byte = bytes[at]!;
      if (byte === LF) this.#pos = at + 1;
      else if (byte === HASH) this.#pos = readComment(this, this.#quoted, at + 1, this.#end, this.#utf8Names);
      else {
        this.#sample(at);
        return true;
      }
    }
  }

  fail(problem: string): never {
    throw new ExpositionError(this.placeOf(this.line), problem, this.#hintAtLineEnd());
  }

  /** What Windows tools send fails in many ways, none of which shows the cause. */
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

  #finish(): boolean {
    const collision = this.families.findCollision();
    if (collision >= 0) {
      const name = this.families.shownName(collision);
      this.line = this.families.firstLine[collision]!;
      this.fail(`expected TYPE of a histogram or summary before all of its samples, found ${name} before it`);
    }
    return false;
  }

  #sample(start: number): void {
    const { bytes } = this.arena;
    const { labels } = this;
    let at = this.#names.read(start, this.#end);
    if ((BYTE_CLASS[bytes[at]!]! & BLANK) !== 0) at = skipBlanks(bytes, at);
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
    if ((BYTE_CLASS[bytes[at]!]! & TOKEN_END) !== 0) at = skipBlanks(bytes, at);
    this.#valueAndTimestamp(at);
    labels.maxBytes = this.#pos - start + MAX_REWRITTEN;
  }

  /** The sample's name is that of `entry`. */
  #enter(entry: number): void {
    const { families } = this;
    const owner = families.owner[entry]!;
    this.#entry = entry;
    this.family = owner;
    this.role = families.role[entry]!;
    if (families.type[owner] === FamilyType.notSet) families.setType(owner, FamilyType.unknown);
    families.addSample(owner, this.line);
  }

  #valueAndTimestamp(start: number): void {
    const { bytes } = this.arena;
    this.valueStart = start;
    if (start >= this.#end || !this.#numbers.scan(bytes, start, this.#end)) {
      this.fail(`expected a number as value, found ${showToken(bytes, start, this.#end)}`);
    }
    let at = this.#numbers.end;
    this.hasTimestamp = false;
    this.exemplars.clear();
    if (bytes[at] !== LF && at < this.#end) at = this.#behindValue(skipBlanks(bytes, at));
    if (at >= this.#end)
      this.fail('expected a line feed at the end of the last line, found the end of the body');
    this.#pos = at + 1;
  }

  /** Reads timestamp and exemplar; returns where the line ends. OpenMetrics is sent undeclared, too. */
  #behindValue(start: number): number {
    const { bytes } = this.arena;
    let at = start;
    if (bytes[at] !== HASH) {
      const end = scanTimestamp(this, at, this.#end);
      if (bytes[end] === LF || end >= this.#end) return end;
      at = skipBlanks(bytes, end);
      if (bytes[at] !== HASH) {
        this.fail(
          `expected the end of the line after the timestamp, found ${showByte(bytes, end, this.#end)}`,
        );
      }
    }
    return this.#exemplarReader.read(at + 1, this.#end);
  }
}
