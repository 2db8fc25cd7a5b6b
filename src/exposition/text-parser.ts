// Text exposition 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), byte by byte, as strict as
// Prometheus's expfmt. Pulls one sample at a time into a LabelSet; nothing is allocated per line.
import { ExemplarSet } from '../labels/exemplar-set.ts';
import { LabelSet, VALUE } from '../labels/label-set.ts';
import {
  BLANK,
  BYTE_CLASS,
  CLOSE_BRACE,
  COMMA,
  EQUALS,
  HASH,
  LF,
  METRIC,
  METRIC_START,
  OPEN_BRACE,
  QUOTE,
  QUOTED_STOP,
  TOKEN_END,
} from '../wire/ascii.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import { equalRange } from '../wire/words.ts';
import { BucketLabelRenderer, type BucketLabels } from './bucket-label-renderer.ts';
import { ExpositionError, showByte, showToken } from './exposition-error.ts';
import { FamilyTable, FamilyType, hasSuffixes } from './family-table.ts';
import { LabelPairReader, skipBlanks } from './label-pair-reader.ts';
import { checkMetricName } from './name-rules.ts';
import { NumberScanner } from './number-scanner.ts';
import { QuotedScanner } from './quoted-scanner.ts';
import { type SampleParser, Twin } from './sample-parser.ts';
import { readComment } from './text-comment.ts';
import { scanTimestamp } from './text-timestamp.ts';

