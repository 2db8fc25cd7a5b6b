// Turns the body of a push into bytes of remote write, completely or not at all: reads it in its format, encodes its samples
// for each kind of backend, adds metadata that is due, and applies the relabeling rules. One transcoder serves all pushes,
// one after another. Its buffers are reused, so a result is valid until the next push.
import { ExpositionError } from '../exposition/exposition-error.ts';
import { NumberScanner } from '../exposition/number-scanner.ts';
import { ProtobufParser } from '../exposition/protobuf/protobuf-parser.ts';
import type { SampleParser } from '../exposition/sample-parser.ts';
import { cutEof, OPEN_METRICS } from '../exposition/text/open-metrics.ts';
import { TextParser, type TextParserOptions } from '../exposition/text/text-parser.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import { MetricRelabeler, type MetricRelabelerOptions } from '../relabel/metric-relabeler.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { SeriesEncoder } from '../remotewrite/series-encoder.ts';
import type { SeriesPieces } from '../remotewrite/series-pieces.ts';
import { CR, LF } from '../wire/ascii.ts';
import { ByteArena } from '../wire/byte-arena.ts';
import { OutputBuffer } from '../wire/output-buffer.ts';
import type { BodyFormat } from './body-format.ts';
import type { KnownSeriesSink } from './body-tree.ts';
import { DueMetadata, signatureOf } from './due-metadata.ts';
import { KnownBodies, KnownFormat } from './known-bodies.ts';
import { PUSH_TIME_BYTES, PushTime } from './push-time.ts';
import { SampleAppender } from './sample-appender.ts';
import { distinctProfiles, type SendProfile } from './send-profile.ts';

export interface TranscoderOptions extends TextParserOptions, MetricRelabelerOptions {
  readonly timestamps: 'honor' | 'reject' | 'ignore';
  readonly lineEndings: 'strict' | 'lenient';
  /** Whether each push gets a series with its time. */
  readonly pushTimeMetrics: boolean;
  /** Limit on the encoded push. */
  readonly maxEncodedBytes: number;
  /** Limit on one encoded series: what fits into the smallest backend request even if it does not compress. */
  readonly maxSeriesBytes: number;
  /** How often TYPE and HELP of a family are sent; undefined for never. */
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
 * Bytes of the arena that parsers may write to for each byte pushed. In text an escape shrinks, the quotes of a bucket
 * label leave room for its number to grow, and a label is read at most twice. In protobuf neither the names of buckets nor
 * the text of their bounds are pushed.
 */
const REWRITTEN_PER_TEXT_BYTE = 2;
const REWRITTEN_PER_PROTOBUF_BYTE = 4;
const REWRITTEN_MORE = 1024 + 2 * PUSH_TIME_BYTES;

export class Transcoder implements KnownSeriesSink {
  readonly #options: TranscoderOptions;
  readonly #arena = new ByteArena();
  readonly #out: OutputBuffer;
  readonly #encoder: SeriesEncoder;
  readonly #appender: SampleAppender;
  readonly #textParser: TextParser;
  /** Made for the first body of their formats. */
  #openMetricsParser: TextParser | undefined;
  #protobufParser: ProtobufParser | undefined;
  readonly #metadata: DueMetadata | undefined;
  readonly #pushTime: PushTime | undefined;
  readonly #rules: MetricRelabeler;
  /** The different profiles, and for each backend the number of its profile. */
  readonly #profiles: readonly SendProfile[];
  readonly #profileOfBackend: readonly number[];
  readonly #knownBodies = new KnownBodies();
  readonly #knownSample = new Float64Array(2);
  readonly #numbers = new NumberScanner(this.#knownSample, VALUE);
  /** Series of the body that is being replayed. */
  #knownSeries = 0;
  #receivedAtMs = 0;

  constructor(options: TranscoderOptions) {
    const { distinct, ofBackend } = distinctProfiles(options.profiles);
    this.#options = options;
    this.#profiles = distinct;
    this.#profileOfBackend = ofBackend;
    this.#out = new OutputBuffer(options.maxEncodedBytes);
    this.#textParser = new TextParser(this.#arena, options);
    this.#encoder = new SeriesEncoder(this.#out);
    this.#rules = new MetricRelabeler(options);
    if (options.pushTimeMetrics) this.#pushTime = new PushTime(this.#arena);
    this.#appender = new SampleAppender(
      { out: this.#out, encoder: this.#encoder, knownBodies: this.#knownBodies, pushTime: this.#pushTime },
      options,
    );
    if (options.metadataIntervalMs !== undefined)
      this.#metadata = new DueMetadata(options.metadataIntervalMs);
  }

