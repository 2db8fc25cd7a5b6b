// The same content in the other two formats: what a text payload says, as OpenMetrics and as delimited protobuf.
import { loadProtoType } from '../src/devbackend/protobuf-messages.ts';
import type { Payload } from './payloads.ts';

const FAMILY = loadProtoType(['io/prometheus/client/metrics.proto'], 'io.prometheus.client.MetricFamily');
const TYPES: Readonly<Record<string, number>> = {
  counter: 0,
  gauge: 1,
  summary: 2,
  untyped: 3,
  histogram: 4,
};
const FIELDS: Readonly<Record<string, 'counter' | 'gauge' | 'summary' | 'untyped'>> = {
  counter: 'counter',
  gauge: 'gauge',
  untyped: 'untyped',
};

interface Line {
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly lines: Line[];
}

/** As a client library's OpenMetrics encoder writes it. */
export function toOpenMetrics({ text, samples }: Payload): Payload {
  const lines = text
    .toString()
    .split('\n')
    .map((line) => line.replace(/^(# (?:HELP|TYPE) \S+?)_total /, '$1 '));
  return { text: Buffer.from(`${lines.join('\n')}# EOF\n`), samples };
}

/** As client_golang sends it by default: one length-prefixed message a family, without `+Inf` buckets. */
export function toProtobuf({ text, samples }: Payload): Payload {
  const messages = readFamilies(text.toString()).map((family) =>
    FAMILY.encodeDelimited(FAMILY.fromObject(toMessage(family))).finish(),
  );
  return { text: Buffer.concat(messages), samples };
}

function readFamilies(text: string): Family[] {
  const families: Family[] = [];
  let help = '';
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') help = rest;
    else if (kind === 'TYPE') families.push({ name, type: rest, help, lines: [] });
    else if (line !== '') families.at(-1)!.lines.push(readLine(line));
  }
  return families;
}

function readLine(line: string): Line {
  const [, name = '', labels = '', value = ''] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/([^=,]+)="([^"]*)"/g)].map(
    ([, key = '', text = '']) => [key, text] as const,
  );
  return { name, labels: pairs, value: Number(value) };
}

function toMessage(family: Family): Record<string, unknown> {
  const metric =
    family.type === 'histogram' ? toHistograms(family) : family.lines.map((line) => toMetric(family, line));
  return { name: family.name, help: family.help, type: TYPES[family.type], metric };
}

function toMetric({ type }: Family, { labels, value }: Line): Record<string, unknown> {
  return { label: toLabels(labels), [FIELDS[type]!]: { value } };
}

function toLabels(labels: Line['labels']): { name: string; value: string }[] {
  return labels.map(([name, value]) => ({ name, value }));
}

function toHistograms({ name, lines }: Family): Record<string, unknown>[] {
  const metrics = new Map<
    string,
    { label: object[]; histogram: { bucket: object[]; [field: string]: unknown } }
  >();
  for (const line of lines) {
    const own = line.labels.filter(([label]) => label !== 'le');
    const key = JSON.stringify(own);
    const metric = metrics.get(key) ?? { label: toLabels(own), histogram: { bucket: [] } };
    metrics.set(key, metric);
    const bound = line.labels.find(([label]) => label === 'le')?.[1];
    if (bound === undefined) metric.histogram[`sample_${line.name.slice(name.length + 1)}`] = line.value;
    else if (bound !== '+Inf')
      metric.histogram.bucket.push({ upper_bound: Number(bound), cumulative_count: line.value });
  }
  return [...metrics.values()];
}
