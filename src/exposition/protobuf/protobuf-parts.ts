// The series that one histogram or summary is, part after part: the native histogram, the buckets with the last one made
// where it is left out, or the quantiles; then sum and count.
import { VALUE } from '../../labels/label-set.ts';
import type { NativeHistogram } from '../../labels/native-histogram.ts';
import { FloatTextCache } from '../../wire/float-text-cache.ts';
import type { ProtobufReader } from '../../wire/protobuf-reader.ts';
import { type BucketLabels, formatFloat, renderBucketLabel } from '../canonical-float.ts';
import { Role } from '../family-table.ts';
import type { Refuser } from '../name-rules.ts';
import { type ClassicTwin, Twin } from '../sample-parser.ts';
import { ProtobufBound } from './protobuf-bound.ts';
import { ProtobufElements } from './protobuf-elements.ts';
import type { ProtobufMetric } from './protobuf-metric.ts';
import { ProtobufNative } from './protobuf-native.ts';
import type { ProtobufPartNames } from './protobuf-part-names.ts';

/** What `next` gives or looks for. */
const Step = { none: 0, native: 1, bucket: 2, infinity: 3, quantile: 4, sum: 5, count: 6 } as const;

export class ProtobufParts {
  readonly #refuser: Refuser;
  readonly #metric: ProtobufMetric;
  readonly #names: ProtobufPartNames;
  readonly #native: ProtobufNative;
  readonly #elements: ProtobufElements;
  readonly #bound: ProtobufBound;
  readonly #boundTexts: FloatTextCache;
  #step: number = Step.none;
  #isSummary = false;
  #isGauge = false;
  #hasInfinity = false;
  /** How the classic series stand to the native histogram at hand. */
  #classicTwin: ClassicTwin = Twin.none;
  /** The part given last. */
  role: number = Role.own;
  histogram: NativeHistogram | undefined;
  twin: ClassicTwin = Twin.none;
  unsendableHistograms = 0;

  constructor(
    refuser: Refuser,
    reader: ProtobufReader,
    metric: ProtobufMetric,
    names: ProtobufPartNames,
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

  /** Starts with the first part of the metric read last, a summary. */
  enterSummary(): void {
    const { labels, start, end } = this.#metric;
    if (!labels.addBound(this.#names.quantileStart, this.#names.quantileEnd))
      this.#refuser.fail('expected no label "quantile" in a metric of a summary, found one');
    this.#isSummary = true;
    this.#elements.enterQuantiles(start, end);
    this.#step = Step.quantile;
  }

  /** Starts with the first part of the metric read last, a histogram. */
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

  /** Puts the next part into the labels' registers, all but its name and timestamp; false where there is none. */
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
    this.twin = Twin.none;
    return false;
  }

  #giveNative(): true {
    const { histogram, labels, start, end } = this.#metric;
    this.#native.read(start, end, this.#isGauge);
    this.#findTwin();
    this.#collectExemplars();
    this.#elements.enterBuckets(start, end);
    this.histogram = histogram.native;
    labels.useOwn();
    return this.#give(Role.own, Step.bucket);
  }

  /** Go's client puts an exemplar into a last bucket that is no classic histogram: only a bucket before it makes one. */
  #findTwin(): void {
    const elements = this.#elements;
    this.#classicTwin = Twin.made;
    while (this.#classicTwin === Twin.made && elements.next()) {
      this.#bound.readBucket(elements.start, elements.end);
      if (this.#bound.value !== Infinity) this.#classicTwin = Twin.pushed;
    }
  }

  /** The native histogram's own exemplars, or where it has none those of the classic buckets. */
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
    this.twin = this.#classicTwin;
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

/** A bound has no text of its own: `verbatim` writes it as `canonical` does. */
function renderBound(value: number, style: BucketLabels): string {
  const text = renderBucketLabel(formatFloat(value), style);
  if (text === undefined) throw new Error('BUG: a double has no text');
  return text;
}
