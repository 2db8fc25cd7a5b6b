// What a real backend refuses about a set of labels: of a series, or of an exemplar.
import type { DecodedLabel } from './write-request-codec.ts';

const MAX_SHOWN_LENGTH = 200;

/** What is wrong with the first unsound label; undefined where names are sorted, unique and with a value. */
export function findLabelFault(labels: readonly DecodedLabel[]): string | undefined {
  let previous: string | undefined;
  for (const { name, value } of labels) {
    if (name === '') return 'expected label names that are not empty, found an empty one';
    if (value === '') return `expected label values that are not empty, found ${shown(name)} without one`;
    if (name === previous) return `expected each label once, found ${shown(name)} twice`;
    if (previous !== undefined && compareBytes(previous, name) > 0) {
      return `expected label names sorted by bytes, found ${shown(previous)} before ${shown(name)}`;
    }
    previous = name;
  }
  return undefined;
}

/** The labels on one line, cut to a length fit for an error message. */
export function describeLabels(labels: readonly DecodedLabel[]): string {
  const text = `{${labels.map(({ name, value }) => `${shown(name)}=${shown(value)}`).join(',')}}`;
  return text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`;
}

/** JavaScript orders strings by UTF-16 units, which differs from byte order above U+D7FF. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function shown(text: string): string {
  return JSON.stringify(text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`);
}
