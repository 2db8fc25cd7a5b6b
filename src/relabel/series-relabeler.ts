// Relabels an encoded push: fields of `prometheus.WriteRequest` 1.0 in, and out again with the labels that the rules make.
// What follows the labels is copied byte for byte. Invariant: the labels that leave are sorted, unique and not empty, each
// series has a name, and no series is there twice with the same time.
import type { RelabelConfig } from '../config/config.ts';
import { labelsEnd } from '../labels/encoded-labels.ts';
import { type EncodedSeries, SeriesTooLargeError } from '../remotewrite/encoded-series.ts';
import { SeriesIndex } from '../remotewrite/series-index.ts';
import { seriesTimestampMs } from '../remotewrite/series-value.ts';
import type { RelabelDrops } from '../telemetry/events.ts';
import { copyRange, SLACK } from '../wire/byte-ranges.ts';
import { OutputBuffer } from '../wire/output-buffer.ts';
import { fieldEnd, varintEnd, varintLength, writeVarint } from '../wire/varint.ts';
import { WriteRequestTag } from '../wire/write-request-tags.ts';
import { readLabels, showSeries } from './label-text.ts';
import { RelabelResult } from './relabel-cache.ts';
import { RelabelLookup } from './relabel-lookup.ts';
import { onlyChooses } from './relabel-rule.ts';

export interface RelabelOptions {
  readonly utf8Names: boolean;
  /** Bound on one series that the rules changed. */
  readonly maxSeriesBytes: number;
  /** Bound on the push after relabeling. */
  readonly maxBytes: number;
  /** If a series is over a limit, or became the same as another one of the push: refuse the push, or drop the series. */
  readonly onTrouble: 'refuse' | 'drop';
}

export interface RelabeledSeries extends EncodedSeries {
  /** Samples that are no longer among the others; undefined for none. */
  readonly dropped: RelabelDrops | undefined;
}

const NOTHING = new Uint8Array(0);

export class SeriesRelabeler {
  readonly #options: RelabelOptions;
  readonly #lookup: RelabelLookup;
  readonly #out: OutputBuffer;
  /** Undefined if no rule changes labels, because then no two series can become one. */
  readonly #index: SeriesIndex | undefined;
  #from: Buffer = Buffer.alloc(0);
  #fromView: DataView = new DataView(new ArrayBuffer(0));
  #seriesCount = 0;
  #isChanged = false;
  #drops = { rule: 0, noName: 0, duplicate: 0, tooLarge: 0 };

  /** `rules` have been checked with the configuration. */
  constructor(rules: readonly RelabelConfig[], options: RelabelOptions) {
    this.#options = options;
    this.#lookup = new RelabelLookup(rules, options.utf8Names);
    this.#out = new OutputBuffer(options.maxBytes);
    const whenColliding = options.onTrouble === 'refuse' ? 'refuse' : 'use a map';
    this.#index = rules.every(onlyChooses) ? undefined : new SeriesIndex(this.#out, whenColliding);
  }

  /**
   * The result is valid until the next call, and may be the bytes that were given. Throws SeriesClashError,
   * SeriesTooLargeError, OutputLimitError and CollisionError; with `onTrouble: drop` nothing.
   */
  relabel(encoded: EncodedSeries): RelabeledSeries {
    this.#load(encoded.bytes);
    this.#out.reset();
    this.#index?.reset();
    this.#seriesCount = 0;
    this.#isChanged = false;
    this.#drops = { rule: 0, noName: 0, duplicate: 0, tooLarge: 0 };
    const from = this.#from;
    for (let at = 0; at < from.length; ) {
      const end = fieldEnd(from, at);
      if (from[at] === WriteRequestTag.timeseries) this.#series(at, end);
      else this.#copy(at, end);
      at = end;
    }
    return this.#result(encoded);
  }

