// The rules in which the two line formats differ. TextParser and the readers it uses take one Dialect when they are made: TEXT,
// or OPEN_METRICS from open-metrics.ts.
import { BLANK, BYTE_CLASS, SPACE } from '../../wire/ascii.ts';
import { showByte } from '../exposition-error.ts';
import { FamilyType, type NameSuffix, TEXT_SUFFIXES } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';

export interface Dialect {
  /** Whether spaces and tabs may be anywhere between tokens, and lines may be empty. Otherwise exactly one space separates two tokens. */
  readonly allowsBlanks: boolean;
  /** Whether a line that begins with `#` may be a comment. */
  readonly allowsComments: boolean;
  /** Whether there is UNIT. */
  readonly hasUnits: boolean;
  /** Whether the lines of a family are together, its HELP, TYPE and UNIT first. */
  readonly isOrdered: boolean;
  /** What an escape other than `\\`, `\"` and `\n` is: malformed, or a backslash and a letter. */
  readonly unknownEscapes: 'refuse' | 'keep';
  /** Whether HELP has to be UTF-8. Names, label values and UNIT have to be in both. */
  readonly requiresUtf8Help: boolean;
  readonly timestampUnit: 'ms' | 's';
  /** The words after TYPE, in lower case, the most frequent first. */
  readonly types: readonly { readonly word: Buffer; readonly type: number }[];
  readonly ignoresTypeCase: boolean;
  /** The words after TYPE, for messages. */
  readonly shownTypes: string;
  /** The names of the samples of a family. */
  readonly suffixes: readonly NameSuffix[];
}

const { gauge, counter, histogram, summary, unknown, gaugeHistogram } = FamilyType;

/** Text 0.0.4, as strict as Prometheus's expfmt. */
export const TEXT: Dialect = {
  allowsBlanks: true,
  allowsComments: true,
  hasUnits: false,
  isOrdered: false,
  unknownEscapes: 'refuse',
  requiresUtf8Help: false,
  timestampUnit: 'ms',
  types: [
    { word: Buffer.from('gauge'), type: gauge },
    { word: Buffer.from('counter'), type: counter },
    { word: Buffer.from('histogram'), type: histogram },
    { word: Buffer.from('summary'), type: summary },
    { word: Buffer.from('untyped'), type: unknown },
    { word: Buffer.from('gaugehistogram'), type: gaugeHistogram },
    { word: Buffer.from('gauge_histogram'), type: gaugeHistogram },
  ],
  ignoresTypeCase: true,
  shownTypes: 'counter, gauge, histogram, gaugehistogram, summary or untyped',
  suffixes: TEXT_SUFFIXES,
};

/** Passes the gap between two tokens at `at`: one space or, if blanks are allowed, any number of them, also none. */
export function passGap(refuser: Refuser, allowsBlanks: boolean, at: number, limit: number): number {
  const { bytes } = refuser.arena;
  if (allowsBlanks) return skipBlanks(bytes, at);
  if (bytes[at] !== SPACE) refuser.fail(`expected one space, found ${showByte(bytes, at, limit)}`);
  return at + 1;
}

export function skipBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while ((BYTE_CLASS[bytes[at]!]! & BLANK) !== 0) at++;
  return at;
}
