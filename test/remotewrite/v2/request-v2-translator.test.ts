// Remote write 2.0 messages, judged by the published definition: nothing of the internal form is lost or changed.
import { describe, expect, test } from 'vitest';
import { findValue } from '../../../src/remotewrite/series-value.ts';
import { MAX_START_BYTES, writeWithStart } from '../../../src/remotewrite/start-timestamps.ts';
import { FamilyRegistry } from '../../../src/remotewrite/v2/family-registry.ts';
import { RequestV2Translator } from '../../../src/remotewrite/v2/request-v2-translator.ts';
import { SLACK } from '../../../src/wire/byte-ranges.ts';
import { readVarint, varintEnd } from '../../../src/wire/varint.ts';
import type { DecodedExemplar, DecodedHistogram } from '../../support/decode-histogram.ts';
import { decodeMessageV2 } from '../../support/decode-request-v2.ts';
import { holdsForSeeds, type SeededRandom } from '../../support/seeded-random.ts';
import { WRITE_REQUEST } from '../../support/write-request-type.ts';
import { rollHistogram, toWire } from '../plain-histogram.ts';

type Pairs = readonly (readonly [name: string, value: string])[];

interface PlainSeries {
  readonly labels: Pairs;
  /** The bits of the value, unless it is a histogram. */
  readonly sample?: { readonly value: number; readonly timestampMs: number };
  readonly histogram?: DecodedHistogram;
  readonly exemplars?: readonly DecodedExemplar[];
}

interface PlainMetadata {
  readonly type: number;
  readonly family: string;
  readonly help: string;
  readonly unit: string;
}

const MAX_BYTES = 1 << 26;

function newTranslator(maxRegistryBytes = 1 << 20): RequestV2Translator {
  return new RequestV2Translator(new FamilyRegistry(maxRegistryBytes), MAX_BYTES);
}

/** The internal form of a block: by protobufjs, not by the encoder under test. */
function toFields(series: readonly PlainSeries[], metadata: readonly PlainMetadata[] = []): Buffer {
  const message = WRITE_REQUEST.fromObject({
    timeseries: series.map(({ labels, sample, histogram, exemplars = [] }) => ({
      labels: labels.map(([name, value]) => ({ name, value })),
      samples: sample ? [{ value: sample.value, timestamp: sample.timestampMs }] : [],
      histograms: histogram ? [toFieldNames(histogram)] : [],
      exemplars: exemplars.map(({ labels: own, value, timestampMs }) => ({
        labels: own.map(([name, text]) => ({ name, value: text })),
        value,
        timestamp: timestampMs,
      })),
    })),
    metadata: metadata.map(({ type, family, help, unit }) => ({
      type,
      metric_family_name: family,
      help,
      unit,
    })),
  });
  const bytes = WRITE_REQUEST.encode(message).finish();
  const fields = Buffer.allocUnsafeSlow(bytes.length + SLACK);
  fields.set(bytes);
  return fields.subarray(0, bytes.length);
}

function toFieldNames(histogram: DecodedHistogram): Record<string, unknown> {
  const { count, zeroCount } = histogram;
  const isFloat = typeof count === 'number';
  return {
    [isFloat ? 'count_float' : 'count_int']: isFloat ? count : String(count),
    [isFloat ? 'zero_count_float' : 'zero_count_int']: isFloat ? zeroCount : String(zeroCount),
    sum: histogram.sum,
    schema: histogram.schema,
    zero_threshold: histogram.zeroThreshold,
    negative_spans: histogram.negativeSpans,
    negative_deltas: histogram.negativeDeltas.map(String),
    negative_counts: histogram.negativeCounts,
    positive_spans: histogram.positiveSpans,
    positive_deltas: histogram.positiveDeltas.map(String),
    positive_counts: histogram.positiveCounts,
    reset_hint: histogram.resetHint,
    timestamp: histogram.timestampMs,
  };
}

const NAMES = ['a', 'b', 'job', 'instance', 'le', 'ünïcode', 'x'.repeat(127), 'y'.repeat(128)];
const VALUES = ['1', 'a', 'job', '__name__', 'some text', '😀', 'z'.repeat(200), 'w'.repeat(20_000)];
const METRICS = ['m', 'a', 'h_bucket', 'h_sum', 'c_total', 'some text'];
const MILLISECONDS = [0, 1, -1, 1_700_000_000_123, 2 ** 53 - 1, -(2 ** 53) + 1];
const DOUBLES = [0, -0, 1, 1.5, 1e308, 5e-324, Number.POSITIVE_INFINITY, Number.NaN];

