// Reads the lines that begin with `#`: HELP, TYPE and UNIT describe a family, and in the text format all others are comments.
// TextParser calls it and has the grammar.
import { isUtf8 } from 'node:buffer';
import { BACKSLASH, BYTE_CLASS, LF, QUOTE, SPACE, TOKEN_END } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { compareRanges } from '../../wire/byte-ranges.ts';
import { show, showByte, showToken } from '../exposition-error.ts';
import { type FamilyTable, FamilyType } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';
import { type Dialect, passGap, skipBlanks } from './dialect.ts';
import type { FamilyOrder } from './open-metrics.ts';
import type { QuotedScanner } from './quoted-scanner.ts';
import { scanBareName, scanQuotedName } from './sample-name-reader.ts';

/** The keywords as big-endian words. */
const HELP = 0x48454c50;
const TYPE = 0x54595045;
const UNIT = 0x554e4954;
const SHOWN: Readonly<Record<number, string>> = { [HELP]: 'HELP', [TYPE]: 'TYPE', [UNIT]: 'UNIT' };
const KEYWORD_BYTES = 4;
const LOWER_N = 110;
const UNDERSCORE = 95;
const CASE_BIT = 32;
/** A byte in all four bytes of a word. */
const LINE_FEEDS = 0x0a0a0a0a;
const BACKSLASHES = 0x5c5c5c5c;

export class MetadataReader {
  readonly #refuser: Refuser;
  readonly #arena: ByteArena;
  readonly #families: FamilyTable;
  readonly #dialect: Dialect;
  readonly #allowsBlanks: boolean;
  readonly #order: FamilyOrder | undefined;
  readonly #quoted: QuotedScanner;
  readonly #utf8Names: boolean;
  #limit = 0;
  /** The entry of a name that is the one resolved last, or -1. */
  #repeated = -1;
  /** Of the line that `#lineEnd` scanned last. */
  #isAscii = true;
  #hasBackslash = false;

  constructor(
    refuser: Refuser,
    families: FamilyTable,
    dialect: Dialect,
    order: FamilyOrder | undefined,
    quoted: QuotedScanner,
    utf8Names: boolean,
  ) {
    this.#refuser = refuser;
    this.#arena = refuser.arena;
    this.#families = families;
    this.#dialect = dialect;
    this.#allowsBlanks = dialect.allowsBlanks;
    this.#order = order;
    this.#quoted = quoted;
    this.#utf8Names = utf8Names;
  }

