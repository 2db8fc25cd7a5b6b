// What a real backend refuses about a request by itself, checked after decoding and before anything is stored. Where
// Prometheus drops an exemplar in silence, this backend refuses: a sender under development should hear of it.
import { findHistogramFault } from './histogram-check.ts';
import { describeLabels, findLabelFault } from './label-check.ts';
import type { DecodedExemplar, DecodedSeries, DecodedWriteRequest } from './write-request-codec.ts';

/** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md#exemplars */
const MAX_EXEMPLAR_CHARACTERS = 128;

/** One line that says what is wrong with the first unsound series; undefined when all may be stored. */
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
    ? 'expected a sample or native histogram beside an exemplar, found none'
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
