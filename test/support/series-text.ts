// Received series as one line each, as a person would write them.
import type { DecodedSeries } from './decode-write-request.ts';

/** `name{label="value",…} value`, labels in the order of the wire. Values are not escaped. */
export function seriesText({ labels, samples }: DecodedSeries): string {
  const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
  const others = labels
    .filter(([label]) => label !== '__name__')
    .map(([label, value]) => `${label}="${value}"`);
  return `${name}{${others.join(',')}} ${samples.map(({ value }) => value).join(' ')}`;
}

export function labelsOf({ labels }: DecodedSeries): Readonly<Record<string, string>> {
  return Object.fromEntries(labels);
}
