// A sample line as some client could write it: blanks, braces and commas wherever the format lets them be.
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Bound } from './written-number.ts';

export interface Line {
  readonly metric: string;
  readonly labels: readonly (readonly [name: string, text: string | Bound])[];
  readonly token: string;
  readonly value: number;
  readonly timestampMs: number | undefined;
  /** The histogram whose `+Inf` bucket is made from this line. */
  readonly makesInfinity?: string;
}

const BLANKS = ['', '', '', ' ', '\t', ' \t '];
const GAPS = [' ', ' ', '\t', ' \t '];

export function lineText(random: SeededRandom, { metric, labels, token, timestampMs }: Line): string {
  const isTight = random.coin();
  const blank = () => (isTight ? '' : random.pick(BLANKS));
  const gap = () => (isTight ? ' ' : random.pick(GAPS));
  const pairs = labels.map(([name, text]) => {
    const value = typeof text === 'string' ? text : text.token;
    return `${blank()}${name}${blank()}=${blank()}"${escaped(value)}"${blank()}`;
  });
  const time = timestampMs === undefined ? '' : `${gap()}${timestampMs}`;
  if (pairs.length === 0 && random.coin()) return `${blank()}${metric}${gap()}${token}${time}`;
  const comma = pairs.length > 0 && random.nat(4) === 0 ? ',' : '';
  return `${blank()}${metric}${blank()}{${pairs.join(',')}${comma}${blank()}}${isTight ? ' ' : blank()}${token}${time}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
}
