// Splits one histogram or summary into its series, in this order: the native histogram, the buckets (with `+Inf` added if it
// is left out) or the quantiles, the sum, the count.
import { VALUE } from '../../labels/label-set.ts';
import type { NativeHistogram } from '../../labels/native-histogram.ts';
import { FloatTextCache } from '../../wire/float-text-cache.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { type BucketLabels, formatFloat, renderBucketLabel } from '../canonical-float.ts';
import { Role } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';
import { ClassicOrigin } from '../sample-parser.ts';
import { ProtobufBound, ProtobufElements } from './elements.ts';
import type { ProtobufMetric } from './metric.ts';
import { ProtobufNative } from './native-histogram.ts';
import type { ProtobufSeriesNames } from './series-names.ts';

/** What `next` reads. */
const Step = { none: 0, native: 1, bucket: 2, infinity: 3, quantile: 4, sum: 5, count: 6 } as const;

export class ProtobufSeries {
  readonly #refuser: Refuser;
  readonly #metric: ProtobufMetric;
  readonly #names: ProtobufSeriesNames;
  readonly #native: ProtobufNative;
  readonly #elements: ProtobufElements;
  readonly #bound: ProtobufBound;
  readonly #boundTexts: FloatTextCache;
  #step: number = Step.none;
  #isSummary = false;
  #isGauge = false;
  #hasInfinity = false;
  /** The origin of the classic series that follow the native histogram. */
  #nextClassicOrigin: ClassicOrigin = ClassicOrigin.alone;
  /** Of the series read last. */
  role: number = Role.own;
  histogram: NativeHistogram | undefined;
  classicOrigin: ClassicOrigin = ClassicOrigin.alone;
  unsendableHistograms = 0;

  constructor(
    refuser: Refuser,
    reader: ProtobufReader,
    metric: ProtobufMetric,
    names: ProtobufSeriesNames,
    bucketLabels: BucketLabels,
  ) {
    this.#refuser = refuser;
    this.#metric = metric;
    this.#names = names;
    this.#native = new ProtobufNative(refuser, reader, metric.histogram);
    this.#elements = new ProtobufElements(reader);
    this.#bound = new ProtobufBound(reader, metric.exemplars, metric.sample);
    this.#boundTexts = new FloatTextCache(refuser.arena, (value) => renderBound(value, bucketLabels));
  }

  /** Starts a push. */
  reset(): void {
    this.#boundTexts.reset();
    this.#leave();
    this.unsendableHistograms = 0;
  }

