// A push's body becomes remote-write bytes, whole or not at all. One transcoder serves all pushes, one after another:
// its buffers are reused, and what it returns is valid until the next push.
import { FamilyType, Role } from '../exposition/family-table.ts';
import { TextParser, type TextParserOptions } from '../exposition/text-parser.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { TIMESTAMP_MS } from '../labels/label-set.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { InfinityBucket } from '../remotewrite/infinity-bucket.ts';
import { SeriesEncoder } from '../remotewrite/series-encoder.ts';
import { ByteArena } from '../wire/byte-arena.ts';
import { hashEncodedLabels } from '../wire/label-hash.ts';
import { OutputBuffer } from '../wire/output-buffer.ts';
import { appendDueMetadata } from './due-metadata.ts';
import { toStrictLines } from './line-endings.ts';
import { MetadataRegistry } from './metadata-registry.ts';
import { SeriesIndex } from './series-index.ts';

export interface TranscoderOptions extends TextParserOptions {
  readonly timestamps: 'honor' | 'reject' | 'ignore';
  readonly lineEndings: 'strict' | 'lenient';
  /** Bound on the encoded push. */
  readonly maxEncodedBytes: number;
  /** Bound on one encoded series: the least of the backends' request limits. */
  readonly maxSeriesBytes: number;
  /** How often a family's TYPE and HELP are sent; undefined for never. */
  readonly metadataIntervalMs: number | undefined;
}

/** One series is larger than any request to a backend may be. */
export class SeriesTooLargeError extends RangeError {
  constructor(line: number, maxBytes: number, bytes: number) {
    super(
      `Cannot forward series of exposition line ${line}: expected at most ${maxBytes} bytes, found ${bytes}`,
    );
  }
}

export class Transcoder {
  readonly #options: TranscoderOptions;
  readonly #arena = new ByteArena();
  readonly #out: OutputBuffer;
  readonly #text: TextParser;
  readonly #encoder: SeriesEncoder;
  readonly #index: SeriesIndex;
  readonly #infinityBucket = new InfinityBucket();
  readonly #metadata: MetadataRegistry | undefined;
  /** Four numbers for each `_count` sample of a histogram: where its labels begin and end, where it ends, its own time. */
  readonly #histogramCounts: number[] = [];
  #sampleCount = 0;

  constructor(options: TranscoderOptions) {
    this.#options = options;
    this.#out = new OutputBuffer(options.maxEncodedBytes);
    this.#text = new TextParser(this.#arena, options);
    this.#encoder = new SeriesEncoder(this.#out);
    this.#index = new SeriesIndex(this.#out);
    if (options.metadataIntervalMs !== undefined)
      this.#metadata = new MetadataRegistry(options.metadataIntervalMs);
  }

  /**
   * Transcodes the text body that `chunks` hold, `length` bytes in all. Samples without a timestamp get `receivedAtMs`.
   * Throws ExpositionError for a malformed body, SeriesTooLargeError and OutputLimitError for one over a limit.
   */
  transcode(
    chunks: readonly Uint8Array[],
    length: number,
    fixed: FixedLabels,
    receivedAtMs: number,
  ): EncodedSeries {
    try {
      // Rewriting takes at most what was pushed (an escape shrinks, a bucket label has its quotes to grow into), and a
      // label is read twice at most.
      this.#arena.load(chunks, length, 2 * length);
      if (this.#options.lineEndings === 'lenient') toStrictLines(this.#arena);
      this.#out.reset();
      this.#index.reset();
      this.#histogramCounts.length = 0;
      this.#encoder.start(fixed);
      this.#samples(receivedAtMs);
      this.#completeHistograms();
      if (this.#metadata && this.#sampleCount > 0) {
        appendDueMetadata(this.#out, this.#arena, this.#text.families, this.#metadata, receivedAtMs);
      }
      return { bytes: this.#out.written(), sampleCount: this.#sampleCount };
    } finally {
      this.#arena.trim();
    }
  }

  /** The push transcoded last has been accepted: its metadata counts as sent. */
  confirm(nowMs: number): void {
    this.#metadata?.confirm(nowMs);
  }

  #samples(receivedAtMs: number): void {
    const parser = this.#text;
    const encoder = this.#encoder;
    const isHonored = this.#options.timestamps === 'honor';
    const { maxSeriesBytes } = this.#options;
    const { sample } = parser.labels;
    this.#sampleCount = 0;
    parser.start();
    while (parser.next()) {
      const hasOwn = parser.hasTimestamp && isHonored;
      if (!hasOwn) sample[TIMESTAMP_MS] = receivedAtMs;
      if (parser.hasTimestamp && this.#options.timestamps === 'reject') {
        parser.fail('expected no timestamp (timestamps: reject), found one');
      }
      encoder.append(parser.labels);
      const bytes = this.#out.length - encoder.seriesStart;
      if (bytes > maxSeriesBytes) throw new SeriesTooLargeError(parser.line, maxSeriesBytes, bytes);
      const ownTimestampMs = hasOwn ? sample[TIMESTAMP_MS]! : NaN;
      if (!this.#index.add(encoder.labelsStart, encoder.labelsEnd, encoder.labelsHash, ownTimestampMs)) {
        parser.fail(
          'expected each series once, found it a second time (same name and labels after those of the path)',
        );
      }
      this.#sampleCount++;
      if (parser.role === Role.count && parser.families.type[parser.family] !== FamilyType.summary) {
        this.#histogramCounts.push(encoder.labelsStart, encoder.labelsEnd, this.#out.length, ownTimestampMs);
      }
    }
  }

  #completeHistograms(): void {
    const counts = this.#histogramCounts;
    const out = this.#out;
    for (let i = 0; i < counts.length; i += 4) {
      const before = out.length;
      const bucket = this.#infinityBucket;
      if (!bucket.append(out, counts[i]!, counts[i + 1]!, counts[i + 2]!)) continue;
      const hash = hashEncodedLabels(out.bytes, out.view, bucket.labelsStart, bucket.labelsEnd);
      if (this.#index.add(bucket.labelsStart, bucket.labelsEnd, hash, counts[i + 3]!)) this.#sampleCount++;
      else out.length = before;
    }
  }
}
