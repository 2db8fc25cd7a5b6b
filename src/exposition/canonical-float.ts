// Writes the values of `le` and `quantile`, so that jobs in different languages push the same series. Used for all formats.

import { DIGIT_0, DOT } from '../wire/ascii.ts';
import { parseFloatToken } from './number-scanner.ts';

export type BucketLabels = 'canonical' | 'openmetrics' | 'verbatim';

/** The value of `le` for the last bucket, in every style. */
export const INFINITY_LABEL = '+Inf';

/**
 * The text of `token` in the given style; undefined if it is not a number.
 * `canonical` is Pushgateway's (Go's strconv 'g', shortest), `openmetrics` adds `.0` to whole numbers
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/#considerations-canonical-numbers).
 */
export function renderBucketLabel(token: string, style: BucketLabels): string | undefined {
  const value = parseFloatToken(token);
  if (value === undefined) return undefined;
  if (value === Infinity) return INFINITY_LABEL;
  switch (style) {
    case 'canonical':
      return formatFloat(value);
    case 'openmetrics':
      return withPoint(formatFloat(value));
    case 'verbatim':
      return token;
  }
}

/** As Go's strconv.FormatFloat(value, 'g', -1, 64), but minus zero is `0`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? INFINITY_LABEL : '-Inf';
  if (value === 0) return '0';
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function withPoint(text: string): string {
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

/**
 * True only if `bytes[start, end)` is in canonical form already: a short positive decimal without needless zeros. It may be
 * canonical even if this is false.
 */
export function isPlainlyCanonical(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && isDigit(bytes[at]!)) at++;
  const whole = at - start;
  if (whole === 0 || whole > 6 || (bytes[start] === DIGIT_0 && whole > 1)) return false;
  if (at === end) return true;
  if (bytes[at] !== DOT || end - at > 9 || end - at < 2) return false;
  const fraction = ++at;
  while (at < end && isDigit(bytes[at]!)) at++;
  if (at < end || bytes[end - 1] === DIGIT_0) return false;
  return bytes[start] !== DIGIT_0 || end - fraction < 4 || !areZeros(bytes, fraction, 4);
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_0 + 9;
}

function areZeros(bytes: Uint8Array, start: number, count: number): boolean {
  for (let at = start; at < start + count; at++) if (bytes[at] !== DIGIT_0) return false;
  return true;
}
