// The series that families must give, computed from the plain messages without their bytes: the model that the parser is
// compared with. Only for valid families.
import { formatFloat } from '../../../src/exposition/canonical-float.ts';
import { FamilyType, Role } from '../../../src/exposition/family-table.ts';
import { ClassicOrigin } from '../../../src/exposition/sample-parser.ts';
import { type PlainMessage, Type } from './family-messages.ts';
import type { ReadBuckets, ReadExemplar, ReadHistogram, ReadSeries } from './read-messages.ts';

interface Timestamp {
  readonly seconds?: string;
  readonly nanos?: number;
}

interface Exemplar {
  readonly label?: readonly Label[];
  readonly value?: number;
  readonly timestamp?: Timestamp;
}

interface Label {
  readonly name: string;
  readonly value: string;
}

interface Bucket {
  readonly cumulative_count?: string;
  readonly cumulative_count_float?: number;
  readonly upper_bound?: number;
  readonly exemplar?: Exemplar;
}

interface Span {
  readonly offset?: number;
  readonly length?: number;
}

interface Histogram {
  readonly sample_count?: string;
  readonly sample_count_float?: number;
  readonly sample_sum?: number;
  readonly bucket?: readonly Bucket[];
  readonly schema?: number;
  readonly zero_threshold?: number;
  readonly zero_count?: number;
  readonly zero_count_float?: number;
  readonly negative_span?: readonly Span[];
  readonly negative_delta?: readonly string[];
  readonly negative_count?: readonly number[];
  readonly positive_span?: readonly Span[];
  readonly positive_delta?: readonly string[];
  readonly positive_count?: readonly number[];
  readonly exemplars?: readonly Exemplar[];
}

interface Metric {
  readonly label?: readonly Label[];
  readonly timestamp_ms?: string;
  readonly gauge?: { readonly value?: number };
  readonly counter?: { readonly value?: number; readonly exemplar?: Exemplar };
  readonly untyped?: { readonly value?: number };
  readonly summary?: {
    readonly sample_count?: string;
    readonly sample_sum?: number;
    readonly quantile?: readonly { readonly quantile?: number; readonly value?: number }[];
  };
  readonly histogram?: Histogram;
}

interface Family {
  readonly name: string;
  readonly type?: number;
  readonly metric?: readonly Metric[];
}

/** A series without what all of its metric have. */
interface Part {
  readonly suffix?: string;
  readonly bound?: readonly [name: string, value: number];
  readonly value: number | ReadHistogram;
  readonly role: number;
  readonly exemplars?: readonly ReadExemplar[];
  readonly classicOrigin?: number;
}

const FAMILY_TYPES: Readonly<Record<number, number>> = {
  [Type.counter]: FamilyType.counter,
  [Type.gauge]: FamilyType.gauge,
  [Type.summary]: FamilyType.summary,
  [Type.untyped]: FamilyType.unknown,
  [Type.histogram]: FamilyType.histogram,
  [Type.gaugeHistogram]: FamilyType.gaugeHistogram,
};

export function expectedSeries(families: readonly PlainMessage[]): ReadSeries[] {
  return (families as readonly unknown[] as readonly Family[]).flatMap(({ name, type = 0, metric = [] }) =>
    metric.flatMap((one) => partsOf(one, type).map((part) => seriesOf(name, type, one, part))),
  );
}

function seriesOf(name: string, type: number, metric: Metric, part: Part): ReadSeries {
  const { suffix = '', bound, value, role, exemplars = [], classicOrigin = ClassicOrigin.alone } = part;
  const labels = Object.fromEntries((metric.label ?? []).map((label) => [label.name, label.value]));
  return {
    metric: `${name}${suffix}`,
    labels: bound ? { ...labels, [bound[0]]: formatFloat(bound[1]) } : labels,
    value,
    ...(metric.timestamp_ms !== undefined && { timestampMs: Number(metric.timestamp_ms) }),
    ...(exemplars.length > 0 && { exemplars }),
    family: name,
    type: FAMILY_TYPES[type]!,
    role,
    classicOrigin,
  };
}

function partsOf({ gauge, counter, untyped, summary, histogram }: Metric, type: number): Part[] {
  if (histogram) return histogramParts(histogram, type === Type.gaugeHistogram);
  if (summary) return summaryParts(summary);
  const { value = 0 } = gauge ?? counter ?? untyped ?? {};
  return [{ value, role: Role.own, exemplars: exemplarsOf(counter?.exemplar) }];
}

