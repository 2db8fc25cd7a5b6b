// Scans timestamps into whole milliseconds since the epoch: seconds as any decimal, which OpenMetrics and all exemplars have, and
// whole milliseconds, which samples of the text format have.
import { BYTE_CLASS, DIGIT_0, DOT, LOWER_E, MINUS, PLUS, TOKEN_END, UPPER_E } from '../../wire/ascii.ts';

const WHOLE_NUMBER = /^[+-]?[0-9]{1,40}$/;
const MAX_WHOLE_NUMBER_BYTES = 41;
/** Any integer of up to 16 digits is below half of 10 to this power. */
const MAX_POWER = 17;
const POWERS_OF_TEN = Float64Array.from({ length: MAX_POWER + 1 }, (_, exponent) => Number(`1e${exponent}`));
const DIGITS_OF_MS = 3;
const MAX_EXPONENT = 1e9;
/** The largest integer that one more digit may follow, and the largest digit then. */
const MAX_PREFIX = Math.floor(Number.MAX_SAFE_INTEGER / 10);
const MAX_LAST_DIGIT = Number.MAX_SAFE_INTEGER % 10;

export interface TimestampScanner {
  /** Where the token read last ended, exclusive. */
  readonly end: number;
  /**
   * Reads the token at `start`, which ends before a blank, a line feed or `limit`. False if it is not a timestamp, or if its
   * milliseconds are not a safe integer.
   */
  scan(bytes: Buffer, start: number, limit: number): boolean;
}

export class MillisecondsScanner implements TimestampScanner {
  readonly #target: Float64Array;
  readonly #place: number;
  end = 0;

  /** Milliseconds are put into `target[place]`. */
  constructor(target: Float64Array, place: number) {
    this.#target = target;
    this.#place = place;
  }

  scan(bytes: Buffer, start: number, limit: number): boolean {
    let end = start;
    while (end < limit && (BYTE_CLASS[bytes[end]!]! & TOKEN_END) === 0) end++;
    this.end = end;
    const token = end - start <= MAX_WHOLE_NUMBER_BYTES ? bytes.toString('latin1', start, end) : '';
    const timestampMs = WHOLE_NUMBER.test(token) ? Number(token) : NaN;
    // Minus zero is zero.
    this.#target[this.#place] = timestampMs + 0;
    return Number.isSafeInteger(timestampMs);
  }
}

/** Exact: the digits are kept as an integer and its power of ten, and rounded once, half up. */
export class SecondsScanner implements TimestampScanner {
  readonly #target: Float64Array;
  readonly #place: number;
  end = 0;

  /** Milliseconds are put into `target[place]`. */
  constructor(target: Float64Array, place: number) {
    this.#target = target;
    this.#place = place;
  }

  scan(bytes: Buffer, start: number, limit: number): boolean {
    const sign = bytes[start];
    let at = sign === MINUS || sign === PLUS ? start + 1 : start;
    /** The leading digits, as an integer; of the digits left out, the first, and whether any other is not zero. */
    let digits = 0;
    let nextDigit = -1;
    let hasMore = false;
    /** The number is `digits * 10^power` seconds. */
    let power = 0;
    let count = 0;
    let pointAt = -1;
    for (; ; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit >= 0 && digit <= 9) {
        count++;
        if (nextDigit >= 0) hasMore ||= digit !== 0;
        else if (digits < MAX_PREFIX || (digits === MAX_PREFIX && digit <= MAX_LAST_DIGIT)) {
          digits = digits * 10 + digit;
          if (pointAt >= 0) power--;
          continue;
        } else nextDigit = digit;
        if (pointAt < 0) power++;
      } else if (bytes[at] === DOT && pointAt < 0) pointAt = at;
      else break;
    }
    if (count === 0) return false;
    if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
      const isNegative = bytes[at + 1] === MINUS;
      if (isNegative || bytes[at + 1] === PLUS) at++;
      const first = ++at;
      let exponent = 0;
      for (let digit = bytes[at]! - DIGIT_0; digit >= 0 && digit <= 9; digit = bytes[++at]! - DIGIT_0)
        exponent = Math.min(exponent * 10 + digit, MAX_EXPONENT);
      if (at === first) return false;
      power += isNegative ? -exponent : exponent;
    }
    if (at > limit || (at < limit && (BYTE_CLASS[bytes[at]!]! & TOKEN_END) === 0)) return false;
    this.end = at;
    return this.#set(sign === MINUS, digits, nextDigit, hasMore, power + DIGITS_OF_MS);
  }

  /** Sets `digits * 10^power`, rounded; false if that is not a safe integer. */
  #set(isNegative: boolean, digits: number, nextDigit: number, hasMore: boolean, power: number): boolean {
    let magnitude = digits;
    if (power > 0 && digits > 0)
      magnitude = nextDigit < 0 && power <= MAX_POWER ? digits * POWERS_OF_TEN[power]! : Infinity;
    else if (power < -MAX_POWER) magnitude = 0;
    else if (power < 0) {
      const unit = POWERS_OF_TEN[-power]!;
      const rest = digits % unit;
      magnitude = (digits - rest) / unit;
      const isAbove = 2 * rest > unit || (2 * rest === unit && (nextDigit > 0 || hasMore));
      if (isAbove || (2 * rest === unit && !isNegative)) magnitude++;
    } else if (nextDigit > 5 || (nextDigit === 5 && (hasMore || !isNegative))) magnitude++;
    // Minus zero is zero.
    this.#target[this.#place] = (isNegative ? -magnitude : magnitude) + 0;
    return Number.isSafeInteger(magnitude);
  }
}
