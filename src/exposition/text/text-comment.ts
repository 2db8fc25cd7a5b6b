// Lines that begin with `#`: HELP and TYPE, which describe a family, and comments, which say nothing.
import {
  BACKSLASH,
  BLANK,
  BYTE_CLASS,
  LF,
  METRIC,
  METRIC_START,
  QUOTE,
  TOKEN_END,
} from '../../wire/ascii.ts';
import { show, showToken } from '../exposition-error.ts';
import { type FamilyTable, FamilyType } from '../family-table.ts';
import { checkMetricName, type Refuser } from '../name-rules.ts';
import { skipBlanks } from './label-pair-reader.ts';
import type { QuotedScanner } from './quoted-scanner.ts';

const LOWER_N = 110;
const HELP_WORD = 0x48454c50;
const TYPE_WORD = 0x54595045;
const LONGEST_TYPE = 15;

const TYPES = [
  { word: Buffer.from('gauge'), type: FamilyType.gauge },
  { word: Buffer.from('counter'), type: FamilyType.counter },
  { word: Buffer.from('histogram'), type: FamilyType.histogram },
  { word: Buffer.from('summary'), type: FamilyType.summary },
  { word: Buffer.from('untyped'), type: FamilyType.unknown },
  { word: Buffer.from('gaugehistogram'), type: FamilyType.gaugeHistogram },
  { word: Buffer.from('gauge_histogram'), type: FamilyType.gaugeHistogram },
] as const;

interface CommentContext extends Refuser {
  readonly families: FamilyTable;
}

/** Reads the comment whose `#` stands before `start`; returns where the next line begins. */
export function readComment(
  context: CommentContext,
  quoted: QuotedScanner,
  start: number,
  limit: number,
  utf8Names: boolean,
): number {
  const { bytes, view } = context.arena;
  const keywordAt = skipBlanks(bytes, start);
  const word = view.getInt32(keywordAt);
  const isKeyword = word === HELP_WORD || word === TYPE_WORD;
  if (!isKeyword || (BYTE_CLASS[bytes[keywordAt + 4]!]! & TOKEN_END) === 0)
    return nextLine(context, start, limit);
  const nameAt = skipBlanks(bytes, keywordAt + 4);
  if (bytes[nameAt] === LF) return nameAt + 1;
  const nameEnd = resolveName(context, quoted, nameAt, limit, utf8Names);
  const entry = context.families.latest;
  // A name in quotes may hold any byte, and so must not be looked for unquoted.
  if (bytes[nameAt] === QUOTE) context.families.latest = -1;
  const textAt = skipBlanks(bytes, nameEnd);
  if (bytes[textAt] === LF) return textAt + 1;
  const family = context.families.owner[entry]!;
  return word === HELP_WORD
    ? readHelp(context, family, textAt, limit)
    : readType(context, family, textAt, limit);
}

/** Resolves the metric name at `start` unless its line ends right behind it; returns where the name ends. */
function resolveName(
  context: CommentContext,
  quoted: QuotedScanner,
  start: number,
  limit: number,
  utf8Names: boolean,
): number {
  const { bytes } = context.arena;
  if (bytes[start] === QUOTE) return resolveQuoted(context, quoted, start, limit, utf8Names);
  const repeated = context.families.matchLatest(start);
  if (repeated > 0 && (BYTE_CLASS[bytes[repeated]!]! & BLANK) !== 0) return repeated;
  let end = start;
  if ((BYTE_CLASS[bytes[start]!]! & METRIC_START) !== 0)
    while ((BYTE_CLASS[bytes[end]!]! & METRIC) !== 0) end++;
  if (end > start && bytes[end] === LF) return end;
  if (end === start || (BYTE_CLASS[bytes[end]!]! & BLANK) === 0) refuseName(context, start, limit);
  context.families.resolve(start, end);
  return end;
}