function summaryParts({ sample_count = '0', sample_sum = 0, quantile = [] }: NonNullable<Metric['summary']>) {
  return [
    ...quantile.map(
      (one): Part => ({ bound: ['quantile', one.quantile ?? 0], value: one.value ?? 0, role: Role.own }),
    ),
    { suffix: '_sum', value: sample_sum, role: Role.sum },
    { suffix: '_count', value: Number(sample_count), role: Role.count },
  ];
}

function histogramParts(histogram: Histogram, isGauge: boolean): Part[] {
  const { bucket = [], sample_sum = 0, exemplars = [] } = histogram;
  const count = preferFloat(histogram.sample_count_float, histogram.sample_count);
  const isNative = isNativeHistogram(histogram);
  const pushed = bucket.some(({ upper_bound }) => upper_bound !== Infinity)
    ? ClassicOrigin.pushed
    : ClassicOrigin.derived;
  const classicOrigin = isNative ? pushed : ClassicOrigin.alone;
  const shown = exemplars.length > 0 ? exemplars : bucket.map(({ exemplar }) => exemplar);
  const value = nativeOf(histogram, count, isGauge);
  const native: Part = { value, role: Role.own, exemplars: exemplarsOf(...shown) };
  const bounds = bucket.map(
    (one): Part => ({
      suffix: '_bucket',
      bound: ['le', one.upper_bound ?? 0],
      value: preferFloat(one.cumulative_count_float, one.cumulative_count),
      role: Role.bucket,
      exemplars: exemplarsOf(one.exemplar),
      classicOrigin,
    }),
  );
  const infinity: Part = {
    suffix: '_bucket',
    bound: ['le', Infinity],
    value: count,
    role: Role.bucket,
    classicOrigin,
  };
  return [
    ...(isNative ? [native] : []),
    ...bounds,
    ...(bucket.some(({ upper_bound }) => upper_bound === Infinity) ? [] : [infinity]),
    { suffix: '_sum', value: sample_sum, role: Role.sum, classicOrigin },
    { suffix: '_count', value: count, role: Role.count, classicOrigin },
  ];
}

function isNativeHistogram(histogram: Histogram): boolean {
  const { negative_span = [], positive_span = [], zero_threshold = 0 } = histogram;
  const zeroCount = preferFloat(histogram.zero_count_float, histogram.zero_count);
  return negative_span.length > 0 || positive_span.length > 0 || zero_threshold > 0 || zeroCount > 0;
}

function nativeOf(histogram: Histogram, count: number, isGauge: boolean): ReadHistogram {
  const {
    schema = 0,
    sample_sum = 0,
    zero_threshold = 0,
    negative_count = [],
    positive_count = [],
  } = histogram;
  const { sample_count_float = 0, zero_count_float = 0 } = histogram;
  const isFloat =
    sample_count_float > 0 || zero_count_float > 0 || negative_count.length + positive_count.length > 0;
  return {
    isFloat,
    isGauge,
    schema,
    sum: sample_sum,
    zeroThreshold: zero_threshold,
    count: isFloat ? count : (histogram.sample_count ?? '0'),
    zeroCount: isFloat
      ? preferFloat(zero_count_float, histogram.zero_count)
      : String(histogram.zero_count ?? 0),
    negative: {
      spans: joinSpans(histogram.negative_span),
      buckets: (isFloat ? negative_count : histogram.negative_delta) ?? [],
    },
    positive: {
      spans: joinSpans(histogram.positive_span),
      buckets: (isFloat ? positive_count : histogram.positive_delta) ?? [],
    },
  };
}

/** Spans without a bucket are given to the span after them. */
function joinSpans(spans: readonly Span[] = []): ReadBuckets['spans'] {
  const joined: (readonly [number, number])[] = [];
  let gap = 0;
  for (const { offset = 0, length = 0 } of spans) {
    gap += offset;
    if (length === 0) continue;
    joined.push([gap, length]);
    gap = 0;
  }
  return joined;
}

function preferFloat(float = 0, whole: string | number = 0): number {
  return float > 0 ? float : Number(whole);
}

function exemplarsOf(...exemplars: readonly (Exemplar | undefined)[]): ReadExemplar[] {
  return exemplars
    .filter((exemplar) => exemplar !== undefined)
    .map(({ label = [], value = 0, timestamp }) => ({
      labels: Object.fromEntries(
        label.filter((one) => one.value !== '').map((one) => [one.name, one.value] as const),
      ),
      value,
      timestampMs: timestamp === undefined ? NaN : millisecondsOf(timestamp),
    }));
}

function millisecondsOf({ seconds = '0', nanos = 0 }: Timestamp): number {
  return Number(seconds) * 1000 + Math.round(nanos / 1e6);
}
