// Label patterns are written for RE2; JavaScript's engine runs them. This file translates what differs and refuses
// what RE2 refuses (look-around, back-references), so that a pattern that works here works on a real backend.
import { QueryError } from './query-error.ts';
import { Re2CharacterClass, readEscape } from './re2-character-class.ts';

const MAX_PATTERN_LENGTH = 4000;
const MAX_REPEAT = 1000;

/** An expression that has to match a whole value, in which "." takes line ends, too. Throws QueryError. */
export function compileRe2(pattern: string): RegExp {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new QueryError(
      `Cannot parse pattern: expected at most ${MAX_PATTERN_LENGTH} characters, found ${pattern.length}`,
    );
  }
  const translated = new Re2Translator(pattern).translate();
  try {
    return new RegExp(`^(?:${translated})$`, 'us');
  } catch (cause) {
    throw new QueryError(
      `Cannot parse pattern ${JSON.stringify(pattern)}: expected RE2 syntax, found ${reasonOf(cause)}`,
      {
        cause,
      },
    );
  }
}

/** V8 repeats the translated pattern before its reason. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.slice(message.lastIndexOf(': ') + 2);
}

class Re2Translator {
  readonly #pattern: string;
  /** What closes each open group; flags that hold to a group's end add to it. The first is the whole pattern. */
  readonly #closers = [''];
  #at = 0;
  #groupStart = 0;
  #output = '';

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    while (this.#at < this.#pattern.length) this.#output += this.#step();
    if (this.#closers.length > 1) throw this.#error('")"');
    return this.#output + this.#closers[0];
  }

  #step(): string {
    const character = this.#pattern[this.#at]!;
    switch (character) {
      case '\\':
        return this.#escape();
      case '[':
        return this.#class();
      case '(':
        return this.#open();
      case ')':
        return this.#close();
      case '{':
        return this.#repeat();
      case '}':
      case ']':
        this.#at++;
        return `\\${character}`;
      default:
        this.#at++;
        return character;
    }
  }

  #escape(): string {
    if (this.#pattern.startsWith('\\Q', this.#at)) return this.#literalRun();
    const found = readEscape(this.#pattern, this.#at);
    if (found === undefined) throw this.#error('an escape of RE2');
    this.#at = found.next;
    return found.source;
  }

  /** `\Q…\E`; without the `\E` it reaches to the end. */
  #literalRun(): string {
    const end = this.#pattern.indexOf('\\E', this.#at + 2);
    const text = this.#pattern.slice(this.#at + 2, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#pattern.length : end + 2;
    return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }

  #class(): string {
    const parsed = new Re2CharacterClass(this.#pattern, this.#at + 1);
    this.#at = parsed.end;
    return parsed.source;
  }

  /** Every group becomes one that captures nothing, since nobody asks for captures. */
  #open(): string {
    const rest = this.#pattern.slice(this.#at);
    const flags = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    if (flags !== null) return this.#openFlags(flags);
    const opening = /^\((?:\?P?<[a-zA-Z_]\w*>)?(?!\?)/.exec(rest);
    if (opening === null) throw this.#error('a group of RE2');
    return this.#enter(opening[0].length, '(?:');
  }

  #openFlags([whole, on = '', off = '', end]: RegExpExecArray): string {
    const source = `(?${flagsOf(on)}${flagsOf(off) === '' ? '' : `-${flagsOf(off)}`}:`;
    if (end === ':') return this.#enter(whole.length, source);
    if (this.#at !== this.#groupStart) throw this.#error('flags at the start of the pattern or a group');
    this.#at += whole.length;
    this.#groupStart = this.#at;
    this.#closers.push(`)${this.#closers.pop()}`);
    return source;
  }

  #enter(length: number, source: string): string {
    this.#at += length;
    this.#groupStart = this.#at;
    this.#closers.push(')');
    return source;
  }

  #close(): string {
    if (this.#closers.length === 1) throw this.#error('"(" before it');
    this.#at++;
    return this.#closers.pop()!;
  }

  /** A brace that begins no repetition stands for itself. */
  #repeat(): string {
    const repeat = /^\{(\d+)(?:,(\d*))?\}/.exec(this.#pattern.slice(this.#at));
    if (repeat === null) {
      this.#at++;
      return '\\{';
    }
    const [source, from, to = ''] = repeat;
    if (Number(from) > MAX_REPEAT || Number(to) > MAX_REPEAT)
      throw this.#error(`at most ${MAX_REPEAT} repeats`);
    this.#at += source.length;
    return source;
  }

  #error(expected: string): QueryError {
    const seen =
      this.#at < this.#pattern.length
        ? JSON.stringify(this.#pattern.slice(this.#at, this.#at + 4))
        : 'the end';
    return new QueryError(
      `Cannot parse pattern ${JSON.stringify(this.#pattern)} at position ${this.#at + 1}: expected ${expected}, found ${seen}`,
    );
  }
}

/** Ungreedy changes which part matches, never whether the whole does. */
function flagsOf(flags: string): string {
  return [...new Set(flags.replaceAll('U', ''))].join('');
}
