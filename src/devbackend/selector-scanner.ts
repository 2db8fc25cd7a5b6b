// Walks over a selector's text, one token at a time, and knows the position for every error.
import { QueryError } from './query-error.ts';

export class SelectorScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether everything but spaces and comments was taken. */
  get isAtEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  /** Takes what `pattern` (sticky) matches here, after spaces and comments; undefined where it does not. */
  take(pattern: RegExp): string | undefined {
    this.#skip();
    return this.takeHere(pattern);
  }

  /** As `take`, but right here: inside a quoted string a space counts. */
  takeHere(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null || match[0] === '') return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  /** Positions count from 1, as editors do. */
  error(expected: string): QueryError {
    const found = this.#text.codePointAt(this.#at);
    const seen = found === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(found));
    return new QueryError(
      `Cannot parse query at position ${this.#at + 1}: expected ${expected}, found ${seen}`,
    );
  }

  #skip(): void {
    this.takeHere(/(?:[ \t\r\n]|#[^\n]*)+/y);
  }
}
