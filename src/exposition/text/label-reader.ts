// Reads the labels of a line, from after the opening brace. Most lines have the label names of the line before: then LabelReader
// only compares names and repeated values. It leaves everything else to LabelPairReader, which reads all of the grammar: blanks,
// quoted names, and a metric name among the labels.

import { type LabelSet, MAX_LABELS } from '../../labels/label-set.ts';
import {
  BYTE_CLASS,
  CLOSE_BRACE,
  COMMA,
  EQUALS,
  LABEL,
  LABEL_START,
  QUOTE,
  QUOTED_STOP,
} from '../../wire/ascii.ts';
import { equalRange } from '../../wire/byte-ranges.ts';
import { show, showByte } from '../exposition-error.ts';
import { checkLabelName, checkMetricName, type Refuser } from '../name-rules.ts';
import { skipBlanks } from './dialect.ts';
import type { QuotedScanner } from './quoted-scanner.ts';

export interface LabelRules {
  readonly utf8Names: boolean;
  /** Whether spaces and tabs may be between the tokens. */
  readonly allowsBlanks: boolean;
}

export class LabelReader {
  readonly #refuser: Refuser;
  readonly #labels: LabelSet;
  readonly #quoted: QuotedScanner;
  readonly #pairs: LabelPairReader;

  constructor(refuser: Refuser, labels: LabelSet, quoted: QuotedScanner, rules: LabelRules) {
    this.#refuser = refuser;
    this.#labels = labels;
    this.#quoted = quoted;
    this.#pairs = new LabelPairReader(refuser, labels, quoted, rules);
  }

  /** Reads labels from `start`, the metric name among them. Returns the position after the closing brace. */
  readWithName(start: number, limit: number): number {
    return this.#pairs.read(start, 0, false, limit);
  }

  /** Reads the labels from `start`. Returns the position after the closing brace. */
  read(start: number, limit: number): number {
    const labels = this.#labels;
    const { bytes, view } = labels.arena;
    const { nameStart, nameEnd, valueStart, valueEnd } = labels;
    const count = this.#pairs.hasQuotedNames ? 0 : labels.count;
    let at = start;
    for (let index = 0; index < count; index++) {
      const length = nameEnd[index]! - nameStart[index]!;
      const nameStop = at + length;
      if (
        bytes[nameStop] !== EQUALS ||
        bytes[nameStop + 1] !== QUOTE ||
        !equalRange(view, nameStart[index]!, at, length)
      ) {
        return this.#pairs.read(at, index, true, limit);
      }
      const pairAt = at;
      at = nameStop + 2;
      const repeated = valueEnd[index]! - valueStart[index]!;
      // A value of the line before is valid again. A range after the body was rewritten, so it cannot be compared.
      if (
        bytes[at + repeated] === QUOTE &&
        repeated > 0 &&
        valueEnd[index]! <= limit &&
        at + repeated < limit &&
        equalRange(view, valueStart[index]!, at, repeated)
      ) {
        at += repeated + 1;
        if (bytes[at] === COMMA && index < count - 1) {
          at++;
          continue;
        }
        if (bytes[at] === CLOSE_BRACE && index === count - 1) return at + 1;
        return this.#pairs.read(pairAt, index, true, limit);
      }
      while ((BYTE_CLASS[bytes[at]!]! & QUOTED_STOP) === 0) at++;
      if (bytes[at] === QUOTE) {
        valueStart[index] = nameStop + 2;
        valueEnd[index] = at++;
      } else {
        at = this.#quoted.scan(this.#refuser, nameStop + 1, limit, 'label value');
        valueStart[index] = this.#quoted.start;
        valueEnd[index] = this.#quoted.end;
      }
      if (valueStart[index] === valueEnd[index]) labels.hasEmpty = true;
      if (bytes[at] === CLOSE_BRACE && index === count - 1) return at + 1;
      if (bytes[at] !== COMMA || index === count - 1) return this.#pairs.read(pairAt, index, true, limit);
      at++;
    }
    return this.#pairs.read(start, 0, true, limit);
  }
}

class LabelPairReader {
  readonly #refuser: Refuser;
  readonly #labels: LabelSet;
  readonly #quoted: QuotedScanner;
  readonly #rules: LabelRules;
  #limit = 0;
  #isNamed = false;
  #isQuotedName = false;
  /** Whether one of the names read last was quoted: then the names cannot be compared with the bytes of a line. */
  hasQuotedNames = false;

  constructor(refuser: Refuser, labels: LabelSet, quoted: QuotedScanner, rules: LabelRules) {
    this.#refuser = refuser;
    this.#labels = labels;
    this.#quoted = quoted;
    this.#rules = rules;
  }

