// Reads the grouping key from the pieces of a push path: names and values in turn, percent-encoded, perhaps in `@base64`
// (https://github.com/prometheus/pushgateway#url).
import { isUtf8 } from 'node:buffer';
import { quote } from '../../wire/quoted-text.ts';

/** Something in the path that cannot be read. */
export class PathError extends SyntaxError {}

const BASE64_SUFFIX = '@base64';
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const URL_SAFE_BASE64 = /^[A-Za-z0-9_-]*$/;
const ESCAPED_NAME = /^U__(?:[^_]|__|_[0-9a-fA-F]{1,6}_)*$/;
const NAME_ESCAPE = /__|_([0-9a-fA-F]+)_/g;
const ESCAPED_PREFIX_LENGTH = 3;
const EMPTY_HINT = 'an empty value is written as <name>@base64/=';

/**
 * The labels of the pieces after `metrics`. The first piece is `job` or `job@base64`. If a name repeats, in any spelling,
 * the last one wins, but of `job` the first. `utf8Names`: any name is taken, and escaped ones are unescaped. Throws
 * PathError.
 */
export function parseGroupingPath(pieces: readonly string[], utf8Names: boolean): Map<string, string> {
  const decoded = pieces.map(decodePiece);
  const [first = '', job = '', ...rest] = decoded;
  const labels = new Map([['job', readValue(first, job)]]);
  if (labels.get('job') === '') throw new PathError('Cannot read path: expected a job name, found none');
  // A slash after the job means nothing. After a label name it is the empty value.
  if (rest.length === 1 && rest[0] === '') rest.pop();
  for (let i = 0; i < rest.length; i += 2) addLabel(labels, rest, i, utf8Names);
  return labels;
}

function addLabel(
  labels: Map<string, string>,
  pieces: readonly string[],
  at: number,
  utf8Names: boolean,
): void {
  const piece = pieces[at]!;
  const value = pieces[at + 1];
  if (value === undefined) {
    throw new PathError(
      piece === ''
        ? 'Cannot read path: expected no slash after the last value, found one'
        : `Cannot read path: expected a value for label ${quote(piece)}, found the end of the path`,
    );
  }
  if (piece === '' || (value === '' && at + 2 < pieces.length)) {
    throw new PathError(
      `Cannot read path: expected a label name and value, found an empty piece; ${EMPTY_HINT}`,
    );
  }
  const name = readName(piece, utf8Names);
  const text = readValue(piece, value);
  if (name !== 'job') labels.set(name, text);
}

function readName(piece: string, utf8Names: boolean): string {
  const written = piece.endsWith(BASE64_SUFFIX) ? piece.slice(0, -BASE64_SUFFIX.length) : piece;
  const name = utf8Names ? unescapeName(written) : written;
  if (name === '' || (!utf8Names && !LABEL_NAME.test(name))) {
    throw new PathError(`Cannot read path: expected a label name, found ${quote(written)}`);
  }
  if (name.startsWith('__')) {
    throw new PathError(
      `Cannot read path: expected a label name that does not begin with "__", found ${quote(name)}`,
    );
  }
  return name;
}

function decodePiece(piece: string): string {
  const decoded = tryDecodePiece(piece);
  if (decoded !== undefined) return decoded;
  throw new PathError(`Cannot read path: expected percent-encoded UTF-8, found ${quote(piece)}`);
}

function readValue(name: string, value: string): string {
  return name.endsWith(BASE64_SUFFIX) ? decodeBase64(name, value) : value;
}

/** URL-safe alphabet; padding is optional, `=` alone is the empty value, line breaks inside are skipped. */
function decodeBase64(name: string, value: string): string {
  let end = value.length;
  while (value[end - 1] === '=') end--;
  const digits = value.slice(0, end).replace(/[\r\n]/g, '');
  const bytes = Buffer.from(digits, 'base64url');
  if (!URL_SAFE_BASE64.test(digits) || digits.length % 4 === 1) {
    throw new PathError(
      `Cannot read path: expected URL-safe base64 (RFC 4648, section 5) for ${quote(name)}, found ${quote(value)}`,
    );
  }
  if (!isUtf8(bytes)) {
    throw new PathError(
      `Cannot read path: expected base64 of UTF-8 for ${quote(name)}, found ${quote(value)}`,
    );
  }
  return bytes.toString();
}

/**
 * The name that a client escaped: `U__` in front, `__` for an underscore, `_HEX_` for any other character that is no
 * letter or digit (https://prometheus.io/docs/instrumenting/escaping_schemes/). A name without such escapes, or with a flaw
 * in them, stays as it is.
 */
export function unescapeName(name: string): string {
  if (!ESCAPED_NAME.test(name)) return name;
  let isSound = true;
  const unescaped = name.slice(ESCAPED_PREFIX_LENGTH).replace(NAME_ESCAPE, (_, hex: string | undefined) => {
    if (hex === undefined) return '_';
    const codePoint = Number.parseInt(hex, 16);
    if (isCharacter(codePoint)) return String.fromCodePoint(codePoint);
    isSound = false;
    return '';
  });
  return isSound ? unescaped : name;
}

/** A Unicode scalar value: no half of a surrogate pair. */
function isCharacter(codePoint: number): boolean {
  return codePoint <= 0x10_ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
}

/** Decodes a piece of a path, for a comparison. Undefined for an escape that is malformed or not UTF-8. */
export function tryDecodePiece(piece: string): string | undefined {
  if (!piece.includes('%')) return piece;
  try {
    return decodeURIComponent(piece);
  } catch {
    return undefined;
  }
}
