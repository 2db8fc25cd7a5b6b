// Decimals of 16 to 19 digits, which Go and Python print for most fractions: exact without the detour through a string.
// The digits make an exact sum of two doubles; one long division (or multiplication) in double-double arithmetic
// (Dekker 1971) gives the quotient with some 40 spare bits, and where those cannot decide the rounding, nothing is said.

const SPLITTER = 134217729; // 2^27 + 1
/** Relative bound on the error of the quotient, with ample room: the true one is below 2^-95. */
const ERROR_BOUND = 2 ** -88;

/**
 * `(high + low) * 10^scale` correctly rounded, or NaN where that stays open.
 * `high` and `low` are whole numbers below 10^15 and 10^4, and the decimal is `high * 10^lowDigits + low`;
 * `power` is 10^|scale|, at most 10^22.
 */
export function scaleLongDecimal(
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

/** `a + b` where every sum within the error bound rounds alike; otherwise NaN. */
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