  /**
   * Transcodes a body; one result for each backend. Samples without a timestamp get `receivedAtMs`. Throws
   * ExpositionError for a malformed body, SeriesClashError if relabeling rules make two series the same, and
   * SeriesTooLargeError and OutputLimitError for a limit.
   */
  transcode(body: PushedBody, fixed: FixedLabels, receivedAtMs: number): readonly EncodedSeries[] {
    try {
      const { chunks, length, format } = body;
      const perByte = format === 'protobuf' ? REWRITTEN_PER_PROTOBUF_BYTE : REWRITTEN_PER_TEXT_BYTE;
      this.#arena.load(chunks, length, perByte * length + REWRITTEN_MORE);
      this.#encoder.start(fixed);
      this.#receivedAtMs = receivedAtMs;
      return this.#readAs(format, fixed);
    } finally {
      this.#arena.trim();
    }
  }

  /** The push transcoded last has been accepted, so its metadata counts as sent. */
  confirm(nowMs: number): void {
    this.#metadata?.confirm(nowMs);
  }

  #readAs(format: BodyFormat, fixed: FixedLabels): readonly EncodedSeries[] {
    if (format === 'protobuf') return this.#readProtobuf(fixed);
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

  #readProtobuf(fixed: FixedLabels): readonly EncodedSeries[] {
    this.#protobufParser ??= new ProtobufParser(this.#arena, this.#options);
    return this.#parse(this.#protobufParser, fixed);
  }

  #readText(fixed: FixedLabels): readonly EncodedSeries[] {
    return this.#replay(KnownFormat.text, fixed) ?? this.#parse(this.#textParser, fixed, KnownFormat.text);
  }

  #readOpenMetrics(hasEof: boolean, requiresEof: boolean, fixed: FixedLabels): readonly EncodedSeries[] {
    this.#openMetricsParser ??= new TextParser(this.#arena, this.#options, OPEN_METRICS);
    const parser = this.#openMetricsParser;
    parser.lacksEof = requiresEof && !hasEof;
    const known = parser.lacksEof ? undefined : this.#replay(KnownFormat.openMetrics, fixed);
    return known ?? this.#parse(parser, fixed, KnownFormat.openMetrics);
  }

  /** With `# EOF` as its last line a body is OpenMetrics if it can be. In text that line is a comment, so it may stay cut. */
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

  /** Reads only the values of a known body. Undefined if the body is not known; then nothing is kept of the attempt. */
  #replay(format: number, fixed: FixedLabels): readonly EncodedSeries[] | undefined {
    this.#out.reset();
    this.#knownSeries = 0;
    this.#knownSample[TIMESTAMP_MS] = this.#receivedAtMs;
    if (!this.#knownBodies.replay(this.#arena, format, fixed, this.#numbers, this)) return undefined;
    // Metadata is in the lines that a replay does not read.
    const hasNoneDue = this.#metadata?.hasNoneDue(this.#knownBodies.signature, this.#receivedAtMs) ?? true;
    if (!hasNoneDue) return undefined;
    this.#pushTime?.append(this.#encoder, this.#receivedAtMs);
    const { seriesNumber } = this.#knownBodies;
    const known = { ...this.#result(this.#knownSeries, 0, false), seriesNumber };
    return this.#forAllBackends(this.#rules.apply(known, true));
  }

  /** Called by the replay: encodes the next series of a known body. */
  take(pieces: SeriesPieces, firstPiece: number, piecesEnd: number): boolean {
    this.#encoder.appendKnown(pieces, firstPiece, piecesEnd, this.#knownSample);
    this.#knownSeries++;
    return this.#out.length - this.#encoder.seriesStart <= this.#options.maxSeriesBytes;
  }

  /** Parses a body in full, and records it if it has one of the formats of known bodies. */
  #parse(parser: SampleParser, fixed: FixedLabels, format?: number): readonly EncodedSeries[] {
    this.#knownBodies.startRecording(this.#arena, format !== undefined);
    const first = this.#parseFor(this.#profiles[0]!, parser, fixed);
    this.#knownBodies.finishRecording(
      this.#arena,
      format ?? KnownFormat.text,
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
    this.#metadata?.append(this.#out, this.#arena, families, this.#receivedAtMs);
    const result = this.#result(sampleCount, withheldHistograms, hasStartTimestamps);
    const encoded = timed === undefined ? result : { ...result, timed };
    return this.#rules.apply(encoded, profile === this.#profiles[0]);
  }

  /** Parses the body again for each other profile. Every result is copied, since the output buffer is reused. */
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

/** `lineEndings: lenient` accepts what Windows tools send: replaces CR LF by LF and adds a missing last LF, in place. */
function toStrictLines(arena: ByteArena): void {
  const { bytes } = arena;
  let end = arena.bodyEnd;
  let from = bytes.subarray(0, end).indexOf(CR);
  if (from >= 0) {
    let to = from;
    for (; from < end; from++) {
      if (bytes[from] !== CR || bytes[from + 1] !== LF) bytes[to++] = bytes[from]!;
    }
    end = to;
  }
  if (end > 0 && bytes[end - 1] !== LF) bytes[end++] = LF;
  if (end !== arena.bodyEnd) arena.setBodyEnd(end);
}

function copyOf(encoded: EncodedSeries): EncodedSeries {
  return { ...encoded, bytes: Buffer.from(encoded.bytes) };
}
