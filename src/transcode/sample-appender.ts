// Sample by sample from a parser to the encoder: which timestamp, whether this backend takes it, whether it is there
// twice, whether it is too large; behind them the `+Inf` buckets that the body left out.
import { FamilyType, hasSuffixes, Role } from '../exposition/family-table.ts';
import { ClassicOrigin, type SampleParser } from '../exposition/sample-parser.ts';
import { hashEncodedLabels } from '../labels/encoded-labels.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { TIMESTAMP_MS, VALUE } from '../labels/label-set.ts';
import { InfinityBucket } from '../remotewrite/infinity-bucket.ts';
import type { SeriesEncoder } from '../remotewrite/series-encoder.ts';
import { SeriesIndex } from '../remotewrite/series-index.ts';
import { SeriesTooLargeError } from '../remotewrite/series-too-large-error.ts';
import { StartTimestampWriter } from '../remotewrite/start-timestamp-writer.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import type { BodyMemory } from './body-memory.ts';
import type { PushTime } from './push-time.ts';
import { type SendProfile, takesClassic } from './send-profile.ts';

export interface AppenderParts {
  readonly out: OutputBuffer;
  readonly encoder: SeriesEncoder;
  readonly memory: BodyMemory;
  readonly pushTime: PushTime | undefined;
}

export interface AppenderOptions {
  readonly timestamps: 'honor' | 'reject' | 'ignore';
  readonly maxSeriesBytes: number;
  /** Whether some backend takes the times at which series began to count. */
  readonly startTimestamps: boolean;
}

/**
 * A timestamp so far ahead is one in a wrong unit. Backends that take it refuse all that comes after, by other jobs too,
 * as out of bounds.
 */
const FAR_FUTURE_MS = 100 * 365.25 * 24 * 3600 * 1000;

/** Numbers for each count of a histogram: where its labels begin and end, where it ends, its own time, its line. */
const COUNT_STRIDE = 5;

export class SampleAppender {
  readonly #parts: AppenderParts;
  readonly #options: AppenderOptions;
  readonly #index: SeriesIndex;
  readonly #infinityBucket = new InfinityBucket();
  readonly #histogramCounts: number[] = [];
  #profile: SendProfile = { exemplars: true, nativeHistograms: true, classicHistograms: false };
  /** The family looked at last, and whether its samples give way to those of `pushTimeMetrics`. */
  #family = -1;
  #givesWay = false;
  sampleCount = 0;
  /** Native histograms that were pushed and not appended. */
  withheldHistograms = 0;
  /** Whether the body has something that not every backend takes. */
  isDivided = false;
  /** Numbers of the samples appended with timestamps of their own; undefined for none. A new list for each body. */
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

  /** Appends all samples of the body that the parser has before it. Throws ExpositionError and SeriesTooLargeError. */
  run(parser: SampleParser, fixed: FixedLabels, profile: SendProfile, receivedAtMs: number): void {
    this.#index.reset();
    this.#histogramCounts.length = 0;
    this.#profile = profile;
    this.#family = -1;
    this.#givesWay = false;
    this.sampleCount = 0;
    this.withheldHistograms = 0;
    this.isDivided = false;
    this.timed = undefined;
    this.#starts?.reset();
    this.#samples(parser, fixed, receivedAtMs);
    this.withheldHistograms += parser.unsendableHistograms;
    const pushed = this.sampleCount;
    this.#completeHistograms(parser);
    // A bucket that was made stands behind all others, and is not made anew in a replay.
    if (this.sampleCount !== pushed) this.#parts.memory.dropTrace();
    // Moves series: where they stand must not be asked for any more.
    this.hasStartTimestamps = this.#starts?.write(this.#parts.out) ?? false;
  }

  #samples(parser: SampleParser, fixed: FixedLabels, receivedAtMs: number): void {
    const { encoder, memory, pushTime } = this.#parts;
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
      if (parser.hasTimestamp) memory.dropTrace();
      memory.note(parser.valueStart, parser.position, encoder.labelsStart, encoder.labelsEnd);
      if (this.#starts !== undefined) this.#noteStart(parser, this.#starts);
      if (parser.leavesOutInfinity && parser.role === Role.count) this.#noteCount(parser, ownTimestampMs);
    }
  }

  /** The sample that is to be counted next has a timestamp of its own. */
  #noteTimed(): void {
    this.timed ??= [];
    this.timed.push(this.sampleCount);
  }

  #noteStart(parser: SampleParser, starts: StartTimestampWriter): void {
    const { createdMs } = parser;
    const isCreated = parser.role === Role.created;
    if (!isCreated && Number.isNaN(createdMs)) return;
    const { encoder, memory, out } = this.#parts;
    // It is not read anew in a replay.
    memory.dropTrace();
    if (!isCreated) {
      starts.note(encoder.seriesStart, createdMs);
      return;
    }
    const { labelsStart, labelsEnd } = encoder;
    const startMs = Math.round(parser.labels.sample[VALUE]! * 1000);
    starts.noteCreated(out, labelsStart, labelsEnd, parser.families.type[parser.family]!, startMs);
  }

  /** False where this backend does not take the sample. */
  #append(parser: SampleParser): boolean {
    const { labels, exemplars, histogram, classicOrigin } = parser;
    const { encoder } = this.#parts;
    if (histogram === undefined && classicOrigin === ClassicOrigin.alone && exemplars.count === 0) {
      encoder.append(labels);
      return true;
    }
    this.#parts.memory.dropTrace();
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
      this.#givesWay = pushTime.isNameOf(parser.families, parser.family);
    }
    if (this.#givesWay) this.#parts.memory.dropTrace();
    return this.#givesWay;
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
    const { out, memory } = this.#parts;
    for (let i = 0; i < counts.length; i += COUNT_STRIDE) {
      const before = out.length;
      const bucket = this.#infinityBucket;
      if (!bucket.append(out, counts[i]!, counts[i + 1]!, counts[i + 2]!)) {
        // A label `le` may be the path's, and be empty in the next.
        memory.dropTrace();
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

  /** Refuses the series that begins at `seriesStart` and was written last. */
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

/** A grouping label that would overwrite the bounds of buckets or quantiles makes them untrue. */
function checkBoundLabel(parser: SampleParser, { hasLe, hasQuantile }: FixedLabels): void {
  const type = parser.families.type[parser.family]!;
  if (!hasSuffixes(type)) return;
  const isSummary = type === FamilyType.summary;
  if (isSummary ? !hasQuantile : !hasLe) return;
  const [name, kind] = isSummary ? ['quantile', 'summary'] : ['le', 'histogram'];
  parser.fail(`expected no label "${name}" in the path of a ${kind}, found one`);
}
