// Guesses whether a body that is no Protocol Buffers message is text that was sent under the wrong content type.
import { BYTE_CLASS, CR, HASH, LF, METRIC_START, OPEN_BRACE, SPACE, TAB } from '../../wire/ascii.ts';

/** A message of this length has control characters in it: short lengths, and nearly all tags. */
const LOOKED_AT = 256;

export function looksLikeText(bytes: Uint8Array, end: number): boolean {
  const first = bytes[0]!;
  const isStart =
    first === HASH || first === OPEN_BRACE || isBlank(first) || (BYTE_CLASS[first]! & METRIC_START) !== 0;
  if (!isStart || end === 0) return false;
  for (let at = 0; at < Math.min(end, LOOKED_AT); at++) {
    if (bytes[at]! < SPACE && !isBlank(bytes[at]!)) return false;
  }
  return true;
}

function isBlank(byte: number): boolean {
  return byte === LF || byte === CR || byte === TAB || byte === SPACE;
}