/** How much longer than it was pushed a value of `le` or `quantile` may be written. */
const MAX_REWRITTEN = 32;

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
  readonly twin = Twin.none;
  readonly leavesOutInfinity = true;
  readonly #utf8Names: boolean;
  readonly #numbers: NumberScanner;
  readonly #quoted: QuotedScanner;
  readonly #pairs: LabelPairReader;
  readonly #bucketLabels: BucketLabelRenderer;
  hasTimestamp = false;
  family = -1;
  role = 0;
  line = 0;
  /** Where the value of the sample read last begins in the arena. */
  valueStart = 0;
  #pos = 0;
  #end = 0;
  /** The entry of `families` whose name stands in the labels' metric range, which the next line mostly repeats; or -1. */
  #entry = -1;

  constructor(arena: ByteArena, options: TextParserOptions) {
    this.arena = arena;
    this.labels = new LabelSet(arena);
    this.exemplars = new ExemplarSet(arena);
    this.families = new FamilyTable(arena, true);
    this.#numbers = new NumberScanner(this.labels.sample, VALUE);
    this.#quoted = new QuotedScanner(arena);
    this.#pairs = new LabelPairReader(this, this.labels, this.#quoted, options.utf8Names);
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
  }

  next(): boolean {
    const { bytes } = this.arena;
    for (;;) {
      this.line++;
      const at = skipBlanks(bytes, this.#pos);
      if (at >= this.#end) return this.#finish();
      const byte = bytes[at]!;
      if (byte === LF) this.#pos = at + 1;
      else if (byte === HASH) this.#pos = readComment(this, at + 1, this.#end, this.#utf8Names);
      else {
        this.#sample(at);
        return true;
      }
    }
  }

  fail(problem: string): never {
    throw new ExpositionError(this.placeOf(this.line), problem);
  }

  placeOf(line: number): string {
    return `line ${line}`;
  }

  #finish(): boolean {
    const collision = this.families.findCollision();
    if (collision >= 0) {
      const name = JSON.stringify(this.families.name(collision));
      this.line = this.families.firstLine[collision]!;
      this.fail(`expected TYPE of a histogram or summary before all of its samples, found ${name} before it`);
    }
    return false;
  }

  #sample(start: number): void {
    const { bytes } = this.arena;
    const { labels } = this;
    let at = this.#metricName(start);
    if ((BYTE_CLASS[bytes[at]!]! & BLANK) !== 0) at = skipBlanks(bytes, at);
    labels.hasEmpty = false;
    if (bytes[at] === OPEN_BRACE) {
      at = at === start ? this.#metricInBraces(at) : this.#labelPairs(at + 1);
    } else labels.clear();
    const type = this.families.type[this.family]!;
    if (hasSuffixes(type)) this.#bucketLabels.render(type);
    if ((BYTE_CLASS[bytes[at]!]! & TOKEN_END) !== 0) at = skipBlanks(bytes, at);
    this.#valueAndTimestamp(at);
    labels.maxBytes = this.#pos - start + MAX_REWRITTEN;
  }

  /** Reads the metric name at `start`; returns where it ends, which is `start` where it stands inside the braces. */
  #metricName(start: number): number {
    const { bytes } = this.arena;
    const { families } = this;
    const repeated = families.matchLatest(start);
    if (repeated > 0) {
      if (families.latest !== this.#entry) this.#useName(start, repeated, families.latest);
      return repeated;
    }
    const first = bytes[start]!;
    if (first === OPEN_BRACE) return start;
    if (first === QUOTE) return this.#quotedMetric(start);
    if ((BYTE_CLASS[first]! & METRIC_START) === 0) {
      this.fail(`expected a metric name, found ${showByte(bytes, start, this.#end)}`);
    }
    let at = start + 1;
    while ((BYTE_CLASS[bytes[at]!]! & METRIC) !== 0) at++;
    this.#useName(start, at, families.resolve(start, at));
    return at;
  }

  #useName(start: number, end: number, entry: number): void {
    this.labels.metricStart = start;
    this.labels.metricEnd = end;
    this.#enter(entry);
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

  #quotedMetric(start: number): number {
    const at = this.#quoted.scan(this, start, this.#end, 'metric name');
    checkMetricName(this, this.#quoted.start, this.#quoted.end, this.#utf8Names);
    this.labels.metricStart = this.#quoted.start;
    this.labels.metricEnd = this.#quoted.end;
    this.#enterQuoted();
    return at;
  }

  #metricInBraces(open: number): number {
    const at = this.#pairs.read(open + 1, 0, false, this.#end);
    this.#enterQuoted();
    return at;
  }

  /** The sample's name is that in the labels' registers. It may hold any byte, and so must not be looked for unquoted. */
  #enterQuoted(): void {
    this.#enter(this.families.resolve(this.labels.metricStart, this.labels.metricEnd));
    this.families.latest = -1;
  }

  /** Reads label pairs named as those of the line before; whatever is not so, `#pairs` reads from there on. */
  #labelPairs(start: number): number {
    const { bytes, view } = this.arena;
    const { labels } = this;
    const { nameStart, nameEnd, valueStart, valueEnd } = labels;
    const count = this.#pairs.hasQuotedNames ? 0 : labels.count;
    let at = start;
    for (let index = 0; index < count; index++) {
      const length = nameEnd[index]! - nameStart[index]!;
      const behind = at + length;
      if (
        bytes[behind] !== EQUALS ||
        bytes[behind + 1] !== QUOTE ||
        !equalRange(view, nameStart[index]!, at, length)
      ) {
        return this.#pairs.read(at, index, true, this.#end);
      }
      const pairAt = at;
      at = behind + 2;
      const repeated = valueEnd[index]! - valueStart[index]!;
      // A value as in the line before needs no look at its bytes; one that was rewritten is not in the body.
      if (
        bytes[at + repeated] === QUOTE &&
        repeated > 0 &&
        valueEnd[index]! <= this.#end &&
        at + repeated < this.#end &&
        equalRange(view, valueStart[index]!, at, repeated)
      ) {
        at += repeated + 1;
        if (bytes[at] === COMMA && index < count - 1) {
          at++;
          continue;
        }
        if (bytes[at] === CLOSE_BRACE && index === count - 1) return at + 1;
        return this.#pairs.read(pairAt, index, true, this.#end);
      }
      while ((BYTE_CLASS[bytes[at]!]! & QUOTED_STOP) === 0) at++;
      if (bytes[at] === QUOTE) {
        valueStart[index] = behind + 2;
        valueEnd[index] = at++;
      } else {
        at = this.#quoted.scan(this, behind + 1, this.#end, 'label value');
        valueStart[index] = this.#quoted.start;
        valueEnd[index] = this.#quoted.end;
      }
      if (valueStart[index] === valueEnd[index]) labels.hasEmpty = true;
      if (bytes[at] === CLOSE_BRACE && index === count - 1) return at + 1;
      if (bytes[at] !== COMMA || index === count - 1) return this.#pairs.read(pairAt, index, true, this.#end);
      at++;
    }
    return this.#pairs.read(start, 0, true, this.#end);
  }

  #valueAndTimestamp(start: number): void {
    const { bytes } = this.arena;
    this.valueStart = start;
    if (start >= this.#end || !this.#numbers.scan(bytes, start, this.#end)) {
      this.fail(`expected a number as value, found ${showToken(bytes, start, this.#end)}`);
    }
    let at = this.#numbers.end;
    this.hasTimestamp = false;
    if (bytes[at] !== LF && at < this.#end) {
      at = scanTimestamp(this, skipBlanks(bytes, at), this.#end);
    }
    if (at >= this.#end)
      this.fail('expected a line feed at the end of the last line, found the end of the body');
    this.#pos = at + 1;
  }
}
