// Reads the metric name of a sample: before the braces, bare or in quotes, or in quotes among the labels. Most lines repeat the
// name of the line before, and then it is only compared. Invariant: `entry` is the name in the labels' metric range.
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

  /** Reads the name at `start`; returns where it ends, which is `start` if the name is inside the braces. */
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
    const end = scanBareName(bytes, start);
    if (end === start) this.#refuser.fail(`expected a metric name, found ${showByte(bytes, start, limit)}`);
    this.#use(start, end, families.resolve(start, end));
    return end;
  }

  /** Takes the name in the labels' metric range. It may contain any byte, so it must not be compared with a bare one. */
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
    const at = scanQuotedName(this.#refuser, quoted, start, limit, this.#utf8Names);
    this.#labels.metricStart = quoted.start;
    this.#labels.metricEnd = quoted.end;
    this.takeFromLabels();
    return at;
  }
}

/** Where the bare metric name at `start` ends; `start` if there is none. */
export function scanBareName(bytes: Buffer, start: number): number {
  if ((BYTE_CLASS[bytes[start]!]! & METRIC_START) === 0) return start;
  let end = start + 1;
  while ((BYTE_CLASS[bytes[end]!]! & METRIC) !== 0) end++;
  return end;
}

/** Reads the quoted metric name at `start` into `quoted`; returns the position after the closing quote. */
export function scanQuotedName(
  refuser: Refuser,
  quoted: QuotedScanner,
  start: number,
  limit: number,
  utf8Names: boolean,
): number {
  const end = quoted.scan(refuser, start, limit, 'metric name');
  checkMetricName(refuser, quoted.start, quoted.end, utf8Names);
  return end;
}
