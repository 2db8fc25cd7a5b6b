// Reads the text of a selector one token at a time, string literals among them, and keeps the position for errors.
// Literals in double and single quotes have Go's escapes, literals in backquotes have none.

export class SelectorScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether only spaces and comments are left. */
  get isAtEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  /** Takes what `pattern` (sticky) matches here, after spaces and comments; undefined if it does not match. */
  take(pattern: RegExp): string | undefined {
    this.#skip();
    return this.takeHere(pattern);
  }

  /** Like `take` but without skipping spaces, which count inside a quoted string. */
  takeHere(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null || match[0] === '') return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  /** Positions count from 1, as in editors. */
  error(expected: string): QueryError {
    const codePoint = this.#text.codePointAt(this.#at);
    const found = codePoint === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(codePoint));
    return new QueryError(
      `Cannot parse query at position ${this.#at + 1}: expected ${expected}, found ${found}`,
    );
  }

  #skip(): void {
    this.takeHere(/(?:[ \t\r\n]|#[^\n]*)+/y);
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
  "'": 39,
};

/** The text of the literal that begins here; undefined if there is none. Throws QueryError if it is not valid. */
export function takeQuotedString(scanner: SelectorScanner): string | undefined {
  const quote = scanner.take(/["'`]/y);
  if (quote === undefined) return undefined;
  return quote === '`' ? takeRaw(scanner) : takeEscaped(scanner, quote);
}

function takeRaw(scanner: SelectorScanner): string {
  const text = scanner.takeHere(/[^`]+/y) ?? '';
  if (scanner.takeHere(/`/y) === undefined) throw scanner.error('a closing "`"');
  return text;
}

/** Escapes mean bytes, so the literal is joined as bytes and decoded as UTF-8 at its end. */
function takeEscaped(scanner: SelectorScanner, quote: string): string {
  const plain = quote === '"' ? /[^"\\\n]+/y : /[^'\\\n]+/y;
  const closing = quote === '"' ? /"/y : /'/y;
  const parts: Buffer[] = [];
  while (scanner.takeHere(closing) === undefined) {
    const text = scanner.takeHere(plain);
    if (text !== undefined) parts.push(Buffer.from(text));
    else if (scanner.takeHere(/\\/y) !== undefined) parts.push(takeEscape(scanner, quote));
    else throw scanner.error(`a closing ${quote === '"' ? "'\"'" : '"\'"'}`);
  }
  return decode(Buffer.concat(parts), scanner);
}

function takeEscape(scanner: SelectorScanner, quote: string): Buffer {
  const simple = scanner.takeHere(quote === '"' ? /[abfnrtv\\"]/y : /[abfnrtv\\']/y);
  if (simple !== undefined) return Buffer.of(SIMPLE_ESCAPES[simple]!);
  const octal = scanner.takeHere(/[0-3][0-7]{2}/y);
  if (octal !== undefined) return Buffer.of(Number.parseInt(octal, 8));
  const hex = scanner.takeHere(/x[0-9a-fA-F]{2}/y);
  if (hex !== undefined) return Buffer.of(Number.parseInt(hex.slice(1), 16));
  const unicode = scanner.takeHere(/u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}/y);
  const codePoint = unicode === undefined ? undefined : Number.parseInt(unicode.slice(1), 16);
  if (codePoint === undefined || (codePoint >= 0xd800 && codePoint < 0xe000)) {
    throw scanner.error('an escape such as "\\n", "\\x41" or "\\u0041"');
  }
  return Buffer.from(String.fromCodePoint(codePoint));
}

function decode(bytes: Uint8Array, scanner: SelectorScanner): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw scanner.error('the string before it to be UTF-8');
  }
}

/** A query that cannot be answered: something of it does not parse, or the answer is too large. */
export class QueryError extends SyntaxError {
  override readonly name = 'QueryError';
}
