// What a real backend refuses about labels, checked after decoding and before anything is stored.
import type { DecodedLabel, DecodedSeries, DecodedWriteRequest } from './write-request-codec.ts';

const MAX_SHOWN_LENGTH = 200;

/** One line that says what is wrong with the first unsound series; undefined when all may be stored. */
export function findLabelFault(request: DecodedWriteRequest): string | undefined {
  for (const series of request.timeseries) {
    const fault = findFault(series);
    if (fault !== undefined) return `Cannot store series ${describeLabels(series.labels)}: ${fault}`;
  }
  return undefined;
}

/** The labels on one line, cut to a length fit for an error message. */
export function describeLabels(labels: readonly DecodedLabel[]): string {
  const text = `{${labels.map(({ name, value }) => `${shown(name)}=${shown(value)}`).join(',')}}`;
  return text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`;
}

function findFault({ labels }: DecodedSeries): string | undefined {
  let previous: string | undefined;
  for (const { name, value } of labels) {
    if (name === '') return 'wanted label names that are not empty, found an empty one';
    if (value === '') return `wanted label values that are not empty, found ${shown(name)} without one`;
    if (name === previous) return `wanted each label once, found ${shown(name)} twice`;
    if (previous !== undefined && compareBytes(previous, name) > 0) {
      return `wanted label names sorted by bytes, found ${shown(previous)} before ${shown(name)}`;
    }
    previous = name;
  }
  return labels.some(({ name }) => name === '__name__') ? undefined : 'wanted a label "__name__", found none';
}

/** JavaScript orders strings by UTF-16 units, which differs from byte order above U+D7FF. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function shown(text: string): string {
  return JSON.stringify(text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`);
}
