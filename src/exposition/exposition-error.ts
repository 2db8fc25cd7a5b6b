// The error that refuses a malformed body, and how pieces of the body are shown in it. The message is one line: place, what was
// expected, what was found.
import { BYTE_CLASS, TOKEN_END } from '../wire/ascii.ts';
import { quote } from '../wire/quoted-text.ts';

const MAX_SHOWN = 60;

export class ExpositionError extends SyntaxError {
  /** The message without the hint. */
  readonly withoutHint: string;

  /** `place` is text such as `line 7`; `hint` follows the sentence. */
  constructor(place: string, problem: string, hint = '') {
    const sentence = `Cannot parse exposition ${place}: ${problem}`;
    super(sentence + hint);
    this.withoutHint = sentence;
  }
}

/** A piece of the body, quoted: on one line, cut to a readable length, with invalid UTF-8 and control characters visible. */
export function show(bytes: Buffer, start: number, end: number): string {
  return quote(bytes.toString('utf8', start, Math.min(end, start + MAX_SHOWN * 4)), MAX_SHOWN);
}

/** The character at `at`, quoted, or in words if it is the end of the line or body. */
export function showByte(bytes: Buffer, at: number, end: number): string {
  if (at >= end) return 'the end of the body';
  if (bytes[at] === 10) return 'the end of the line';
  if (bytes[at] === 13) return 'a carriage return';
  return show(bytes, at, at + sequenceLength(bytes[at]!));
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

/** The bare token at `start`, quoted, or the character there if it is empty. */
export function showToken(bytes: Buffer, start: number, limit: number): string {
  let end = start;
  while (end < limit && (BYTE_CLASS[bytes[end]!]! & TOKEN_END) === 0) end++;
  return end === start ? showByte(bytes, start, limit) : show(bytes, start, end);
}
