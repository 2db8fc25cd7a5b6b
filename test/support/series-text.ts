// Received series as one line each, as a person would write them.
import type { DecodedSeries } from './decode-write-request.ts';

/** `name{label="value",…} value`, labels in the order of the wire. Values are not escaped. */
export function seriesText({ labels, samples, histograms = [] }: DecodedSeries): string {
  const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
  const others = labels
    .filter(([label]) => label !== '__name__')
    .map(([label, value]) => `${label}="${value}"`);
  const values = [
    ...samples.map(({ value }) => String(value)),
    ...histograms.map(({ count }) => `histogram of ${count}`),
  ];
  return `${name}{${others.join(',')}} ${values.join(' ')}`;
}

export function labelsOf({ labels }: DecodedSeries): Readonly<Record<string, string>> {
  return Object.fromEntries(labels);
}
