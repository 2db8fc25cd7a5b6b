// The metric name of a sample: before the braces, bare or in quotes, or in quotes among the labels. Lines mostly repeat
// the name of the line before, and then it is only compared. Invariant: `entry` is the name in the labels' metric range.
import type { LabelSet } from '../../labels/label-set.ts';
import { BYTE_CLASS, METRIC, METRIC_START, OPEN_BRACE, QUOTE } from '../../wire/ascii.ts';
import { showByte } from '../exposition-error.ts';
import type { FamilyTable } from '../family-table.ts';
import { checkMetricName, type Refuser } from '../name-rules.ts';
import type { QuotedScanner } from './quoted-scanner.ts';

export class SampleNameReader {
  readonly #refuser: Refuser;
  readonly #labels: LabelSet;
  readonly #families: FamilyTable;
  readonly #quoted: QuotedScanner;
  readonly #utf8Names: boolean;
  /** The entry of `families` for the name read last, or -1. */
  entry = -1;

  constructor(
    refuser: Refuser,
    labels: LabelSet,
    families: FamilyTable,
    quoted: QuotedScanner,
    utf8Names: boolean,
  ) {
    this.#refuser = refuser;
    this.#labels = labels;
    this.#families = families;
    this.#quoted = quoted;
    this.#utf8Names = utf8Names;
  }

  start(): void {
    this.entry = -1;
  }

  /** Reads the name at `start`; returns where it ends, which is `start` where it stands inside the braces. */
  read(start: number, limit: number): number {
    const families = this.#families;
    const { bytes } = this.#labels.arena;
    const repeated = families.matchLatest(start);
    if (repeated > 0) {
      if (families.latest !== this.entry) this.#use(start, repeated, families.latest);
      return repeated;
    }
    const first = bytes[start]!;
    if (first === OPEN_BRACE) return start;
    if (first === QUOTE) return this.#readQuoted(start, limit);
    if ((BYTE_CLASS[first]! & METRIC_START) === 0) {
      this.#refuser.fail(`expected a metric name, found ${showByte(bytes, start, limit)}`);
    }
    let at = start + 1;
    while ((BYTE_CLASS[bytes[at]!]! & METRIC) !== 0) at++;
    this.#use(start, at, families.resolve(start, at));
    return at;
  }

  /** Takes the name in the labels' metric range. It may hold any byte, and so must not be looked for unquoted. */
  takeFromLabels(): void {
    this.entry = this.#families.resolve(this.#labels.metricStart, this.#labels.metricEnd);
    this.#families.latest = -1;
  }

  #use(start: number, end: number, entry: number): void {
    this.#labels.metricStart = start;
    this.#labels.metricEnd = end;
    this.entry = entry;
  }

  #readQuoted(start: number, limit: number): number {
    const quoted = this.#quoted;
    const at = quoted.scan(this.#refuser, start, limit, 'metric name');
    checkMetricName(this.#refuser, quoted.start, quoted.end, this.#utf8Names);
    this.#labels.metricStart = quoted.start;
    this.#labels.metricEnd = quoted.end;
    this.takeFromLabels();
    return at;
  }
}
