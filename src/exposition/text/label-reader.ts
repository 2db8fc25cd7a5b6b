// The label part of a line, from behind its opening brace. Lines mostly have labels named as those of the line before:
// then the names are only compared, and values that repeat are not even looked at. All else goes to the LabelPairReader.
import type { LabelSet } from '../../labels/label-set.ts';
import { BYTE_CLASS, CLOSE_BRACE, COMMA, EQUALS, QUOTE, QUOTED_STOP } from '../../wire/ascii.ts';
import { equalRange } from '../../wire/words.ts';
import type { Refuser } from '../name-rules.ts';
import { LabelPairReader, type LabelRules } from './label-pair-reader.ts';
import type { QuotedScanner } from './quoted-scanner.ts';

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

  /** Reads labels from `start`, behind the brace, among which is the metric name. Returns where they end. */
  readWithName(start: number, limit: number): number {
    return this.#pairs.read(start, 0, false, limit);
  }

  /** Reads the labels from `start`, behind the brace. Returns where the byte behind the closing brace is. */
  read(start: number, limit: number): number {
    const labels = this.#labels;
    const { bytes, view } = labels.arena;
    const { nameStart, nameEnd, valueStart, valueEnd } = labels;
    const count = this.#pairs.hasQuotedNames ? 0 : labels.count;
    let at = start;
    for (let index = 0; index < count; index++) {
      const length = nameEnd[index]! - nameStart[index]!;
      const behind = at + length;
      if (
        bytes[behind] !== EQUALS ||
        bytes[behind + 1] !== QUOTE ||
        !equalRange(view, nameStart[index]!, at, length)
      ) {
        return this.#pairs.read(at, index, true, limit);
      }
      const pairAt = at;
      at = behind + 2;
      const repeated = valueEnd[index]! - valueStart[index]!;
      // A value as in the line before needs no look at its bytes; one that was rewritten is not in the body.
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
        valueStart[index] = behind + 2;
        valueEnd[index] = at++;
      } else {
        at = this.#quoted.scan(this.#refuser, behind + 1, limit, 'label value');
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
