// Takes the samples of a body from its parser to the encoder, one by one. It decides on the timestamp, whether this backend
// takes the sample, whether the series is a duplicate, and whether it is too large. After the last sample it appends the
// `+Inf` buckets that the body left out.
import { FamilyType, hasSuffixes, Role } from '../exposition/family-table.ts';
import { ClassicOrigin, type SampleParser } from '../exposition/sample-parser.ts';
import { hashEncodedLabels } from '../labels/encoded-labels.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import { SeriesTooLargeError } from '../remotewrite/encoded-series.ts';
import { InfinityBucket } from '../remotewrite/infinity-bucket.ts';
import type { SeriesEncoder } from '../remotewrite/series-encoder.ts';
import { SeriesIndex } from '../remotewrite/series-index.ts';
import { StartTimestampWriter } from '../remotewrite/start-timestamp-writer.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import type { KnownBodies } from './known-bodies.ts';
import type { PushTime } from './push-time.ts';
import { type SendProfile, takesClassic } from './send-profile.ts';

export interface AppenderParts {
  readonly out: OutputBuffer;
  readonly encoder: SeriesEncoder;
  readonly knownBodies: KnownBodies;
  readonly pushTime: PushTime | undefined;
}

export interface AppenderOptions {
  readonly timestamps: 'honor' | 'reject' | 'ignore';
  readonly maxSeriesBytes: number;
  /** Whether some backend takes start timestamps (remote write 2.0). */
  readonly startTimestamps: boolean;
}

/**
 * A timestamp this far ahead has a wrong unit. A backend that accepts it then refuses all later samples, also those of
 * other jobs, as out of bounds.
 */
const FAR_FUTURE_MS = 100 * 365.25 * 24 * 3600 * 1000;

/** Five numbers for each count of a histogram: where its labels begin and end, where it ends, its own time, its line. */
const COUNT_STRIDE = 5;

export class SampleAppender {
  readonly #parts: AppenderParts;
  readonly #options: AppenderOptions;
  readonly #index: SeriesIndex;
  readonly #infinityBucket = new InfinityBucket();
  readonly #histogramCounts: number[] = [];
  #profile: SendProfile = { exemplars: true, nativeHistograms: true, classicHistograms: false };
  /** The family of the last sample, and whether the series of `pushTimeMetrics` replaces it. */
  #family = -1;
  #isPushTimeFamily = false;
  sampleCount = 0;
  /** Native histograms that were pushed but not appended. */
  withheldHistograms = 0;
  /** Whether the body has something that not all backends take, such as exemplars. */
  isDivided = false;
  /** Numbers of the appended samples that have timestamps of their own; undefined for none. A new list for each body. */
  timed: number[] | undefined;
  /** Whether start timestamps were written. */
  hasStartTimestamps = false;
  readonly #starts: StartTimestampWriter | undefined;

  constructor(parts: AppenderParts, options: AppenderOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#index = new SeriesIndex(parts.out);
    if (options.startTimestamps) this.#starts = new StartTimestampWriter(options.maxSeriesBytes);
  }

  /** Appends all samples of the body in the arena. Throws ExpositionError and SeriesTooLargeError. */
  run(parser: SampleParser, fixed: FixedLabels, profile: SendProfile, receivedAtMs: number): void {
    this.#index.reset();
    this.#histogramCounts.length = 0;
    this.#profile = profile;
    this.#family = -1;
    this.#isPushTimeFamily = false;
    this.sampleCount = 0;
    this.withheldHistograms = 0;
    this.isDivided = false;
    this.timed = undefined;
    this.#starts?.reset();
    this.#samples(parser, fixed, receivedAtMs);
    this.withheldHistograms += parser.unsendableHistograms;
    const pushed = this.sampleCount;
    this.#completeHistograms(parser);
    // Buckets that were made come after all other series, and a replay would not make them again.
    if (this.sampleCount !== pushed) this.#parts.knownBodies.stopRecording();
    // This moves series, so their positions are not valid after it.
    this.hasStartTimestamps = this.#starts?.write(this.#parts.out) ?? false;
  }

