// What only OpenMetrics text 1.0 has (https://prometheus.io/docs/specs/om/open_metrics_spec/): its rules for TextParser, the
// last line `# EOF`, and the order of lines. Strict on how a body is written, lenient on what the samples of a type may say.
import { LF } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { compareRanges } from '../../wire/byte-ranges.ts';
import { type FamilyTable, FamilyType, Role } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';
import type { Dialect } from './dialect.ts';

const { gauge, counter, histogram, summary, unknown, info, stateset, gaugeHistogram } = FamilyType;

export const OPEN_METRICS: Dialect = {
  allowsBlanks: false,
  allowsComments: false,
  hasUnits: true,
  isOrdered: true,
  unknownEscapes: 'keep',
  requiresUtf8Help: true,
  timestampUnit: 's',
  types: [
    { word: Buffer.from('gauge'), type: gauge },
    { word: Buffer.from('counter'), type: counter },
    { word: Buffer.from('histogram'), type: histogram },
    { word: Buffer.from('summary'), type: summary },
    { word: Buffer.from('unknown'), type: unknown },
    { word: Buffer.from('info'), type: info },
    { word: Buffer.from('stateset'), type: stateset },
    { word: Buffer.from('gaugehistogram'), type: gaugeHistogram },
  ],
  ignoresTypeCase: false,
  shownTypes: 'counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown',
  // https://prometheus.io/docs/specs/om/open_metrics_spec/#suffixes
  suffixes: [
    { text: Buffer.from('_bucket'), role: Role.bucket, types: [histogram, gaugeHistogram] },
    { text: Buffer.from('_count'), role: Role.count, types: [histogram, summary] },
    { text: Buffer.from('_sum'), role: Role.sum, types: [histogram, summary] },
    { text: Buffer.from('_gcount'), role: Role.count, types: [gaugeHistogram] },
    { text: Buffer.from('_gsum'), role: Role.sum, types: [gaugeHistogram] },
    { text: Buffer.from('_total'), role: Role.own, types: [counter] },
    { text: Buffer.from('_created'), role: Role.created, types: [counter, histogram, summary] },
    { text: Buffer.from('_info'), role: Role.own, types: [info] },
  ],
};

const EOF_LINE = Buffer.from('# EOF');

/** Ends the body before its last line if that is `# EOF`, with or without a line feed; otherwise false. */
export function cutEof(arena: ByteArena): boolean {
  const { bytes, bodyEnd } = arena;
  const end = bodyEnd > 0 && bytes[bodyEnd - 1] === LF ? bodyEnd - 1 : bodyEnd;
  const start = end - EOF_LINE.length;
  if (start < 0 || (start > 0 && bytes[start - 1] !== LF)) return false;
  if (compareRanges(bytes, start, end, EOF_LINE, 0, EOF_LINE.length) !== 0) return false;
  arena.setBodyEnd(start);
  return true;
}

/**
 * Checks that the lines of each family are together. Invariant: every family in the table except the current one is
 * complete.
 */
export class FamilyOrder {
  readonly #refuser: Refuser;
  readonly #families: FamilyTable;
  /** The family of the line read last, or -1. */
  #current = -1;
  /** How many entries the table had when the current family began; those of other families are complete. */
  #known = 0;

  constructor(refuser: Refuser, families: FamilyTable) {
    this.#refuser = refuser;
    this.#families = families;
  }

  /** Starts a body. */
  start(): void {
    this.#current = -1;
    this.#known = 0;
  }

  /** Call for each line of a family, after its entry is in the table. */
  enter(family: number): void {
    const families = this.#families;
    if (family === this.#current) return;
    if (family < this.#known) {
      const other = families.shownName(this.#current);
      this.#refuser.fail(
        `expected all lines of ${families.shownName(family)} together, found another after one of ${other}`,
      );
    }
    this.#current = family;
    this.#known = families.count;
  }
}