  /** Reads the line whose `#` is at `start`; returns where the next line begins. */
  read(start: number, limit: number): number {
    const { bytes } = this.#arena;
    const allowsBlanks = this.#allowsBlanks;
    this.#limit = limit;
    const keywordAt = allowsBlanks ? skipBlanks(bytes, start + 1) : start + 2;
    const keyword = this.#keyword(start, keywordAt);
    if (keyword === 0) return this.#otherLine(start);
    const nameAt = passGap(this.#refuser, allowsBlanks, keywordAt + KEYWORD_BYTES, limit);
    // In the text format, lines that end early say nothing.
    if (allowsBlanks && bytes[nameAt] === LF) return nameAt + 1;
    const nameEnd = this.#name(nameAt);
    if (allowsBlanks && bytes[nameEnd] === LF) return nameEnd + 1;
    const textAt = passGap(this.#refuser, allowsBlanks, nameEnd, limit);
    const family = this.#resolve(nameAt, nameEnd);
    if (allowsBlanks && bytes[textAt] === LF) return textAt + 1;
    this.#order?.enter(family);
    const isLate = this.#families.hasSamples[family] === 1;
    if (isLate && (keyword === TYPE || this.#dialect.isOrdered)) this.#refuseLate(keyword, family);
    if (keyword === HELP) return this.#help(family, textAt);
    return keyword === TYPE ? this.#type(family, textAt) : this.#unit(family, textAt);
  }

  /** The keyword at `at` in the line from `start`; 0 without one. */
  #keyword(start: number, at: number): number {
    const { bytes, view } = this.#arena;
    if (!this.#allowsBlanks && bytes[start + 1] !== SPACE) return 0;
    if ((BYTE_CLASS[bytes[at + KEYWORD_BYTES]!]! & TOKEN_END) === 0) return 0;
    const word = view.getInt32(at);
    return word === HELP || word === TYPE || (word === UNIT && this.#dialect.hasUnits) ? word : 0;
  }

  /** Returns where the metric name at `start` ends. */
  #name(start: number): number {
    const families = this.#families;
    const { bytes } = this.#arena;
    if (bytes[start] === QUOTE) return this.#quotedName(start);
    const repeatedEnd = families.matchLatest(start);
    this.#repeated = repeatedEnd > 0 ? families.latest : -1;
    const end = repeatedEnd > 0 ? repeatedEnd : scanBareName(bytes, start);
    if (end === start || (BYTE_CLASS[bytes[end]!]! & TOKEN_END) === 0) this.#refuseName(start);
    return end;
  }

  #quotedName(start: number): number {
    const { bytes } = this.#arena;
    const end = scanQuotedName(this.#refuser, this.#quoted, start, this.#limit, this.#utf8Names);
    if ((BYTE_CLASS[bytes[end]!]! & TOKEN_END) === 0)
      this.#fail(`expected a space after the metric name, found ${showByte(bytes, end, this.#limit)}`);
    return end;
  }

  /** The family of the name that was read last. */
  #resolve(nameAt: number, nameEnd: number): number {
    const families = this.#families;
    const { bytes } = this.#arena;
    let entry = this.#repeated;
    if (bytes[nameAt] === QUOTE) {
      entry = families.resolve(this.#quoted.start, this.#quoted.end);
      // A name in quotes may contain any byte, so it must not be compared with a bare one.
      families.latest = -1;
    } else if (entry < 0) entry = families.resolve(nameAt, nameEnd);
    return families.owner[entry]!;
  }

  #refuseLate(keyword: number, family: number): never {
    const name = this.#families.shownName(family);
    return this.#fail(`expected ${SHOWN[keyword]} of ${name} before its samples, found it after one`);
  }

  #type(family: number, start: number): number {
    const families = this.#families;
    const { bytes } = this.#arena;
    const { types, ignoresTypeCase, shownTypes } = this.#dialect;
    if (families.type[family] !== FamilyType.notSet) this.#refuseSecond('TYPE', family);
    for (let i = 0; i < types.length; i++) {
      const { word, type } = types[i]!;
      const end = start + word.length;
      if (bytes[end] !== LF || !equalsWord(bytes, start, word, ignoresTypeCase)) continue;
      families.setType(family, type);
      if (families.unitStart[family]! >= 0) this.#checkUnit(family);
      return end + 1;
    }
    const end = this.#lineEnd(start);
    return this.#fail(`expected ${shownTypes} after TYPE, found ${this.#shownText(start, end)}`);
  }

  #unit(family: number, start: number): number {
    const families = this.#families;
    if (families.unitStart[family]! >= 0) this.#refuseSecond('UNIT', family);
    const end = this.#lineEnd(start);
    families.unitStart[family] = start;
    families.unitEnd[family] = end;
    this.#checkUnit(family);
    return end + 1;
  }

  /** A unit is the last part of the family's name. A family without numbers has none. */
  #checkUnit(family: number): void {
    const families = this.#families;
    const { bytes } = this.#arena;
    const start = families.unitStart[family]!;
    const end = families.unitEnd[family]!;
    if (start < 0 || start === end) return;
    const type = families.type[family];
    if (type === FamilyType.info || type === FamilyType.stateset)
      this.#fail(`expected no UNIT for an info or a stateset, found ${this.#shownText(start, end)}`);
    const nameEnd = families.nameEnd[family]!;
    const cut = nameEnd - (end - start);
    const isSuffix =
      cut > families.nameStart[family]! &&
      bytes[cut - 1] === UNDERSCORE &&
      compareRanges(bytes, cut, nameEnd, bytes, start, end) === 0;
    if (isSuffix) return;
    const name = families.shownName(family);
    const found = this.#shownText(start, end);
    this.#fail(`expected the name ${name} to end in "_" and its UNIT, found UNIT ${found}`);
  }

