// String literals of the query language: double and single quotes with Go's escapes, backquotes without any.
// Escapes name bytes, so a literal is put together as bytes and read as UTF-8 at its end.
import type { SelectorScanner } from './selector-scanner.ts';

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

/** The text of the literal that begins here; undefined where none does. Throws QueryError inside one. */
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