  /** Bytes are read in words, so there must be slack after them. */
  #load(bytes: Uint8Array): void {
    const { length } = bytes;
    if (bytes.byteOffset + length + SLACK <= bytes.buffer.byteLength) {
      this.#from = Buffer.from(bytes.buffer, bytes.byteOffset, length);
    } else {
      this.#from = Buffer.allocUnsafeSlow(length + SLACK).subarray(0, length);
      this.#from.set(bytes);
    }
    this.#fromView = new DataView(this.#from.buffer, this.#from.byteOffset, length + SLACK);
  }

  #result(encoded: EncodedSeries): RelabeledSeries {
    const { rule, noName, duplicate, tooLarge } = this.#drops;
    const dropped = rule + noName + duplicate + tooLarge;
    if (dropped === 0 && !this.#isChanged) return { ...encoded, dropped: undefined };
    // Metadata is not sent without series.
    const bytes = dropped > 0 && dropped === this.#seriesCount ? NOTHING : this.#out.written();
    const sampleCount = encoded.sampleCount - dropped;
    return { ...encoded, bytes, sampleCount, dropped: dropped > 0 ? this.#drops : undefined };
  }

  /** A field that is no series. If it does not fit and no push may be refused, it is left out. */
  #copy(start: number, end: number): void {
    const out = this.#out;
    if (this.#isOver(end - start)) return;
    out.reserve(end - start);
    out.length += this.#from.copy(out.bytes, out.length, start, end);
  }

  #series(at: number, end: number): void {
    const from = this.#from;
    const labelsAt = varintEnd(from, at + 1);
    const afterLabels = labelsEnd(from, labelsAt, end);
    const result = this.#lookup.look(from, this.#fromView, labelsAt, afterLabels);
    this.#seriesCount++;
    switch (result) {
      case RelabelResult.dropped:
        this.#drops.rule++;
        return;
      case RelabelResult.nameless:
        this.#drops.noName++;
        return;
      case RelabelResult.changed:
        this.#isChanged = true;
        return this.#append(labelsAt, afterLabels, end, this.#options.maxSeriesBytes);
      case RelabelResult.unchanged:
        return this.#append(labelsAt, afterLabels, end, Infinity);
    }
  }

  /** Writes the series with the labels that the look-up found, and takes it back if it is there already. */
  #append(labelsAt: number, labelsEnd: number, end: number, maxBytes: number): void {
    const out = this.#out;
    const { bytes, view, start, length, hash } = this.#lookup;
    const content = length + end - labelsEnd;
    const size = 1 + varintLength(content) + content;
    if (size > maxBytes || this.#isOver(size)) return this.#tooLarge(size);
    out.reserve(size);
    const seriesAt = out.length;
    out.bytes[seriesAt] = WriteRequestTag.timeseries;
    const newAt = writeVarint(out.bytes, seriesAt + 1, content);
    const newEnd = copyRange(bytes, view, start, out.bytes, out.view, newAt, length);
    out.length = copyRange(
      this.#from,
      this.#fromView,
      labelsEnd,
      out.bytes,
      out.view,
      newEnd,
      end - labelsEnd,
    );
    if (this.#index === undefined) return;
    if (this.#index.add(newAt, newEnd, hash, seriesTimestampMs(this.#from, labelsEnd, end))) return;
    out.length = seriesAt;
    this.#clash(labelsAt, labelsEnd, newAt, newEnd);
  }

  /** Whether so many more bytes are too many, and that is no reason to refuse the push. */
  #isOver(byteLength: number): boolean {
    return this.#options.onTrouble === 'drop' && this.#out.length + byteLength > this.#options.maxBytes;
  }

  #tooLarge(byteLength: number): void {
    this.#drops.tooLarge++;
    if (this.#options.onTrouble === 'drop') return;
    const { bytes, start, length } = this.#lookup;
    const series = `${showSeries(readLabels(bytes, start, start + length))} after relabeling`;
    throw new SeriesTooLargeError(series, this.#options.maxSeriesBytes, byteLength);
  }

  #clash(labelsAt: number, labelsEnd: number, newAt: number, newEnd: number): void {
    this.#drops.duplicate++;
    if (this.#options.onTrouble === 'drop') return;
    const made = showSeries(readLabels(this.#out.bytes, newAt, newEnd));
    throw new SeriesClashError(made, showSeries(readLabels(this.#from, labelsAt, labelsEnd)));
  }
}

/** Relabeling made one series of two of a push: it cannot be known which of their samples is meant. */
export class SeriesClashError extends SyntaxError {
  /** Both as people write them: what the rules made, and from what they made it the second time. */
  constructor(made: string, from: string) {
    super(
      `Cannot relabel push: expected metricRelabelConfigs to keep its series distinct, found ${made} a second time, made from ${from}`,
    );
  }
}
