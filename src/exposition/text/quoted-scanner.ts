// Scans quoted strings that may contain anything: escapes, bytes beyond ASCII, NUL. Checks that the text is UTF-8 and, if it has
// escapes, writes it without them after the body.
import { isUtf8 } from 'node:buffer';
import { BACKSLASH, BYTE_CLASS, LF, NUL, QUOTE, QUOTED_STOP } from '../../wire/ascii.ts';
import type { ByteArena } from '../../wire/byte-arena.ts';
import { show } from '../exposition-error.ts';
import type { Refuser } from '../name-rules.ts';
import type { Dialect } from './dialect.ts';

const LOWER_N = 110;

export class QuotedScanner {
  readonly #arena: ByteArena;
  readonly #unknownEscapes: Dialect['unknownEscapes'];
  /** The text read last, as a range of the arena. */
  start = 0;
  end = 0;

  constructor(arena: ByteArena, unknownEscapes: Dialect['unknownEscapes']) {
    this.#arena = arena;
    this.#unknownEscapes = unknownEscapes;
  }

  /** Reads the string whose opening quote is at `open`; returns the position after the closing quote. */
  scan(refuser: Refuser, open: number, limit: number, what: string): number {
    const { bytes } = this.#arena;
    let hasEscapes = false;
    let isAscii = true;
    let at = open + 1;
    for (; at < limit; at++) {
      const byte = bytes[at]!;
      if ((BYTE_CLASS[byte]! & QUOTED_STOP) === 0 || byte === NUL) continue;
      if (byte === QUOTE) break;
      if (byte === LF) refuser.fail(`expected a closing quote of the ${what}, found the end of the line`);
      if (byte === BACKSLASH) {
        hasEscapes = true;
        const next = bytes[at + 1];
        if (next === QUOTE || next === BACKSLASH) at++;
      } else isAscii = false;
    }
    if (at >= limit) refuser.fail(`expected a closing quote of the ${what}, found the end of the body`);
    if (!isAscii && !isUtf8(bytes.subarray(open + 1, at))) {
      refuser.fail(`expected a ${what} in UTF-8, found ${show(bytes, open + 1, at)}`);
    }
    this.start = open + 1;
    this.end = at;
    if (hasEscapes) this.#unescape(refuser, what);
    return at + 1;
  }

  #unescape(refuser: Refuser, what: string): void {
    const { bytes } = this.#arena;
    const start = this.#arena.end;
    let to = start;
    for (let at = this.start; at < this.end; at++) {
      const byte = bytes[at]!;
      const escaped = byte === BACKSLASH ? this.#escaped(refuser, at + 1, what) : -1;
      bytes[to++] = escaped < 0 ? byte : escaped;
      if (escaped >= 0) at++;
    }
    this.#arena.end = to;
    this.start = start;
    this.end = to;
  }

  /** The byte that the escape with this letter stands for, or -1 if the backslash stands for itself. */
  #escaped(refuser: Refuser, at: number, what: string): number {
    const byte = this.#arena.bytes[at]!;
    if (byte === BACKSLASH || byte === QUOTE) return byte;
    if (byte === LOWER_N) return LF;
    if (this.#unknownEscapes === 'keep') return -1;
    return refuser.fail(
      `expected one of \\\\ \\" \\n as escape in the ${what}, found ${show(this.#arena.bytes, at - 1, at + 1)}`,
    );
  }
}