  #help(family: number, start: number): number {
    const families = this.#families;
    const { bytes } = this.#arena;
    if (families.helpStart[family]! >= 0) this.#refuseSecond('HELP', family);
    const end = this.#lineEnd(start);
    if (this.#hasBackslash && this.#dialect.unknownEscapes === 'refuse') this.#checkEscapes(start, end);
    if (!this.#isAscii && this.#dialect.requiresUtf8Help && !isUtf8(bytes.subarray(start, end)))
      this.#fail(`expected HELP in UTF-8, found ${this.#shownText(start, end)}`);
    families.helpStart[family] = start;
    families.helpEnd[family] = end;
    return end + 1;
  }

  #checkEscapes(start: number, end: number): void {
    const { bytes } = this.#arena;
    for (let at = start; at < end; at++) {
      if (bytes[at] !== BACKSLASH) continue;
      const byte = bytes[++at];
      if (byte === BACKSLASH || byte === LOWER_N || byte === QUOTE) continue;
      const found = at === end ? 'a backslash at the end of the line' : show(bytes, at - 1, at + 1);
      this.#fail(`expected one of \\\\ \\" \\n as escape in HELP, found ${found}`);
    }
  }

  /** Where the line ends. Reads words of four bytes, since help texts are the longest lines of most bodies. */
  #lineEnd(start: number): number {
    const { bytes, view } = this.#arena;
    const limit = this.#limit;
    let end = start;
    let bits = 0;
    for (; end + 4 <= limit; end += 4) {
      const word = view.getInt32(end, true);
      if (hasLineFeedOrBackslash(word)) break;
      bits |= word;
    }
    let hasBackslash = false;
    for (; bytes[end] !== LF && end < limit; end++) {
      if (bytes[end] === BACKSLASH) hasBackslash = true;
      bits |= bytes[end]!;
    }
    if (end >= limit)
      this.#fail('expected a line feed at the end of the last line, found the end of the body');
    this.#isAscii = (bits & 0x80808080) === 0;
    this.#hasBackslash = hasBackslash;
    return end;
  }

  #shownText(start: number, end: number): string {
    return start === end ? 'the end of the line' : show(this.#arena.bytes, start, end);
  }

  #refuseName(start: number): never {
    const { bytes } = this.#arena;
    // Refuses a body that is cut inside the name.
    this.#lineEnd(start);
    const keywords = this.#dialect.hasUnits ? 'HELP, TYPE or UNIT' : 'HELP or TYPE';
    return this.#fail(
      `expected a metric name after ${keywords}, found ${showToken(bytes, start, this.#limit)}`,
    );
  }

  #refuseSecond(keyword: string, family: number): never {
    return this.#fail(`expected one ${keyword} for ${this.#families.shownName(family)}, found a second`);
  }

  #otherLine(start: number): number {
    return this.#dialect.allowsComments ? this.#lineEnd(start) + 1 : this.#refuseLine(start);
  }

  #refuseLine(start: number): never {
    const { bytes } = this.#arena;
    const lineFeed = bytes.indexOf(LF, start);
    const end = lineFeed < 0 ? this.#limit : Math.min(lineFeed, this.#limit);
    const next = end + 1;
    if (bytes.toString('latin1', start, end) !== '# EOF')
      this.#fail(`expected "# HELP", "# TYPE", "# UNIT" or "# EOF", found ${show(bytes, start, end)}`);
    // `cutEof` has taken the last line off the body, so there is another one.
    const found = next < this.#limit ? showToken(bytes, next, this.#limit) : 'another';
    return this.#fail(`expected nothing after "# EOF", found ${found}`);
  }

  #fail(problem: string): never {
    return this.#refuser.fail(problem);
  }
}

/** Whether the bytes at `start` are the lower-case letters of `word`, or, if case is ignored, their upper case. */
function equalsWord(bytes: Buffer, start: number, word: Buffer, ignoresCase: boolean): boolean {
  for (let i = 0; i < word.length; i++) {
    const byte = bytes[start + i]!;
    if (byte === word[i]) continue;
    if (!ignoresCase || byte < 65 || byte > 90 || byte + CASE_BIT !== word[i]) return false;
  }
  return true;
}

/** Whether one of the four bytes of a word is a line feed or a backslash. */
function hasLineFeedOrBackslash(word: number): boolean {
  const lineFeeds = word ^ LINE_FEEDS;
  const backslashes = word ^ BACKSLASHES;
  const zeros = ((lineFeeds - 0x01010101) & ~lineFeeds) | ((backslashes - 0x01010101) & ~backslashes);
  return (zeros & 0x80808080) !== 0;
}
