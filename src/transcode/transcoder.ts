// A push's body becomes remote-write bytes, whole or not at all. One transcoder serves all pushes, one after another:
// its buffers are reused, and what it returns is valid until the next push.
import { FamilyType, Role } from '../exposition/family-table.ts';
import { NumberScanner } from '../exposition/number-scanner.ts';
import { TextParser, type TextParserOptions } from '../exposition/text-parser.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { InfinityBucket } from '../remotewrite/infinity-bucket.ts';
import { SeriesEncoder } from '../remotewrite/series-encoder.ts';
import type { SeriesPieces } from '../remotewrite/series-pieces.ts';
import { ByteArena } from '../wire/byte-arena.ts';
import { hashEncodedLabels } from '../wire/label-hash.ts';
import { OutputBuffer } from '../wire/output-buffer.ts';
import { BodyMemory } from './body-memory.ts';
import { appendDueMetadata } from './due-metadata.ts';
import type { KnownSeriesSink } from './known-bodies.ts';
import { toStrictLines } from './line-endings.ts';
import { MetadataRegistry, signatureOf } from './metadata-registry.ts';
import { SeriesIndex } from './series-index.ts';

export interface TranscoderOptions extends TextParserOptions {
  readonly timestamps: 'honor' | 'reject' | 'ignore';
  readonly lineEndings: 'strict' | 'lenient';
  /** Bound on the encoded push. */
  readonly maxEncodedBytes: number;
  /** Bound on one encoded series: what fits the smallest backend request even where compression gains nothing. */
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

export class Transcoder implements KnownSeriesSink {
  readonly #options: TranscoderOptions;
  readonly #arena = new ByteArena();
  readonly #out: OutputBuffer;
  readonly #text: TextParser;
  readonly #encoder: SeriesEncoder;
  readonly #index: SeriesIndex;
  readonly #infinityBucket = new InfinityBucket();
  readonly #metadata: MetadataRegistry | undefined;
  /**
   * Five numbers for each `_count` sample of a histogram: where its labels begin and end, where it ends, its own time,
   * its line.
   */
  readonly #histogramCounts: number[] = [];
  #sampleCount = 0;
  readonly #memory = new BodyMemory();
  readonly #knownSample = new Float64Array(2);
  readonly #numbers = new NumberScanner(this.#knownSample, VALUE);

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
      this.#encoder.start(fixed);
      if (!this.#replay(fixed, receivedAtMs)) this.#parse(fixed, receivedAtMs);
      return { bytes: this.#out.written(), sampleCount: this.#sampleCount };
    } finally {
      this.#arena.trim();
    }
  }

  /** The push transcoded last has been accepted: its metadata counts as sent. */
  confirm(nowMs: number): void {
    this.#metadata?.confirm(nowMs);
  }

  /** Takes a body that is known but for its values; false where it is not, and nothing is kept of the attempt. */
  #replay(fixed: FixedLabels, receivedAtMs: number): boolean {
    this.#out.reset();
    this.#sampleCount = 0;
    this.#knownSample[TIMESTAMP_MS] = receivedAtMs;
    if (!this.#memory.replay(this.#arena, fixed, this.#numbers, this)) return false;
    return this.#metadata?.isQuiet(this.#memory.signature, receivedAtMs) ?? true;
  }

  /** For the replay: the next series of a known body. */
  take(pieces: SeriesPieces, firstPiece: number, behindPieces: number): boolean {
    this.#encoder.appendKnown(pieces, firstPiece, behindPieces, this.#knownSample);
    this.#sampleCount++;
    return this.#out.length - this.#encoder.seriesStart <= this.#options.maxSeriesBytes;
  }

