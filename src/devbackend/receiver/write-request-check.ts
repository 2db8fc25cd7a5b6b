// What a real backend refuses in a decoded request, checked before anything is stored. Prometheus drops a bad exemplar
// silently; this backend refuses it, so that the developer of a sender notices.
import { findHistogramFault } from './histogram-check.ts';
import type {
  DecodedExemplar,
  DecodedLabel,
  DecodedSeries,
  DecodedWriteRequest,
} from './write-request-v1.ts';

/** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md#exemplars */
const MAX_EXEMPLAR_CHARACTERS = 128;

/** One line that says what is wrong with the first invalid series; undefined if all series may be stored. */
export function findRequestFault(request: DecodedWriteRequest): string | undefined {
  for (const series of request.timeseries) {
    const fault = findSeriesFault(series);
    if (fault !== undefined) return `Cannot store series ${describeLabels(series.labels)}: ${fault}`;
  }
  return undefined;
}

function findSeriesFault(series: DecodedSeries): string | undefined {
  const fault = findLabelFault(series.labels) ?? findNameFault(series) ?? findKindFault(series);
  if (fault !== undefined) return fault;
  return firstFault(series.histograms, findHistogramFault) ?? firstFault(series.exemplars, findExemplarFault);
}

function firstFault<T>(items: readonly T[], findFault: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = findFault(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findNameFault({ labels }: DecodedSeries): string | undefined {
  return labels.some(({ name }) => name === '__name__')
    ? undefined
    : 'expected a label "__name__", found none';
}

function findKindFault({ samples, histograms, exemplars }: DecodedSeries): string | undefined {
  if (samples.length > 0 && histograms.length > 0)
    return 'expected samples or native histograms, found both in one series';
  if (samples.length > 0 || histograms.length > 0) return undefined;
  return exemplars.length > 0
    ? 'expected a sample or native histogram next to an exemplar, found none'
    : 'expected a sample or native histogram, found none';
}

function findExemplarFault({ labels }: DecodedExemplar): string | undefined {
  const fault = findLabelFault(labels);
  if (fault !== undefined) return `${fault}, in an exemplar`;
  const length = labels.reduce((sum, { name, value }) => sum + countCharacters(name + value), 0);
  if (length <= MAX_EXEMPLAR_CHARACTERS) return undefined;
  return `expected at most ${MAX_EXEMPLAR_CHARACTERS} characters in the labels of an exemplar, found ${length}`;
}

/** Code points, not UTF-16 units. */
function countCharacters(text: string): number {
  return [...text].length;
}

const MAX_SHOWN_LENGTH = 200;

/** What is wrong with the first invalid label; undefined if names are sorted and unique and all have a value. */
function findLabelFault(labels: readonly DecodedLabel[]): string | undefined {
  let previous: string | undefined;
  for (const { name, value } of labels) {
    if (name === '') return 'expected label names that are not empty, found an empty one';
    if (value === '') return `expected label values that are not empty, found ${shown(name)} without a value`;
    if (name === previous) return `expected each label once, found ${shown(name)} twice`;
    if (previous !== undefined && compareBytes(previous, name) > 0) {
      return `expected label names sorted by bytes, found ${shown(previous)} before ${shown(name)}`;
    }
    previous = name;
  }
  return undefined;
}

/** The labels on one line, shortened for an error message. */
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
