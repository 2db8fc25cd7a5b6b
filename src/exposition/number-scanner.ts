// Scans the values of samples, bit-exact. A decimal of at most 15 digits with a power of ten of at most 22 needs two doubles
// and one rounding (Clinger 1990). One of up to 19 digits takes a few more steps. All others go through `Number()`.
import { BYTE_CLASS, DIGIT_0, DOT, LOWER_E, MINUS, PLUS, TOKEN_END, UPPER_E } from '../wire/ascii.ts';

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const MAX_EXACT_DIGITS = 15;
const MAX_EXACT_EXPONENT = 22;
const MAX_LONG_DIGITS = 19;
/** Longer than any real number, so that a hostile token is not copied. */
const MAX_TOKEN = 2048;
/** Splits a double into two halves: 2^27 + 1. */
const SPLITTER = 134217729;
/** Bound on the relative error of `scaleLongDecimal`. The true error is below 2^-95. */
const ERROR_BOUND = 2 ** -88;
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const NOT_A_NUMBER = /^nan$/i;

/** Reads numbers as Go's strconv.ParseFloat does, except hexadecimal, underscores and values out of range. */
export class NumberScanner {
  readonly #target: Float64Array;
  readonly #place: number;
  /** Where the token read last ended, exclusive. */
  end = 0;

  /** Numbers are put into `target[place]`. */
  constructor(target: Float64Array, place: number) {
    this.#target = target;
    this.#place = place;
  }

  /** Reads the token at `at`, which ends before a blank, a line feed or `limit`. False if it is not a number. */
  scan(bytes: Buffer, at: number, limit: number): boolean {
    let pos = at;
    const sign = bytes[pos]!;
    if (sign === MINUS || sign === PLUS) pos++;
    let mantissa = 0;
    let digits = 0;
    let digit = bytes[pos]! - DIGIT_0;
    for (; digit >= 0 && digit <= 9; digit = bytes[++pos]! - DIGIT_0, digits++)
      mantissa = mantissa * 10 + digit;
    let scale = 0;
    if (bytes[pos] === DOT) {
      digit = bytes[++pos]! - DIGIT_0;
      for (; digit >= 0 && digit <= 9; digit = bytes[++pos]! - DIGIT_0, scale--)
        mantissa = mantissa * 10 + digit;
      digits -= scale;
    }
    if (bytes[pos] === LOWER_E || bytes[pos] === UPPER_E) {
      const negative = bytes[pos + 1] === MINUS;
      if (negative || bytes[pos + 1] === PLUS) pos++;
      let exponent = 0;
      const first = pos + 1;
      digit = bytes[++pos]! - DIGIT_0;
      for (; digit >= 0 && digit <= 9 && exponent < 1000; digit = bytes[++pos]! - DIGIT_0)
        exponent = exponent * 10 + digit;
      if (pos === first) return this.#scanToken(bytes, at, limit);
      scale += negative ? -exponent : exponent;
    }
    const isInRange = digits > 0 && scale >= -MAX_EXACT_EXPONENT && scale <= MAX_EXACT_EXPONENT;
    const isWhole = pos >= limit ? pos === limit : (BYTE_CLASS[bytes[pos]!]! & TOKEN_END) !== 0;
    if (!isInRange || !isWhole) return this.#scanToken(bytes, at, limit);
    const power = POWERS_OF_TEN[scale < 0 ? -scale : scale]!;
    let magnitude = scale < 0 ? mantissa / power : mantissa * power;
    if (digits > MAX_EXACT_DIGITS) {
      magnitude = longMagnitude(bytes, at, power, scale < 0);
      if (Number.isNaN(magnitude)) return this.#scanToken(bytes, at, limit);
    }
    this.#target[this.#place] = sign === MINUS ? -magnitude : magnitude;
    this.end = pos;
    return true;
  }

  #scanToken(bytes: Buffer, at: number, limit: number): boolean {
    let end = at;
    while (end < limit && (BYTE_CLASS[bytes[end]!]! & TOKEN_END) === 0) end++;
    this.end = end;
    if (end - at > MAX_TOKEN) return false;
    const value = parseFloatToken(bytes.toString('latin1', at, end));
    if (value === undefined) return false;
    this.#target[this.#place] = value;
    return true;
  }
}

/** The magnitude of a decimal of up to 19 digits, without its exponent, scaled by a power of ten; NaN if undecided. */
function longMagnitude(bytes: Buffer, start: number, power: number, divides: boolean): number {
  let high = 0;
  let low = 0;
  let digits = 0;
  for (let at = start; ; at++) {
    const digit = bytes[at]! - DIGIT_0;
    if (digit < 0 || digit > 9) {
      if (bytes[at] === DOT || at === start) continue;
      break;
    }
    if (digits > 0 || digit > 0) digits++;
    if (digits <= MAX_EXACT_DIGITS) high = high * 10 + digit;
    else low = low * 10 + digit;
  }
  if (digits > MAX_LONG_DIGITS) return NaN;
  const lowPower = POWERS_OF_TEN[Math.max(0, digits - MAX_EXACT_DIGITS)]!;
  return scaleLongDecimal(high, low, lowPower, power, divides);
}

/** The number that `token` is; undefined if it is none, or is beyond the range of a double. */
export function parseFloatToken(token: string): number | undefined {
  if (DECIMAL.test(token)) {
    const value = Number(token);
    return Number.isFinite(value) ? value : undefined;
  }
  const infinity = INFINITY.exec(token);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  return NOT_A_NUMBER.test(token) ? NaN : undefined;
}

/**
 * `(high * lowPower + low)` times or divided by `power`, correctly rounded, or NaN if the rounding is undecided. For decimals of
 * 16 to 19 digits, which Go and Python print for most fractions. The digits make an exact sum of two doubles; one long division or
 * multiplication in double-double arithmetic (Dekker 1971) gives the result with some 40 spare bits.
 * `high` and `low` are whole numbers below 10^15 and 10^4; `power` is at most 10^22.
 */
function scaleLongDecimal(
  high: number,
  low: number,
  lowPower: number,
  power: number,
  divides: boolean,
): number {
  const top = high * lowPower;
  const rest = productError(high, lowPower, top) + low;
  if (divides) {
    const quotient = top / power;
    const product = quotient * power;
    const remainder = top - product - productError(quotient, power, product) + rest;
    return roundSum(quotient, remainder / power);
  }
  const product = top * power;
  return roundSum(product, productError(top, power, product) + rest * power);
}

/** `a + b` if every sum within the error bound rounds alike; otherwise NaN. */
function roundSum(a: number, b: number): number {
  const error = Math.abs(a) * ERROR_BOUND;
  const least = a + (b - error);
  return least === a + (b + error) ? least : NaN;
}

/** What `a * b` lost when it was rounded to `product`, exactly. */
function productError(a: number, b: number, product: number): number {
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