  #samples(parser: SampleParser, fixed: FixedLabels, receivedAtMs: number): void {
    const { encoder, knownBodies, pushTime } = this.#parts;
    const isHonored = this.#options.timestamps === 'honor';
    const { sample } = parser.labels;
    const latestMs = receivedAtMs + FAR_FUTURE_MS;
    parser.start();
    while (parser.next()) {
      const hasOwn = parser.hasTimestamp && isHonored;
      if (!hasOwn) sample[TIMESTAMP_MS] = receivedAtMs;
      if (parser.hasTimestamp && this.#options.timestamps === 'reject') {
        parser.fail('expected no timestamp (timestamps: reject), found one');
      }
      if (hasOwn && sample[TIMESTAMP_MS]! > latestMs) refuseFarFuture(parser);
      if (fixed.hasLe || fixed.hasQuantile) checkBoundLabel(parser, fixed);
      if (pushTime !== undefined && this.#isReplaced(parser, pushTime)) continue;
      if (!this.#append(parser)) continue;
      this.#checkSize(parser, encoder.seriesStart, parser.line);
      const ownTimestampMs = hasOwn ? sample[TIMESTAMP_MS]! : NaN;
      if (!this.#index.add(encoder.labelsStart, encoder.labelsEnd, encoder.labelsHash, ownTimestampMs)) {
        parser.fail(
          'expected each series once, or with ever later timestamps, found it again (same name and labels after those of the path)',
        );
      }
      if (hasOwn) this.#noteTimed();
      this.sampleCount++;
      if (parser.hasTimestamp) knownBodies.stopRecording();
      knownBodies.noteSample(parser.valueStart, parser.position, encoder.labelsStart, encoder.labelsEnd);
      if (this.#starts !== undefined) this.#noteStart(parser, this.#starts);
      if (parser.leavesOutInfinity && parser.role === Role.count) this.#noteCount(parser, ownTimestampMs);
    }
  }

  /** The sample to be counted next has its own timestamp. */
  #noteTimed(): void {
    this.timed ??= [];
    this.timed.push(this.sampleCount);
  }

  #noteStart(parser: SampleParser, starts: StartTimestampWriter): void {
    const { createdMs } = parser;
    const isCreated = parser.role === Role.created;
    if (!isCreated && Number.isNaN(createdMs)) return;
    const { encoder, knownBodies, out } = this.#parts;
    // A replay would not read it again.
    knownBodies.stopRecording();
    if (!isCreated) {
      starts.note(encoder.seriesStart, createdMs);
      return;
    }
    const { labelsStart, labelsEnd } = encoder;
    const startMs = Math.round(parser.labels.sample[VALUE]! * 1000);
    starts.noteCreated(out, labelsStart, labelsEnd, parser.families.type[parser.family]!, startMs);
  }

  /** False if this backend does not take the sample. */
  #append(parser: SampleParser): boolean {
    const { labels, exemplars, histogram, classicOrigin } = parser;
    const { encoder } = this.#parts;
    if (histogram === undefined && classicOrigin === ClassicOrigin.alone && exemplars.count === 0) {
      encoder.append(labels);
      return true;
    }
    this.#parts.knownBodies.stopRecording();
    this.isDivided = true;
    const profile = this.#profile;
    const sent = profile.exemplars && exemplars.count > 0 ? exemplars : undefined;
    if (histogram !== undefined) {
      if (profile.nativeHistograms) encoder.appendHistogram(labels, histogram, sent);
      else this.withheldHistograms++;
      return profile.nativeHistograms;
    }
    if (!takesClassic(profile, classicOrigin)) return false;
    if (sent) encoder.appendWithExemplars(labels, sent);
    else encoder.append(labels);
    return true;
  }

  #isReplaced(parser: SampleParser, pushTime: PushTime): boolean {
    if (parser.family !== this.#family) {
      this.#family = parser.family;
      this.#isPushTimeFamily = pushTime.isNameOf(parser.families, parser.family);
    }
    if (this.#isPushTimeFamily) this.#parts.knownBodies.stopRecording();
    return this.#isPushTimeFamily;
  }

  #noteCount(parser: SampleParser, ownTimestampMs: number): void {
    if (parser.families.type[parser.family] === FamilyType.summary) return;
    const { encoder, out } = this.#parts;
    this.#histogramCounts.push(
      encoder.labelsStart,
      encoder.labelsEnd,
      out.length,
      ownTimestampMs,
      parser.line,
    );
  }

  #completeHistograms(parser: SampleParser): void {
    const counts = this.#histogramCounts;
    const { out, knownBodies } = this.#parts;
    for (let i = 0; i < counts.length; i += COUNT_STRIDE) {
      const before = out.length;
      const bucket = this.#infinityBucket;
      if (!bucket.append(out, counts[i]!, counts[i + 1]!, counts[i + 2]!)) {
        // The label `le` may come from the path, and be empty in the next one.
        knownBodies.stopRecording();
        continue;
      }
      const hash = hashEncodedLabels(out.bytes, out.view, bucket.labelsStart, bucket.labelsEnd);
      if (this.#index.add(bucket.labelsStart, bucket.labelsEnd, hash, counts[i + 3]!)) {
        this.#checkSize(parser, before, counts[i + 4]!);
        if (!Number.isNaN(counts[i + 3]!)) this.#noteTimed();
        this.sampleCount++;
      } else out.length = before;
    }
  }

  /** Refuses the series written last, which begins at `seriesStart`, if it is too large. */
  #checkSize(parser: SampleParser, seriesStart: number, line: number): void {
    const { maxSeriesBytes } = this.#options;
    const bytes = this.#parts.out.length - seriesStart;
    if (bytes > maxSeriesBytes)
      throw new SeriesTooLargeError(`of exposition ${parser.placeOf(line)}`, maxSeriesBytes, bytes);
  }
}

function refuseFarFuture(parser: SampleParser): never {
  const found = `${parser.labels.sample[TIMESTAMP_MS]} ms`;
  return parser.fail(
    `expected a timestamp not more than 100 years ahead, found ${found} (text has milliseconds, OpenMetrics seconds)`,
  );
}

/** A grouping label must not overwrite the bounds of buckets or quantiles. */
function checkBoundLabel(parser: SampleParser, { hasLe, hasQuantile }: FixedLabels): void {
  const type = parser.families.type[parser.family]!;
  if (!hasSuffixes(type)) return;
  const isSummary = type === FamilyType.summary;
  if (isSummary ? !hasQuantile : !hasLe) return;
  const [name, kind] = isSummary ? ['quantile', 'summary'] : ['le', 'histogram'];
  parser.fail(`expected no label "${name}" in the path of a ${kind}, found one`);
}