  /**
   * Reads pairs from `start`, where label `index` may begin, to the closing brace, and settles the labels. Returns the
   * position after the brace. `isNamed` says whether the metric name was before the brace; if not, it must be among the
   * labels and is put into the set.
   */
  read(start: number, index: number, isNamed: boolean, limit: number): number {
    const { bytes } = this.#labels.arena;
    this.#labels.count = index;
    this.#limit = limit;
    this.#isNamed = isNamed;
    if (index === 0) this.hasQuotedNames = false;
    let at = this.#skip(start);
    while (bytes[at] !== CLOSE_BRACE) {
      at = this.#skip(this.#pair(at));
      if (bytes[at] === COMMA) at = this.#skip(at + 1);
      else if (bytes[at] !== CLOSE_BRACE)
        this.#fail(`expected "," or "}" after a label, found ${this.#found(at)}`);
    }
    if (!this.#isNamed) this.#fail('expected a metric name, found only labels');
    this.#settle();
    return at + 1;
  }

  #pair(start: number): number {
    const { bytes } = this.#labels.arena;
    const labels = this.#labels;
    if (labels.count === MAX_LABELS) this.#fail(`expected at most ${MAX_LABELS} labels, found more`);
    const at = this.#skip(this.#name(start, labels.count));
    if (bytes[at] === EQUALS) return this.#value(at);
    if (!this.#isNamed && (bytes[at] === COMMA || bytes[at] === CLOSE_BRACE)) {
      this.#takeMetricName(labels.nameStart[labels.count]!, labels.nameEnd[labels.count]!);
      return at;
    }
    return this.#fail(
      `expected "=" after label name ${this.#shownName(labels.count)}, found ${this.#found(at)}`,
    );
  }

  #name(start: number, index: number): number {
    const { bytes } = this.#labels.arena;
    this.#isQuotedName = bytes[start] === QUOTE;
    if (this.#isQuotedName) {
      this.hasQuotedNames = true;
      const end = this.#quoted.scan(this.#refuser, start, this.#limit, 'name');
      this.#setName(index, this.#quoted.start, this.#quoted.end);
      return end;
    }
    let at = start;
    if ((BYTE_CLASS[bytes[start]!]! & LABEL_START) !== 0)
      while ((BYTE_CLASS[bytes[at]!]! & LABEL) !== 0) at++;
    if (at === start) this.#fail(`expected a label name, found ${this.#found(at)}`);
    this.#setName(index, start, at);
    return at;
  }

  #setName(index: number, start: number, end: number): void {
    this.#labels.nameStart[index] = start;
    this.#labels.nameEnd[index] = end;
  }

  #takeMetricName(start: number, end: number): void {
    checkMetricName(this.#refuser, start, end, this.#isQuotedName && this.#rules.utf8Names);
    this.#labels.metricStart = start;
    this.#labels.metricEnd = end;
    this.#isNamed = true;
  }

  #value(equalsAt: number): number {
    const { bytes } = this.#labels.arena;
    const labels = this.#labels;
    const index = labels.count++;
    const open = this.#skip(equalsAt + 1);
    if (bytes[open] !== QUOTE) {
      this.#fail(`expected a quoted value of label ${this.#shownName(index)}, found ${this.#found(open)}`);
    }
    const at = this.#quoted.scan(this.#refuser, open, this.#limit, 'label value');
    labels.valueStart[index] = this.#quoted.start;
    labels.valueEnd[index] = this.#quoted.end;
    if (this.#quoted.start === this.#quoted.end) labels.hasEmpty = true;
    return at;
  }

  #settle(): void {
    const labels = this.#labels;
    if (labels.recall()) return;
    for (let i = 0; i < labels.count; i++) {
      checkLabelName(this.#refuser, labels.nameStart[i]!, labels.nameEnd[i]!, this.#rules.utf8Names);
    }
    const twice = labels.settle();
    if (twice >= 0) this.#fail(`expected each label name once, found ${this.#shownName(twice)} twice`);
  }

  /** Passes the blanks at `at`, if blanks are allowed. */
  #skip(at: number): number {
    return this.#rules.allowsBlanks ? skipBlanks(this.#labels.arena.bytes, at) : at;
  }

  #shownName(index: number): string {
    return show(this.#labels.arena.bytes, this.#labels.nameStart[index]!, this.#labels.nameEnd[index]!);
  }

  #found(at: number): string {
    return showByte(this.#labels.arena.bytes, at, this.#limit);
  }

  #fail(problem: string): never {
    return this.#refuser.fail(problem);
  }
}