function resolveQuoted(
  context: CommentContext,
  quoted: QuotedScanner,
  start: number,
  limit: number,
  utf8Names: boolean,
): number {
  const { bytes } = context.arena;
  const end = quoted.scan(context, start, limit, 'metric name');
  checkMetricName(context, quoted.start, quoted.end, utf8Names);
  if (bytes[end] === LF) return end;
  if ((BYTE_CLASS[bytes[end]!]! & BLANK) === 0) refuseName(context, start, limit);
  context.families.resolve(quoted.start, quoted.end);
  return end;
}

function refuseName(context: CommentContext, start: number, limit: number): never {
  const { bytes } = context.arena;
  // A body that is cut inside the name says so.
  nextLine(context, start, limit);
  const found = showToken(bytes, start, limit);
  return context.fail(`expected a metric name after HELP or TYPE, found ${found}`);
}

function readType(context: CommentContext, family: number, start: number, limit: number): number {
  const { families } = context;
  const { bytes } = context.arena;
  if (families.type[family] !== FamilyType.notSet) {
    const name = families.shownName(family);
    context.fail(`expected one TYPE for ${name}, before its samples, found another or a later one`);
  }
  for (const { word, type } of TYPES) {
    if (bytes[start + word.length] !== LF || !equalsWord(bytes, start, word)) continue;
    families.setType(family, type);
    return start + word.length + 1;
  }
  const next = nextLine(context, start, limit);
  const found = show(bytes, start, next - 1);
  return context.fail(
    `expected counter, gauge, histogram, gaugehistogram, summary or untyped after TYPE, found ${found}`,
  );
}

/** Whether the bytes at `start` are the lower-case letters of `word`, in any case. */
function equalsWord(bytes: Buffer, start: number, word: Buffer): boolean {
  for (let i = 0; i < word.length && i < LONGEST_TYPE; i++) {
    const byte = bytes[start + i]!;
    if (byte !== word[i] && (byte < 65 || byte > 90 || byte + 32 !== word[i])) return false;
  }
  return true;
}

function readHelp(context: CommentContext, family: number, start: number, limit: number): number {
  const { families } = context;
  if (families.helpStart[family]! >= 0) {
    context.fail(`expected one HELP for ${families.shownName(family)}, found a second`);
  }
  const { bytes, view } = context.arena;
  let end = start;
  for (;;) {
    // Words without a line feed or backslash: help texts are the longest lines of most bodies.
    while (end + 4 <= limit && !hasEither(view.getInt32(end, true))) end += 4;
    const byte = bytes[end]!;
    if (byte === LF && end < limit) break;
    if (end >= limit) nextLine(context, end, limit);
    if (byte === BACKSLASH && end + 1 < limit) checkEscape(context, end++);
    end++;
  }
  families.helpStart[family] = start;
  families.helpEnd[family] = end;
  return end + 1;
}

/** Whether one of a word's four bytes is a line feed or a backslash; now and then also true where none is. */
function hasEither(word: number): boolean {
  const lineFeeds = word ^ 0x0a0a0a0a;
  const backslashes = word ^ 0x5c5c5c5c;
  const zeros = ((lineFeeds - 0x01010101) & ~lineFeeds) | ((backslashes - 0x01010101) & ~backslashes);
  return (zeros & 0x80808080) !== 0;
}

function checkEscape(context: Refuser, at: number): void {
  const { bytes } = context.arena;
  const byte = bytes[at + 1];
  if (byte === BACKSLASH || byte === LOWER_N || byte === QUOTE) return;
  const found = byte === LF ? 'a backslash at the end of the line' : show(bytes, at, at + 2);
  context.fail(`expected one of \\\\ \\" \\n as escape in HELP, found ${found}`);
}

function nextLine(context: Refuser, start: number, limit: number): number {
  const lineEnd = context.arena.bytes.indexOf(LF, start);
  if (lineEnd < 0 || lineEnd >= limit) {
    context.fail('expected a line feed at the end of the last line, found the end of the body');
  }
  return lineEnd + 1;
}
