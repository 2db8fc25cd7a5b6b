// Label pairs in full generality: blanks, quoted names, a metric name among them. The LabelReader comes here where a
// line's labels are not named as those of the line before.
import { type LabelSet, MAX_LABELS } from '../../labels/label-set.ts';
import {
  BLANK,
  BYTE_CLASS,
  CLOSE_BRACE,
  COMMA,
  EQUALS,
  LABEL,
  LABEL_START,
  QUOTE,
} from '../../wire/ascii.ts';
import { show, showByte } from '../exposition-error.ts';
import { checkLabelName, checkMetricName, type Refuser } from '../name-rules.ts';
import type { QuotedScanner } from './quoted-scanner.ts';

export interface LabelRules {
  readonly utf8Names: boolean;
  /** Whether blanks may stand between the parts. */
  readonly allowsBlanks: boolean;
}

export class LabelPairReader {
  readonly #refuser: Refuser;
  readonly #labels: LabelSet;
  readonly #quoted: QuotedScanner;
  readonly #rules: LabelRules;
  #limit = 0;
  #isNamed = false;
  #isQuotedName = false;
  /** Whether a name read last stood in quotes: then the bytes of the names alone do not tell how a line reads. */
  hasQuotedNames = false;

  constructor(refuser: Refuser, labels: LabelSet, quoted: QuotedScanner, rules: LabelRules) {
    this.#refuser = refuser;
    this.#labels = labels;
    this.#quoted = quoted;
    this.#rules = rules;
  }

  /**
   * Reads pairs from `start`, where label `index` may begin, to the closing brace, and settles the labels. Returns where
   * the byte behind the brace is. `isNamed` says whether the metric name stood before the brace; where not, it must be
   * among the labels and is put into the set.
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
        this.#fail(`expected "," or "}" after a label, found ${this.#seen(at)}`);
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
      `expected "=" after label name ${this.#shownName(labels.count)}, found ${this.#seen(at)}`,
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
    if (at === start) this.#fail(`expected a label name, found ${this.#seen(at)}`);
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
      this.#fail(`expected a quoted value of label ${this.#shownName(index)}, found ${this.#seen(open)}`);
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

  /** Behind the blanks at `at`, where there may be any. */
  #skip(at: number): number {
    return this.#rules.allowsBlanks ? skipBlanks(this.#labels.arena.bytes, at) : at;
  }

  #shownName(index: number): string {
    return show(this.#labels.arena.bytes, this.#labels.nameStart[index]!, this.#labels.nameEnd[index]!);
  }

  #seen(at: number): string {
    return showByte(this.#labels.arena.bytes, at, this.#limit);
  }

  #fail(problem: string): never {
    return this.#refuser.fail(problem);
  }
}

export function skipBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while ((BYTE_CLASS[bytes[at]!]! & BLANK) !== 0) at++;
  return at;
}
