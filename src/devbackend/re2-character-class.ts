// Escapes and bracket expressions of RE2, written as JavaScript's Unicode patterns want them.
import { QueryError } from './query-error.ts';

interface Escape {
  readonly source: string;
  readonly next: number;
  /** Present when the escape is a single character. */
  readonly codePoint?: number;
  /** Whether it means the same inside brackets. */
  readonly isForClass: boolean;
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** RE2 knows ASCII space only. */
const SPACE = '\\t\\n\\f\\r ';
const NOT_SPACE = '\\u{0}-\\u{8}\\u{b}\\u{e}-\\u{1f}\\u{21}-\\u{10ffff}';

const POSIX: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alnum: '0-9A-Za-z',
    alpha: 'A-Za-z',
    ascii: '\\u{0}-\\u{7f}',
    blank: '\\t ',
    cntrl: '\\u{0}-\\u{1f}\\u{7f}',
    digit: '0-9',
    graph: '!-~',
    lower: 'a-z',
    print: ' -~',
    punct: '!-\\/:-@\\[-`\\{-~',
    space: '\\t\\n\\v\\f\\r ',
    upper: 'A-Z',
    word: '0-9A-Za-z_',
    xdigit: '0-9A-Fa-f',
  }),
);

/** The escape at `at`, where a backslash stands; undefined where RE2 has no such escape. */
export function readEscape(pattern: string, at: number): Escape | undefined {
  const rest = pattern.slice(at + 1, at + 40);
  const letter = rest[0] ?? '';
  const next = at + 2;
  if (/[dDwW]/.test(letter)) return { source: `\\${letter}`, next, isForClass: true };
  if (letter === 's') return { source: `[${SPACE}]`, next, isForClass: true };
  if (letter === 'S') return { source: `[${NOT_SPACE}]`, next, isForClass: true };
  if (/[bB]/.test(letter)) return { source: `\\${letter}`, next, isForClass: false };
  if (letter === 'A') return { source: '(?<![^])', next, isForClass: false };
  if (letter === 'z') return { source: '(?![^])', next, isForClass: false };
  if (/[pP]/.test(letter)) return readProperty(rest, at + 1);
  return readCharacterEscape(rest, at + 1);
}

/** `\pL`, `\p{Lu}`, `\p{Greek}`: one or two letters are a category, more are a script. */
function readProperty(rest: string, at: number): Escape | undefined {
  const [whole, letter = '', short, negation, long = ''] =
    /^([pP])(?:([A-Z])|\{(\^?)([A-Za-z_]+)\})/.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  const isNegated = (letter === 'P') !== (negation === '^');
  const property = short ?? (long.length <= 2 ? long : `Script=${long}`);
  return { source: `\\${isNegated ? 'P' : 'p'}{${property}}`, next: at + whole.length, isForClass: true };
}

function readCharacterEscape(rest: string, at: number): Escape | undefined {
  const [hex, two, braced] = /^x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(rest) ?? [];
  if (hex !== undefined) return character(Number.parseInt(two ?? braced ?? '', 16), at + hex.length);
  // A single digit above 0 would be a back-reference.
  const [octal] = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest) ?? [];
  if (octal !== undefined) return character(Number.parseInt(octal, 8), at + octal.length);
  const letter = rest[0] ?? '';
  const control = CONTROLS[letter];
  if (control !== undefined) return character(control, at + 1);
  return /[!-/:-@[-`{-~]/.test(letter) ? character(letter.charCodeAt(0), at + 1) : undefined;
}

function character(codePoint: number, next: number): Escape | undefined {
  if (codePoint > 0x10ffff) return undefined;
  return { source: literal(codePoint), next, codePoint, isForClass: true };
}

function literal(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`;
}

/** One bracket expression. `start` is where its inside begins, `end` is past its closing bracket. */
export class Re2CharacterClass {
  readonly source: string;
  readonly end: number;
  readonly #pattern: string;
  #at: number;

  constructor(pattern: string, start: number) {
    this.#pattern = pattern;
    this.#at = start;
    const isNegated = pattern[start] === '^';
    if (isNegated) this.#at++;
    let inside = '';
    // A closing bracket in the first place stands for itself.
    do inside += this.#item();
    while (pattern[this.#at] !== ']');
    this.source = `[${isNegated ? '^' : ''}${inside}]`;
    this.end = this.#at + 1;
  }

  #item(): string {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.#pattern.slice(this.#at, this.#at + 20));
    if (posix !== null) return this.#posix(posix);
    const set = this.#pattern[this.#at] === '\\' ? readEscape(this.#pattern, this.#at) : undefined;
    if (set?.isForClass && set.codePoint === undefined) {
      this.#at = set.next;
      return set.source.replace(/^\[(.*)\]$/, '$1');
    }
    return this.#range();
  }

  #posix([whole, negation, name]: RegExpExecArray): string {
    const source = POSIX.get(name!);
    if (source === undefined || negation === '^') throw this.#error('a class such as [:alpha:]');
    this.#at += whole.length;
    return source;
  }

  /** A character, or two with a hyphen between; a hyphen before the closing bracket stands for itself. */
  #range(): string {
    const low = this.#character();
    const next = this.#pattern[this.#at + 1];
    if (this.#pattern[this.#at] !== '-' || next === ']' || next === undefined) return literal(low);
    this.#at++;
    const high = this.#character();
    if (high < low) throw this.#error('a rising range before it');
    return `${literal(low)}-${literal(high)}`;
  }

  #character(): number {
    const codePoint = this.#pattern.codePointAt(this.#at);
    if (codePoint === undefined) throw this.#error('"]"');
    if (codePoint !== 0x5c) {
      this.#at += codePoint > 0xffff ? 2 : 1;
      return codePoint;
    }
    const found = readEscape(this.#pattern, this.#at);
    if (found?.codePoint === undefined) throw this.#error('an escape for a character');
    this.#at = found.next;
    return found.codePoint;
  }

  #error(expected: string): QueryError {
    return new QueryError(
      `Cannot parse pattern ${JSON.stringify(this.#pattern)} at position ${this.#at + 1}: expected ${expected}`,
    );
  }
}
