// Fills a label set as a parser would, from names and values at any place of the arena.

import { compress } from 'snappyjs';
import type { ExemplarSet } from '../../src/labels/exemplar-set.ts';
import { type FixedLabels, fixLabels, LayoutNumbers } from '../../src/labels/fixed-labels.ts';
import { LabelSet, TIMESTAMP_MS, VALUE } from '../../src/labels/label-set.ts';
import type { NativeHistogram } from '../../src/labels/native-histogram.ts';
import { SeriesEncoder } from '../../src/remotewrite/series-encoder.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { OutputBuffer } from '../../src/wire/output-buffer.ts';
import { decodeWriteRequest } from '../support/decode-write-request.ts';

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface TestSeries {
  readonly metric: string;
  readonly pairs: Pairs;
  readonly value?: number;
  readonly timestampMs?: number;
}

/** One encoder with its registers, reused for every series. */
export class EncoderUnderTest {
  readonly out = new OutputBuffer(1 << 24);
  readonly encoder = new SeriesEncoder(this.out);
  readonly #arena = new ByteArena();
  readonly #labels = new LabelSet(this.#arena);
  readonly #layouts = new LayoutNumbers();

  fixed(grouping: Pairs, defaults: Readonly<Record<string, string>> = {}): FixedLabels {
    return fixLabels(new Map(grouping), defaults, this.#layouts);
  }

  /** The bytes of a push of these series. */
  encode(all: readonly TestSeries[], fixed: FixedLabels): Buffer {
    this.out.reset();
    this.#load(all);
    this.encoder.start(fixed);
    let at = 0;
    for (const series of all) {
      at = this.#fill(series, at);
      this.encoder.append(this.#labels);
    }
    return Buffer.from(this.out.written());
  }

  /** The bytes of a push of one series without labels of its own, of the job `test`. */
  encodeHistogram(
    metric: string,
    histogram: NativeHistogram,
    exemplars: ExemplarSet | undefined,
    timestampMs = 1000,
  ): Buffer {
    const series = { metric, pairs: [], timestampMs };
    this.out.reset();
    this.#load([series]);
    this.encoder.start(this.fixed([['job', 'test']]));
    this.#fill(series, 0);
    this.encoder.appendHistogram(this.#labels, histogram, exemplars);
    return Buffer.from(this.out.written());
  }

  #load(all: readonly TestSeries[]): void {
    const texts = all.flatMap(({ metric, pairs }) => [metric, ...pairs.flat()]);
    const body = Buffer.from(texts.join(''));
    this.#arena.load([body], body.length, 0);
  }

  #fill({ metric, pairs, value = 1, timestampMs = 1000 }: TestSeries, start: number): number {
    const labels = this.#labels;
    let at = start + Buffer.byteLength(metric);
    labels.metricStart = start;
    labels.metricEnd = at;
    labels.count = pairs.length;
    pairs.forEach(([name, text], i) => {
      labels.nameStart[i] = at;
      labels.nameEnd[i] = at += Buffer.byteLength(name);
      labels.valueStart[i] = at;
      labels.valueEnd[i] = at += Buffer.byteLength(text);
    });
    labels.hasEmpty = pairs.some(([, text]) => text === '');
    labels.maxBytes = at - start;
    labels.sample[VALUE] = value;
    labels.sample[TIMESTAMP_MS] = timestampMs;
    if (!labels.recall() && labels.settle() >= 0) throw new Error('BUG: a label name twice');
    return at;
  }
}

/** The labels that must leave: defaults fill, the grouping key wins, what is empty goes, sorted by bytes. */
export function expectedLabels(
  { metric, pairs }: TestSeries,
  grouping: Pairs,
  defaults: Readonly<Record<string, string>> = {},
): Pairs {
  const all = new Map<string, string>(Object.entries(defaults));
  for (const [name, text] of pairs) if (text !== '') all.set(name, text);
  for (const [name, text] of grouping) all.set(name, text);
  all.set('__name__', metric);
  return [...all]
    .filter(([, text]) => text !== '')
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export function decodeSeries(encoded: Uint8Array) {
  return decodeWriteRequest(compress(encoded)).series;
}
