// The lines of an OpenMetrics body that begin with `#`: TYPE, UNIT and HELP, each once and before the samples of its
// family. There are no comments (https://prometheus.io/docs/specs/om/open_metrics_spec/#metricfamily-1).
import { isUtf8 } from 'node:buffer';
import { BYTE_CLASS, LF, METRIC, METRIC_START, QUOTE, SPACE, TOKEN_END } from '../../wire/ascii.ts';
import { compareRanges } from '../../wire/words.ts';
import { show, showByte, showToken } from '../exposition-error.ts';
import { type FamilyTable, FamilyType } from '../family-table.ts';
import { checkMetricName, type Refuser } from '../name-rules.ts';
import type { OpenMetricsOrder } from './open-metrics-order.ts';
import type { QuotedScanner } from './quoted-scanner.ts';

const HASH_SPACE = 0x2320;
const HELP_WORD = 0x48454c50;
const TYPE_WORD = 0x54595045;
const UNIT_WORD = 0x554e4954;
const EOF_WORD = 0x454f460a;
/** Of `# HELP`, `# TYPE` and `# UNIT`. */
const KEYWORD_LENGTH = 6;
const UNDERSCORE = 95;

const TYPES = [
  { word: Buffer.from('gauge'), type: FamilyType.gauge },
  { word: Buffer.from('counter'), type: FamilyType.counter },
  { word: Buffer.from('histogram'), type: FamilyType.histogram },
  { word: Buffer.from('summary'), type: FamilyType.summary },
  { word: Buffer.from('unknown'), type: FamilyType.unknown },
  { word: Buffer.from('info'), type: FamilyType.info },
  { word: Buffer.from('stateset'), type: FamilyType.stateset },
  { word: Buffer.from('gaugehistogram'), type: FamilyType.gaugeHistogram },
] as const;

export interface MetadataContext extends Refuser {
  readonly families: FamilyTable;
}

export class OpenMetricsMetadata {
  readonly #context: MetadataContext;
  readonly #order: OpenMetricsOrder;
  readonly #quoted: QuotedScanner;
  readonly #utf8Names: boolean;
  #limit = 0;
  /** The entry of the name read last. */
  #entry = -1;
  #isAscii = true;

  constructor(context: MetadataContext, order: OpenMetricsOrder, quoted: QuotedScanner, utf8Names: boolean) {
    this.#context = context;
    this.#order = order;
    this.#quoted = quoted;
    this.#utf8Names = utf8Names;
  }

  /** Reads the line whose `#` is at `start`; returns where the next line begins. */
  read(start: number, limit: number): number {
    const { arena, families } = this.#context;
    const { bytes, view } = arena;
    this.#limit = limit;
    const word = view.getUint16(start) === HASH_SPACE ? view.getInt32(start + 2) : 0;
    if (word === EOF_WORD) this.#refuseEof(start + KEYWORD_LENGTH);
    const isKeyword = word === HELP_WORD || word === TYPE_WORD || word === UNIT_WORD;
    if (!isKeyword || (BYTE_CLASS[bytes[start + KEYWORD_LENGTH]!]! & TOKEN_END) === 0)
      this.#refuseLine(start);
    if (bytes[start + KEYWORD_LENGTH] !== SPACE) this.#refuseGap(start + KEYWORD_LENGTH);
    const nameEnd = this.#name(start + KEYWORD_LENGTH + 1);
    const family = families.owner[this.#entry]!;
    this.#order.enter(family);
    if (families.hasSamples[family] === 1)
      this.#fail(
        `expected all HELP, TYPE and UNIT of ${this.#shown(family)} before its samples, found one behind`,
      );
    if (word === HELP_WORD) return this.#help(family, nameEnd + 1);
    return word === TYPE_WORD ? this.#type(family, nameEnd + 1) : this.#unit(family, nameEnd + 1);
  }

  /** Resolves the name at `start`; returns where it ends, which is before a space. */
  #name(start: number): number {
    const { arena, families } = this.#context;
    const { bytes } = arena;
    if (bytes[start] === QUOTE) return this.#quotedName(start);
    let end = families.matchLatest(start);
    if (end > 0 && bytes[end] === SPACE) {
      this.#entry = families.latest;
      return end;
    }
    end = start;
    if ((BYTE_CLASS[bytes[start]!]! & METRIC_START) !== 0)
      while ((BYTE_CLASS[bytes[end]!]! & METRIC) !== 0) end++;
    if (end === start || (end < this.#limit && (BYTE_CLASS[bytes[end]!]! & TOKEN_END) === 0))
      this.#fail(
        `expected a metric name behind HELP, TYPE or UNIT, found ${showToken(bytes, start, this.#limit)}`,
      );
    if (bytes[end] !== SPACE) this.#refuseGap(end);
    this.#entry = families.resolve(start, end);
    return end;
  }

