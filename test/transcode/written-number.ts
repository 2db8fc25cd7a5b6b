// Numbers as clients write them, each with the double or the label text that it means.
import type { SeededRandom } from '../support/seeded-random.ts';

export type Style = 'canonical' | 'openmetrics' | 'verbatim';

/** A value of `le` or `quantile`: how it is pushed, and how each style must write it. */
export interface Bound extends Readonly<Record<Style, string>> {
  readonly token: string;
}

const BOUNDS: readonly (readonly [canonical: string, openmetrics: string, tokens: readonly string[]])[] = [
  ['1', '1.0', ['1', '1.0', '1e0', '+1', '01', '1.']],
  ['0.5', '0.5', ['0.5', '.5', '5e-1', '0.50']],
  ['0.99', '0.99', ['0.99', '0.990']],
  ['1e+06', '1e+06', ['1000000', '1e6', '1e+06', '1000000.0']],
  ['1e-05', '1e-05', ['0.00001', '1e-5', '1e-05']],
  ['100000', '100000.0', ['1e5', '100000', '1e+05']],
  ['0', '0.0', ['0', '0.0', '-0', '0e9']],
  ['-2.5', '-2.5', ['-2.5', '-2.50']],
  ['1.7976931348623157e+308', '1.7976931348623157e+308', ['1.7976931348623157e308']],
  ['NaN', 'NaN', ['NaN', 'nan']],
  ['+Inf', '+Inf', ['+Inf', 'inf', 'Infinity', '+infinity']],
  ['-Inf', '-Inf', ['-Inf', '-infinity']],
];

/** Bounds that differ, in any order. */
export function bounds(random: SeededRandom): Bound[] {
  return random.some(BOUNDS, 6).map(([canonical, openmetrics, tokens]) => {
    const token = random.pick(tokens);
    return { token, canonical, openmetrics, verbatim: canonical === '+Inf' ? '+Inf' : token };
  });
}

export function number(random: SeededRandom): { readonly token: string; readonly value: number } {
  const short = Number(`${random.nat(20_000) - 9999}e${random.nat(13) - 6}`);
  const special = [0, -0, 1, NaN, Infinity, -Infinity, Number.MAX_VALUE, 5e-324, 2 ** 53];
  const value = random.pick([short, random.double(), random.nat(100), random.pick(special)]);
  return { token: random.pick(spellings(value)), value };
}

function spellings(value: number): string[] {
  if (Number.isNaN(value)) return ['NaN', 'nan'];
  if (!Number.isFinite(value)) return value > 0 ? ['+Inf', 'inf'] : ['-Inf', '-inf'];
  if (Object.is(value, -0)) return ['-0', '-0.0', '-0e5'];
  return [String(value), value.toExponential(), value.toPrecision(17), value.toExponential().toUpperCase()];
}
