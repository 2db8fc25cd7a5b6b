// The regular expression of a relabeling rule: RE2 syntax, and it has to match a text as a whole, line ends included.
import { RE2JS } from 're2js';

/** Where each group matched, the whole first; undefined for one that did not take part. */
export interface PatternMatch {
  readonly groups: readonly (string | undefined)[];
  readonly groupNumbers: Readonly<Record<string, number>>;
}

export class RelabelPattern {
  readonly #pattern: RE2JS;
  readonly #groupNumbers: Readonly<Record<string, number>>;
  readonly #groupCount: number;
  /** The default, which matches everything. */
  readonly #isAny: boolean;

  /** Throws where `regex` is not sound, which the configuration has been checked for. */
  constructor(regex: string) {
    this.#pattern = RE2JS.compile(`^(?s:${regex})$`);
    this.#groupNumbers = this.#pattern.namedGroups();
    this.#groupCount = this.#pattern.groupCount();
    this.#isAny = regex === '(.*)';
  }

  matches(text: string): boolean {
    return this.#isAny || this.#pattern.test(text);
  }

  match(text: string): PatternMatch | undefined {
    if (this.#isAny) return { groups: [text, text], groupNumbers: {} };
    const matcher = this.#pattern.matcher(text);
    if (!matcher.find()) return undefined;
    const groups = Array.from(
      { length: this.#groupCount + 1 },
      (_, group) => matcher.group(group) ?? undefined,
    );
    return { groups, groupNumbers: this.#groupNumbers };
  }
}
