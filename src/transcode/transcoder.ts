// A push's body becomes remote-write bytes, whole or not at all. One transcoder serves all pushes, one after another:
// its buffers are reused, and what it returns is valid until the next push.
import { ExpositionError } from '../exposition/exposition-error.ts';
import { NumberScanner } from '../exposition/number-scanner.ts';
import type { SampleParser } from '../exposition/sample-parser.ts';
import { cutEof } from '../exposition/text/open-metrics.ts';
import type { TextParserOptions } from '../exposition/text/text-parser.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import { PushRules, type PushRulesOptions } from '../relabel/push-rules.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { SeriesEncoder } from '../remotewrite/series-encoder.ts';
import type { SeriesPieces } from '../remotewrite/series-pieces.ts';
import { ByteArena } from '../wire/byte-arena.ts';
import { OutputBuffer } from '../wire/output-buffer.ts';
import type { BodyFormat } from './body-format.ts';
import { BodyMemory } from './body-memory.ts';
import { BodyParsers } from './body-parsers.ts';
import { appendDueMetadata } from './due-metadata.ts';
import type { KnownSeriesSink } from './known-bodies.ts';
import { toStrictLines } from './line-endings.ts';
import { MetadataRegistry, signatureOf } from './metadata-registry.ts';
import { PUSH_TIME_BYTES, PushTime } from './push-time.ts';
import { SampleAppender } from './sample-appender.ts';
import { distinctProfiles, type SendProfile } from './send-profile.ts';

export interface TranscoderOptions extends TextParserOptions, PushRulesOptions {
  readonly timestamps: 'honor' | 'reject' | 'ignore';
  readonly lineEndings: 'strict' | 'lenient';
  /** Whether each push gets a series with its time. */
  readonly pushTimeMetrics: boolean;
  /** Bound on the encoded push. */
  readonly maxEncodedBytes: number;
  /** Bound on one encoded series: what fits the smallest backend request even where compression gains nothing. */
  readonly maxSeriesBytes: number;
  /** How often a family's TYPE and HELP are sent; undefined for never. */
  readonly metadataIntervalMs: number | undefined;
  /** Whether some backend takes start timestamps (remote write 2.0). */
  readonly startTimestamps: boolean;
  /** What each backend takes. */
  readonly profiles: readonly SendProfile[];
}

export interface PushedBody {
  /** The decoded body, `length` bytes in all. */
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
  readonly format: BodyFormat;
}

/**
 * Bytes that rewriting may take for each byte pushed. In text an escape shrinks, a bucket label has its quotes to grow
 * into, and a label is read twice at most; protobuf has no names of buckets and no text of their bounds.
 */
const REWRITTEN_PER_TEXT_BYTE = 2;
const REWRITTEN_PER_PROTOBUF_BYTE = 4;
const REWRITTEN_MORE = 1024 + 2 * PUSH_TIME_BYTES;

/** Numbers of the formats whose bodies are remembered: the same bytes mean different things in them. */
const TEXT = 0;
const OPEN_METRICS = 1;

export class Transcoder implements KnownSeriesSink {
  readonly #options: TranscoderOptions;
  readonly #arena = new ByteArena();
  readonly #out: OutputBuffer;
  readonly #parsers: BodyParsers;
  readonly #encoder: SeriesEncoder;
  readonly #appender: SampleAppender;
  readonly #metadata: MetadataRegistry | undefined;
  readonly #pushTime: PushTime | undefined;
  readonly #memory = new BodyMemory();
  readonly #knownSample = new Float64Array(2);
  readonly #numbers = new NumberScanner(this.#knownSample, VALUE);
  readonly #profiles: readonly SendProfile[];
  readonly #profileOfBackend: readonly number[];
  readonly #rules: PushRules;
  #receivedAtMs = 0;
  /** Series of the body replayed last. */
  #knownSeries = 0;

  constructor(options: TranscoderOptions) {
    const { distinct, ofBackend } = distinctProfiles(options.profiles);
    this.#options = options;
    this.#profiles = distinct;
    this.#profileOfBackend = ofBackend;
    this.#out = new OutputBuffer(options.maxEncodedBytes);
    this.#parsers = new BodyParsers(this.#arena, options);
    this.#encoder = new SeriesEncoder(this.#out);
    this.#rules = new PushRules(options);
    if (options.pushTimeMetrics) this.#pushTime = new PushTime(this.#arena);
    this.#appender = new SampleAppender(
      { out: this.#out, encoder: this.#encoder, memory: this.#memory, pushTime: this.#pushTime },
      options,
    );
    if (options.metadataIntervalMs !== undefined)
      this.#metadata = new MetadataRegistry(options.metadataIntervalMs);
  }

  /**
   * Transcodes a body; one result for each backend. Samples without a timestamp get `receivedAtMs`. Throws
   * ExpositionError for a malformed body, SeriesClashError for one that the rules make so, SeriesTooLargeError and
   * OutputLimitError for one over a limit.
   */
  transcode(body: PushedBody, fixed: FixedLabels, receivedAtMs: number): readonly EncodedSeries[] {
    try {
      const { chunks, length, format } = body;
      const perByte = format === 'protobuf' ? REWRITTEN_PER_PROTOBUF_BYTE : REWRITTEN_PER_TEXT_BYTE;
      this.#arena.load(chunks, length, perByte * length + REWRITTEN_MORE);
      this.#encoder.start(fixed);
      this.#receivedAtMs = receivedAtMs;
      return this.#read(format, fixed);
    } finally {
      this.#arena.trim();
    }
  }