  /** Starts with the first series of the metric read last, a summary. */
  enterSummary(): void {
    const { labels, start, end } = this.#metric;
    if (!labels.addBound(this.#names.quantileStart, this.#names.quantileEnd))
      this.#refuser.fail('expected no label "quantile" in a metric of a summary, found one');
    this.#isSummary = true;
    this.#elements.enterQuantiles(start, end);
    this.#step = Step.quantile;
  }

  /** Starts with the first series of the metric read last, a histogram. */
  enterHistogram(isGauge: boolean): void {
    const { labels, histogram, start, end } = this.#metric;
    if (!labels.addBound(this.#names.leStart, this.#names.leEnd))
      this.#refuser.fail('expected no label "le" in a metric of a histogram, found one');
    this.#isSummary = false;
    this.#isGauge = isGauge;
    this.#hasInfinity = false;
    this.#elements.enterBuckets(start, end);
    this.#step = Step.bucket;
    if (!histogram.isNative) return;
    if (histogram.hasCustomBuckets) this.unsendableHistograms++;
    else this.#step = Step.native;
  }

  /** Puts the next series into the LabelSet, without its name and timestamp; false if there is none. */
  next(): boolean {
    switch (this.#step) {
      case Step.native:
        return this.#giveNative();
      case Step.bucket:
        return this.#nextBucket();
      case Step.infinity:
        return this.#giveInfinity();
      case Step.quantile:
        return this.#nextQuantile();
      case Step.sum:
        return this.#giveSum();
      case Step.count:
        return this.#giveCount();
      default:
        return this.#leave();
    }
  }

  #leave(): false {
    this.#step = Step.none;
    this.histogram = undefined;
    this.classicOrigin = ClassicOrigin.alone;
    return false;
  }

  #giveNative(): true {
    const { histogram, labels, start, end } = this.#metric;
    this.#native.read(start, end, this.#isGauge);
    this.#findClassicOrigin();
    this.#collectExemplars();
    this.#elements.enterBuckets(start, end);
    this.histogram = histogram.native;
    labels.useOwn();
    return this.#give(Role.own, Step.bucket);
  }

  /**
   * Go's client writes a `+Inf` bucket with an exemplar into a purely native histogram, so only another bucket shows that a
   * classic histogram was pushed.
   */
  #findClassicOrigin(): void {
    const elements = this.#elements;
    this.#nextClassicOrigin = ClassicOrigin.derived;
    while (this.#nextClassicOrigin === ClassicOrigin.derived && elements.next()) {
      this.#bound.readBucket(elements.start, elements.end);
      if (this.#bound.value !== Infinity) this.#nextClassicOrigin = ClassicOrigin.pushed;
    }
  }

  /** The native histogram's own exemplars or, if it has none, those of the classic buckets. */
  #collectExemplars(): void {
    const { histogram, exemplars, start, end } = this.#metric;
    const elements = this.#elements;
    exemplars.begin();
    if (!histogram.hasExemplars) {
      elements.enterBuckets(start, end);
      while (!exemplars.isFull && elements.next()) this.#bound.readBucket(elements.start, elements.end);
      return;
    }
    elements.enterExemplars(start, end);
    while (elements.next()) {
      exemplars.merge(elements.start, elements.end);
      exemplars.finish();
    }
  }

  #nextBucket(): boolean {
    const elements = this.#elements;
    if (this.histogram !== undefined) this.#leaveNative();
    this.#metric.exemplars.begin();
    if (!elements.next()) {
      this.#step = this.#hasInfinity ? Step.sum : Step.infinity;
      return this.next();
    }
    this.#bound.readBucket(elements.start, elements.end);
    if (this.#bound.value === Infinity) this.#hasInfinity = true;
    this.#useBound();
    return this.#give(Role.bucket, Step.bucket);
  }

  #leaveNative(): void {
    this.histogram = undefined;
    this.classicOrigin = this.#nextClassicOrigin;
  }

  #nextQuantile(): boolean {
    const elements = this.#elements;
    if (!elements.next()) return this.#giveSum();
    this.#bound.readQuantile(elements.start, elements.end);
    this.#useBound();
    return this.#give(Role.own, Step.quantile);
  }

  #useBound(): void {
    const texts = this.#boundTexts;
    texts.use(this.#bound.value);
    this.#metric.labels.useBound(texts.start, texts.end);
  }

  #giveInfinity(): true {
    const { sample, histogram, labels } = this.#metric;
    sample[VALUE] = histogram.count;
    labels.useBound(this.#names.infinityStart, this.#names.infinityEnd);
    return this.#give(Role.bucket, Step.sum);
  }

  #giveSum(): true {
    const { sample, sum, histogram, labels } = this.#metric;
    sample[VALUE] = this.#isSummary ? sum : histogram.sum;
    labels.useOwn();
    return this.#give(Role.sum, Step.count);
  }

  #giveCount(): true {
    const { sample, count, histogram } = this.#metric;
    sample[VALUE] = this.#isSummary ? count : histogram.count;
    return this.#give(Role.count, Step.none);
  }

  #give(role: number, next: number): true {
    this.role = role;
    this.#step = next;
    return true;
  }
}

/** A bound has no pushed text, so `verbatim` writes it as `canonical` does. */
function renderBound(value: number, style: BucketLabels): string {
  const text = renderBucketLabel(formatFloat(value), style);
  if (text === undefined) throw new Error('BUG: a double has no text');
  return text;
}
