// Reads the exemplar after a sample, in text and OpenMetrics: labels, value and an optional timestamp in seconds
// (https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars). It has its own LabelSet.
import type { ExemplarSet } from '../../labels/exemplar-set.ts';
import { LabelSet } from '../../labels/label-set.ts';
import { LF, OPEN_BRACE } from '../../wire/ascii.ts';
import { showByte, showToken } from '../exposition-error.ts';
import type { Refuser } from '../name-rules.ts';
import { countCharacters, MAX_EXEMPLAR_CHARACTERS } from '../name-rules.ts';
import { NumberScanner } from '../number-scanner.ts';
import { passGap } from './dialect.ts';
import { LabelReader, type LabelRules } from './label-reader.ts';
import type { QuotedScanner } from './quoted-scanner.ts';
import { SecondsScanner } from './timestamp-scanner.ts';

export class ExemplarReader {
  readonly #refuser: Refuser;
  readonly #exemplars: ExemplarSet;
  readonly #rules: LabelRules;
  readonly #labels: LabelSet;
  readonly #labelReader: LabelReader;
  // A sample has one exemplar at most, so both always write to the first place.
  readonly #numbers: NumberScanner;
  readonly #seconds: SecondsScanner;

  constructor(refuser: Refuser, exemplars: ExemplarSet, quoted: QuotedScanner, rules: LabelRules) {
    this.#refuser = refuser;
    this.#exemplars = exemplars;
    this.#rules = rules;
    this.#labels = new LabelSet(exemplars.arena);
    this.#labelReader = new LabelReader(refuser, this.#labels, quoted, rules);
    this.#numbers = new NumberScanner(exemplars.values, 0);
    this.#seconds = new SecondsScanner(exemplars.timestampsMs, 0);
  }

  start(): void {
    this.#labels.clear();
    this.#exemplars.clear();
  }

  /** Reads from `start`, after the `#`, into the exemplars, which are empty; returns where the line ends. */
  read(start: number, limit: number): number {
    const { bytes } = this.#exemplars.arena;
    const open = this.#gap(start, limit);
    if (bytes[open] !== OPEN_BRACE)
      this.#refuse('"{" of an exemplar after "#"', showByte(bytes, open, limit));
    let at = this.#labelReader.read(open + 1, limit);
    this.#addLabels();
    at = this.#gap(at, limit);
    if (!this.#numbers.scan(bytes, at, limit))
      this.#refuse('a number as value of the exemplar', showToken(bytes, at, limit));
    at = this.#timestamp(this.#numbers.end, limit);
    this.#exemplars.finish();
    return at;
  }

  #addLabels(): void {
    const { count, nameStart, nameEnd, valueStart, valueEnd } = this.#labels;
    const { bytes } = this.#exemplars.arena;
    let characters = 0;
    for (let i = 0; i < count; i++) {
      characters += countCharacters(bytes, nameStart[i]!, nameEnd[i]!);
      characters += countCharacters(bytes, valueStart[i]!, valueEnd[i]!);
    }
    if (characters > MAX_EXEMPLAR_CHARACTERS)
      this.#refuse(
        `at most ${MAX_EXEMPLAR_CHARACTERS} characters in the labels of an exemplar`,
        String(characters),
      );
    for (let i = 0; i < count; i++)
      this.#exemplars.addLabel(nameStart[i]!, nameEnd[i]!, valueStart[i]!, valueEnd[i]!);
  }

  #timestamp(start: number, limit: number): number {
    const { bytes } = this.#exemplars.arena;
    this.#exemplars.timestampsMs[0] = NaN;
    if (bytes[start] === LF || start >= limit) return start;
    const at = this.#gap(start, limit);
    if (!this.#seconds.scan(bytes, at, limit))
      this.#refuse('a timestamp in seconds after the exemplar', showToken(bytes, at, limit));
    const { end } = this.#seconds;
    if (bytes[end] !== LF && end < limit)
      this.#refuse('the end of the line after the exemplar', showByte(bytes, end, limit));
    return end;
  }

  #gap(at: number, limit: number): number {
    return passGap(this.#refuser, this.#rules.allowsBlanks, at, limit);
  }

  #refuse(expected: string, found: string): never {
    return this.#refuser.fail(`expected ${expected}, found ${found}`);
  }
}