  #parse(fixed: FixedLabels, receivedAtMs: number): void {
    this.#out.reset();
    this.#index.reset();
    this.#histogramCounts.length = 0;
    this.#memory.startTrace(this.#arena);
    this.#samples(fixed, receivedAtMs);
    const pushed = this.#sampleCount;
    this.#completeHistograms();
    // A bucket that was made stands behind all others, and is not made anew in a replay.
    if (this.#sampleCount !== pushed) this.#memory.dropTrace();
    const { families } = this.#text;
    this.#memory.finishTrace(this.#arena, fixed, this.#out.bytes, signatureOf(families));
    if (this.#metadata) appendDueMetadata(this.#out, this.#arena, families, this.#metadata, receivedAtMs);
  }

  #samples(fixed: FixedLabels, receivedAtMs: number): void {
    const parser = this.#text;
    const encoder = this.#encoder;
    const isHonored = this.#options.timestamps === 'honor';
    const { sample } = parser.labels;
    this.#sampleCount = 0;
    parser.start();
    while (parser.next()) {
      const hasOwn = parser.hasTimestamp && isHonored;
      if (!hasOwn) sample[TIMESTAMP_MS] = receivedAtMs;
      if (parser.hasTimestamp && this.#options.timestamps === 'reject') {
        parser.fail('expected no timestamp (timestamps: reject), found one');
      }
      if (fixed.hasLe || fixed.hasQuantile) this.#checkBoundLabel(fixed);
      encoder.append(parser.labels);
      this.#checkSize(encoder.seriesStart, parser.line);
      const ownTimestampMs = hasOwn ? sample[TIMESTAMP_MS]! : NaN;
      if (!this.#index.add(encoder.labelsStart, encoder.labelsEnd, encoder.labelsHash, ownTimestampMs)) {
        parser.fail(
          'expected each series once, or with ever later timestamps, found it again (same name and labels after those of the path)',
        );
      }
      this.#sampleCount++;
      if (parser.hasTimestamp) this.#memory.dropTrace();
      this.#memory.note(parser.valueStart, parser.position, encoder.labelsStart, encoder.labelsEnd);
      if (parser.role === Role.count && parser.families.type[parser.family] !== FamilyType.summary) {
        const { labelsStart, labelsEnd } = encoder;
        this.#histogramCounts.push(labelsStart, labelsEnd, this.#out.length, ownTimestampMs, parser.line);
      }
    }
  }

  /** A grouping label that would overwrite the bounds of buckets or quantiles makes them untrue. */
  #checkBoundLabel({ hasLe, hasQuantile }: FixedLabels): void {
    const parser = this.#text;
    const type = parser.families.type[parser.family]!;
    if (type < FamilyType.histogram) return;
    const isSummary = type === FamilyType.summary;
    if (isSummary ? !hasQuantile : !hasLe) return;
    const [name, kind] = isSummary ? ['quantile', 'summary'] : ['le', 'histogram'];
    parser.fail(`expected no label "${name}" in the path of a ${kind}, found one`);
  }

  #completeHistograms(): void {
    const counts = this.#histogramCounts;
    const out = this.#out;
    for (let i = 0; i < counts.length; i += 5) {
      const before = out.length;
      const bucket = this.#infinityBucket;
      if (!bucket.append(out, counts[i]!, counts[i + 1]!, counts[i + 2]!)) {
        // A label `le` may be the path's, and be empty in the next.
        this.#memory.dropTrace();
        continue;
      }
      const hash = hashEncodedLabels(out.bytes, out.view, bucket.labelsStart, bucket.labelsEnd);
      if (this.#index.add(bucket.labelsStart, bucket.labelsEnd, hash, counts[i + 3]!)) {
        this.#checkSize(before, counts[i + 4]!);
        this.#sampleCount++;
      } else out.length = before;
    }
  }

  /** Refuses the series that begins at `seriesStart` and was written last. */
  #checkSize(seriesStart: number, line: number): void {
    const { maxSeriesBytes } = this.#options;
    const bytes = this.#out.length - seriesStart;
    if (bytes > maxSeriesBytes) throw new SeriesTooLargeError(line, maxSeriesBytes, bytes);
  }
}