  #quotedName(start: number): number {
    const { arena, families } = this.#context;
    const end = this.#quoted.scan(this.#context, start, this.#limit, 'metric name');
    checkMetricName(this.#context, this.#quoted.start, this.#quoted.end, this.#utf8Names);
    if (arena.bytes[end] !== SPACE) this.#refuseGap(end);
    this.#entry = families.resolve(this.#quoted.start, this.#quoted.end);
    // A name in quotes may hold any byte, and so must not be looked for unquoted.
    families.latest = -1;
    return end;
  }

  #type(family: number, start: number): number {
    const { arena, families } = this.#context;
    if (families.type[family] !== FamilyType.notSet) this.#refuseSecond('TYPE', family);
    for (const { word, type } of TYPES) {
      const end = start + word.length;
      if (arena.bytes[end] !== LF || compareRanges(arena.bytes, start, end, word, 0, word.length) !== 0)
        continue;
      families.setType(family, type);
      this.#checkUnit(family);
      return end + 1;
    }
    const end = this.#lineEnd(start);
    return this.#fail(
      `expected counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown after TYPE, found ${this.#text(start, end)}`,
    );
  }

  #unit(family: number, start: number): number {
    const { families } = this.#context;
    if (families.unitStart[family]! >= 0) this.#refuseSecond('UNIT', family);
    const end = this.#lineEnd(start);
    families.unitStart[family] = start;
    families.unitEnd[family] = end;
    this.#checkUnit(family);
    return end + 1;
  }

  /** A unit is the last part of the family's name, and what has no numbers has none. */
  #checkUnit(family: number): void {
    const { arena, families } = this.#context;
    const { bytes } = arena;
    const start = families.unitStart[family]!;
    const end = families.unitEnd[family]!;
    if (start < 0 || start === end) return;
    const type = families.type[family];
    if (type === FamilyType.info || type === FamilyType.stateset)
      this.#fail(`expected no UNIT for an info or a stateset, found ${this.#text(start, end)}`);
    const nameEnd = families.nameEnd[family]!;
    const cut = nameEnd - (end - start);
    const isSuffix =
      cut > families.nameStart[family]! &&
      bytes[cut - 1] === UNDERSCORE &&
      compareRanges(bytes, cut, nameEnd, bytes, start, end) === 0;
    if (!isSuffix)
      this.#fail(
        `expected a UNIT that the name ${this.#shown(family)} ends in behind "_", found ${this.#text(start, end)}`,
      );
  }

  #help(family: number, start: number): number {
    const { arena, families } = this.#context;
    if (families.helpStart[family]! >= 0) this.#refuseSecond('HELP', family);
    const end = this.#lineEnd(start);
    if (!this.#isAscii && !isUtf8(arena.bytes.subarray(start, end)))
      this.#fail(`expected HELP in UTF-8, found ${this.#text(start, end)}`);
    families.helpStart[family] = start;
    families.helpEnd[family] = end;
    return end + 1;
  }

  /** Where the line ends; notes whether all up to there is ASCII. */
  #lineEnd(start: number): number {
    const { bytes, view } = this.#context.arena;
    let end = start;
    let seen = 0;
    for (; end + 4 <= this.#limit; end += 4) {
      const word = view.getInt32(end, true);
      if (hasLineFeed(word)) break;
      seen |= word;
    }
    for (; bytes[end] !== LF && end < this.#limit; end++) seen |= bytes[end]!;
    if (end >= this.#limit)
      this.#fail('expected a line feed at the end of the last line, found the end of the body');
    this.#isAscii = (seen & 0x80808080) === 0;
    return end;
  }

  /** What stands between `start` and the end of the line, for a message. */
  #text(start: number, end: number): string {
    const { bytes } = this.#context.arena;
    return start === end ? 'the end of the line' : show(bytes, start, end);
  }

  #shown(family: number): string {
    return this.#context.families.shownName(family);
  }

  #refuseSecond(keyword: string, family: number): never {
    return this.#fail(`expected one ${keyword} for ${this.#shown(family)}, found a second`);
  }

  #refuseGap(at: number): never {
    const { bytes } = this.#context.arena;
    return this.#fail(`expected one space, found ${showByte(bytes, at, this.#limit)}`);
  }

  #refuseLine(start: number): never {
    const { bytes } = this.#context.arena;
    const lineFeed = bytes.indexOf(LF, start);
    const end = lineFeed < 0 ? this.#limit : Math.min(lineFeed, this.#limit);
    return this.#fail(`expected "# HELP", "# TYPE", "# UNIT" or "# EOF", found ${show(bytes, start, end)}`);
  }

  /** The last line of a body is not among those read here, so behind this one there is another. */
  #refuseEof(next: number): never {
    const { bytes } = this.#context.arena;
    const found = next < this.#limit ? showToken(bytes, next, this.#limit) : 'another';
    return this.#fail(`expected nothing behind "# EOF", found ${found}`);
  }

  #fail(problem: string): never {
    return this.#context.fail(problem);
  }
}

/** Whether one of a word's four bytes is a line feed. */
function hasLineFeed(word: number): boolean {
  const lineFeeds = word ^ 0x0a0a0a0a;
  return ((lineFeeds - 0x01010101) & ~lineFeeds & 0x80808080) !== 0;
}