  /** The push transcoded last has been accepted: its metadata counts as sent. */
  confirm(nowMs: number): void {
    this.#metadata?.confirm(nowMs);
  }

  /** For the replay: the next series of a known body. */
  take(pieces: SeriesPieces, firstPiece: number, behindPieces: number): boolean {
    this.#encoder.appendKnown(pieces, firstPiece, behindPieces, this.#knownSample);
    this.#knownSeries++;
    return this.#out.length - this.#encoder.seriesStart <= this.#options.maxSeriesBytes;
  }

  #read(format: BodyFormat, fixed: FixedLabels): readonly EncodedSeries[] {
    if (format === 'protobuf') return this.#parse(this.#parsers.protobuf, fixed);
    if (this.#options.lineEndings === 'lenient') toStrictLines(this.#arena);
    switch (format) {
      case 'text':
        return this.#readText(fixed);
      case 'openMetrics':
      case 'openMetricsWithoutEof':
        return this.#readOpenMetrics(cutEof(this.#arena), format === 'openMetrics', fixed);
      case 'undeclared':
        return this.#readUndeclared(fixed);
    }
  }

  #readText(fixed: FixedLabels): readonly EncodedSeries[] {
    return this.#replay(TEXT, fixed) ?? this.#parse(this.#parsers.text, fixed, TEXT);
  }

  #readOpenMetrics(hasEof: boolean, requiresEof: boolean, fixed: FixedLabels): readonly EncodedSeries[] {
    const parser = this.#parsers.openMetrics;
    parser.lacksEof = requiresEof && !hasEof;
    const known = parser.lacksEof ? undefined : this.#replay(OPEN_METRICS, fixed);
    return known ?? this.#parse(parser, fixed, OPEN_METRICS);
  }

  /** A last line `# EOF` says OpenMetrics; in text it says nothing, so there it need not be put back. */
  #readUndeclared(fixed: FixedLabels): readonly EncodedSeries[] {
    if (!cutEof(this.#arena)) return this.#readText(fixed);
    try {
      return this.#readOpenMetrics(true, true, fixed);
    } catch (error) {
      if (!(error instanceof ExpositionError)) throw error;
      this.#arena.dropRewritten();
    }
    return this.#readText(fixed);
  }

  /** Takes a body that is known but for its values; undefined where it is not, and nothing is kept of the attempt. */
  #replay(format: number, fixed: FixedLabels): readonly EncodedSeries[] | undefined {
    this.#out.reset();
    this.#knownSeries = 0;
    this.#knownSample[TIMESTAMP_MS] = this.#receivedAtMs;
    if (!this.#memory.replay(this.#arena, format, fixed, this.#numbers, this)) return undefined;
    const isQuiet = this.#metadata?.isQuiet(this.#memory.signature, this.#receivedAtMs) ?? true;
    if (!isQuiet) return undefined;
    this.#pushTime?.append(this.#encoder, this.#receivedAtMs);
    const { seriesNumber } = this.#memory;
    const known = { ...this.#result(this.#knownSeries, 0, false), seriesNumber };
    return this.#forAllBackends(this.#rules.apply(known, true));
  }

  #parse(parser: SampleParser, fixed: FixedLabels, format?: number): readonly EncodedSeries[] {
    this.#memory.startTrace(this.#arena, format !== undefined);
    const first = this.#parseFor(this.#profiles[0]!, parser, fixed);
    this.#memory.finishTrace(
      this.#arena,
      format ?? TEXT,
      fixed,
      this.#out.bytes,
      signatureOf(parser.families),
    );
    if (!this.#appender.isDivided || this.#profiles.length === 1) return this.#forAllBackends(first);
    return this.#parseForOthers(first, parser, fixed);
  }

  #parseFor(profile: SendProfile, parser: SampleParser, fixed: FixedLabels): EncodedSeries {
    this.#out.reset();
    const { families } = parser;
    this.#appender.run(parser, fixed, profile, this.#receivedAtMs);
    const { sampleCount, withheldHistograms, timed, hasStartTimestamps } = this.#appender;
    this.#pushTime?.append(this.#encoder, this.#receivedAtMs);
    this.#pushTime?.describe(families);
    if (this.#metadata)
      appendDueMetadata(this.#out, this.#arena, families, this.#metadata, this.#receivedAtMs);
    const result = this.#result(sampleCount, withheldHistograms, hasStartTimestamps);
    const encoded = timed === undefined ? result : { ...result, timed };
    return this.#rules.apply(encoded, profile === this.#profiles[0]);
  }

  /** The body once more for each other profile: what stands in the output is kept aside. */
  #parseForOthers(first: EncodedSeries, parser: SampleParser, fixed: FixedLabels): readonly EncodedSeries[] {
    const results = [copyOf(first)];
    for (const profile of this.#profiles.slice(1)) {
      this.#arena.dropRewritten();
      results.push(copyOf(this.#parseFor(profile, parser, fixed)));
    }
    return this.#profileOfBackend.map((profile) => results[profile]!);
  }

  #result(pushedSamples: number, withheldHistograms: number, hasStartTimestamps: boolean): EncodedSeries {
    const sampleCount = pushedSamples + (this.#pushTime ? 1 : 0);
    return { bytes: this.#out.written(), sampleCount, withheldHistograms, hasStartTimestamps };
  }

  #forAllBackends(encoded: EncodedSeries): readonly EncodedSeries[] {
    return this.#profileOfBackend.length === 1 ? [encoded] : this.#profileOfBackend.map(() => encoded);
  }
}

function copyOf(encoded: EncodedSeries): EncodedSeries {
  return { ...encoded, bytes: Buffer.from(encoded.bytes) };
}