function rollLabels(random: SeededRandom, names: readonly string[]): Pairs {
  const chosen = random.some(names).map((name) => [name, random.pick(VALUES)] as const);
  return chosen.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function rollSeries(random: SeededRandom): PlainSeries {
  const labels = [...rollLabels(random, NAMES), ['__name__', random.pick(METRICS)] as const].sort(
    ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const timestampMs = random.pick(MILLISECONDS);
  const exemplars = Array.from({ length: random.pick([0, 0, 1, 3]) }, () => ({
    labels: rollLabels(random, ['trace_id', 'span_id']),
    value: random.pick(DOUBLES),
    timestampMs: random.pick(MILLISECONDS),
  }));
  const more = exemplars.length > 0 ? { exemplars } : {};
  if (random.nat(4) === 0) return { labels, histogram: toWire(rollHistogram(random), timestampMs), ...more };
  return {
    labels,
    sample: { value: random.coin() ? random.double() : random.pick(DOUBLES), timestampMs },
    ...more,
  };
}

/** What of a decoded series is comparable to a plain one. */
function plainly({
  labels,
  samples,
  histograms,
  exemplars,
}: ReturnType<typeof decodeMessageV2>['series'][0]) {
  return {
    labels,
    ...(samples.length > 0 && { sample: samples[0] }),
    ...(histograms && { histogram: histograms[0] }),
    ...(exemplars && { exemplars }),
  };
}

describe('a translated request', () => {
  test('holds the same series, samples, histograms and exemplars, bit for bit', () => {
    const translator = newTranslator();
    holdsForSeeds(300, (random) => {
      const series = Array.from({ length: random.nat(20) }, () => rollSeries(random));
      const fields = toFields(series);
      const request = decodeMessageV2(translator.translate(fields));
      expect(request.series.map(plainly)).toEqual(series);
      const bits = (all: readonly PlainSeries[]) =>
        all.map(({ sample }) => sample && new Float64Array([sample.value]).buffer);
      expect(bits(request.series.map(plainly) as PlainSeries[])).toEqual(bits(series));
      const exemplars = series.reduce((sum, one) => sum + (one.exemplars?.length ?? 0), 0);
      expect(translator.exemplarCount).toBe(exemplars);
    });
  });

  test('is an empty message to who reads it as version 1.0', () => {
    holdsForSeeds(50, (random) => {
      const series = Array.from({ length: 1 + random.nat(5) }, () => rollSeries(random));
      const bytes = newTranslator().translate(toFields(series, [metadataOf('m', 1, 'text')]));
      const read = WRITE_REQUEST.decode(bytes) as unknown as { timeseries: unknown[]; metadata: unknown[] };
      expect([read.timeseries, read.metadata]).toEqual([[], []]);
    });
  });

  test('is byte for byte what the published definition makes of it', () => {
    const fields = toFields(
      [
        series(
          [
            ['__name__', 'm'],
            ['a', '1'],
          ],
          1.5,
        ),
      ],
      [metadataOf('m', 1, 'H')],
    );
    expect(newTranslator().translate(fields).toString('hex')).toBe(
      '220022085f5f6e616d655f5f22016d2201612201312201482a1e0a0401020304121009000000000000f83f10fbd095ffbc312a0408011805',
    );
  });
});

test('a native histogram is byte for byte what the published definition makes of it', () => {
  const histogram: DecodedHistogram = {
    count: 3n,
    sum: 4.5,
    schema: -1,
    zeroThreshold: 0.001,
    zeroCount: 0n,
    negativeSpans: [],
    negativeDeltas: [],
    negativeCounts: [],
    positiveSpans: [{ offset: -2, length: 2 }],
    positiveDeltas: [1n, 1n],
    positiveCounts: [],
    resetHint: 0,
    timestampMs: 1_700_000_000_123,
    customValues: [],
  };
  const bytes = newTranslator().translate(toFields([{ labels: [['__name__', 'h']], histogram }]));
  expect(bytes.toString('hex')).toBe(
    '220022085f5f6e616d655f5f2201682a310a0201021a290803190000000000001240200129fca9f1d24d62503f30005a04080310026202020278fbd095ffbc312a00',
  );
});

describe('start timestamps', () => {
  /** The fields with a start timestamp in their one series. */
  const withStart = (fields: Buffer, startMs: number) => {
    const end = varintEnd(fields, 1) + readVarint(fields, 1);
    const out = Buffer.allocUnsafeSlow(fields.length + MAX_START_BYTES + SLACK);
    const written = writeWithStart(out, 0, fields, end, findValue(fields, 0, end)!, startMs);
    return out.subarray(0, written + fields.copy(out, written, end));
  };

  test('leave in the fields of their samples', () => {
    const fields = toFields(
      [
        series(
          [
            ['__name__', 'm'],
            ['a', '1'],
          ],
          1.5,
        ),
      ],
      [metadataOf('m', 1, 'H')],
    );
    const bytes = newTranslator().translate(withStart(fields, 1_699_999_990_000));
    expect(bytes.toString('hex')).toBe(
      '220022085f5f6e616d655f5f22016d2201612201312201482a250a0401020304121709000000000000f83f10fbd095ffbc3118f08195ffbc312a0408011805',
    );
    expect(decodeMessageV2(bytes).series[0]?.startsMs).toEqual([1_699_999_990_000]);
  });

  test('leave in the fields of their histograms', () => {
    holdsForSeeds(50, (random) => {
      const histogram = toWire(rollHistogram(random), 1_700_000_000_123);
      const plain = { labels: [['__name__', 'h']] as const, histogram };
      const bytes = newTranslator().translate(withStart(toFields([plain]), 1_699_999_990_000));
      const [found] = decodeMessageV2(bytes).series;
      expect([plainly(found!), found?.startsMs]).toEqual([plain, [1_699_999_990_000]]);
    });
  });
});

describe('symbols', () => {
  test('are the empty text first, then each text once, in the order of its first use', () => {
    const all = [
      series([
        ['__name__', 'm'],
        ['a', 'm'],
      ]),
      series([
        ['__name__', 'n'],
        ['a', 'help'],
      ]),
    ];
    const request = decodeMessageV2(newTranslator().translate(toFields(all, [metadataOf('m', 2, 'help')])));
    expect(request.symbols).toEqual(['', '__name__', 'm', 'a', 'help', 'n']);
  });

  test('are complete in each request, and nothing is left of the one before', () => {
    const translator = newTranslator();
    const first = toFields([
      series([
        ['__name__', 'm'],
        ['a', '1'],
      ]),
    ]);
    const second = toFields([
      series([
        ['__name__', 'n'],
        ['b', '1'],
      ]),
    ]);
    expect(decodeMessageV2(translator.translate(first)).symbols).toEqual(['', '__name__', 'm', 'a', '1']);
    expect(decodeMessageV2(translator.translate(second)).symbols).toEqual(['', '__name__', 'n', 'b', '1']);
    expect(decodeMessageV2(translator.translate(first)).symbols).toEqual(['', '__name__', 'm', 'a', '1']);
  });

  test('of many series are each there once, however many there are', () => {
    const translator = newTranslator();
    for (const count of [1023, 1024, 1025, 70_000, 3]) {
      const all = Array.from({ length: count }, (_, i) =>
        series([
          ['__name__', 'm'],
          ['i', String(i)],
        ]),
      );
      const { symbols } = decodeMessageV2(translator.translate(toFields(all)));
      expect(symbols).toEqual(['', '__name__', 'm', 'i', ...all.map((_, i) => String(i))]);
    }
  });
});

describe('metadata', () => {
  const translator = newTranslator();
  /** Type, help and unit of a series of this name, in a request of its own. */
  const found = (name: string) => {
    const { metadata } = decodeMessageV2(translator.translate(toFields([named(name)]))).series[0]!;
    return metadata && [metadata.type, metadata.help, metadata.unit];
  };
  const UNKNOWN = [0, '', ''];

  test('is empty if nothing is known of the family, and never absent', () => {
    for (const name of ['unknown', 'c', 'h_bucket', '_total']) expect(found(name)).toEqual(UNKNOWN);
  });

  test('is in every series of its family, in its own request and in later ones', () => {
    const all = [
      metadataOf('c', 1, 'A counter', 'seconds'),
      metadataOf('g', 2, 'A gauge'),
      metadataOf('h', 3, 'A histogram'),
      metadataOf('gh', 4, 'A gauge histogram'),
      metadataOf('s', 5, 'A summary'),
      metadataOf('i', 6, 'An info'),
      metadataOf('p_total', 1, 'A counter in plain text'),
      metadataOf('u', 0, 'Help alone'),
    ];
    const parts = ['h', 'h_bucket', 'h_sum', 'h_count'].map(named);
    const own = decodeMessageV2(translator.translate(toFields(parts, all)));
    expect(own.series.map(({ metadata }) => metadata?.type)).toEqual([3, 3, 3, 3]);
    expect(new Set(own.series.map(({ metadata }) => metadata?.helpRef)).size).toBe(1);
    for (const name of ['c', 'c_total']) expect(found(name)).toEqual([1, 'A counter', 'seconds']);
    for (const name of ['h', 'h_bucket', 'h_sum', 'h_count'])
      expect(found(name)).toEqual([3, 'A histogram', '']);
    for (const name of ['gh_bucket', 'gh_gcount', 'gh_gsum', 'gh_count'])
      expect(found(name)).toEqual([4, 'A gauge histogram', '']);
    for (const name of ['s', 's_sum', 's_count']) expect(found(name)).toEqual([5, 'A summary', '']);
    expect(found('i_info')).toEqual([6, 'An info', '']);
    expect(found('p_total')).toEqual([1, 'A counter in plain text', '']);
    expect(found('u')).toEqual([0, 'Help alone', '']);
  });

  test('is not taken from a family whose type has no such part', () => {
    for (const name of ['g_total', 'g_bucket', 's_bucket', 'c_sum', 'h_total', 'c_info'])
      expect(found(name)).toEqual(UNKNOWN);
  });

  test('is the latest that was pushed', () => {
    translator.translate(toFields([named('c')], [metadataOf('c', 2, 'Now a gauge')]));
    expect(found('c')).toEqual([2, 'Now a gauge', '']);
    expect(found('c_total')).toEqual(UNKNOWN);
  });
});

function series(labels: Pairs, value = 1, timestampMs = 1_700_000_000_123): PlainSeries {
  return { labels, sample: { value, timestampMs } };
}

function named(name: string): PlainSeries {
  return series([['__name__', name]]);
}

function metadataOf(family: string, type: number, help: string, unit = ''): PlainMetadata {
  return { family, type, help, unit };
}
