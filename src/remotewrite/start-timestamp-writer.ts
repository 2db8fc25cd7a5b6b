// Puts start timestamps into the series of a push after all of them are written: only then is it known to which series a
// `_created` sample of OpenMetrics belongs, since it may come after them. Costs nothing if there are none.
import {
  compareLabelName,
  findMetricLabel,
  labelValueStart,
  METRIC_LABEL,
} from '../labels/encoded-labels.ts';
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { fieldEnd } from '../wire/varint.ts';
import { WriteRequestTag } from '../wire/write-request-tags.ts';
import { findValue, seriesTimestampMs } from './series-value.ts';
import { MAX_START_BYTES, writeWithStart } from './start-timestamps.ts';

export class StartTimestampWriter {
  readonly #maxSeriesBytes: number;
  readonly #created = new CreatedSamples();
  /** Where a series begins in the output → its start in ms. */
  readonly #ofSeries = new Map<number, number>();

  /** A series that would be larger than `maxSeriesBytes` with its start timestamp goes without. */
  constructor(maxSeriesBytes: number) {
    this.#maxSeriesBytes = maxSeriesBytes;
  }

  /** Starts a push. */
  reset(): void {
    this.#created.clear();
    this.#ofSeries.clear();
  }

  /** The series that begins at `seriesStart` began to count at `startMs`. */
  note(seriesStart: number, startMs: number): void {
    const settled = settle(startMs);
    if (settled !== undefined) this.#ofSeries.set(seriesStart, settled);
  }

  /** A `_created` sample of a family of this `MetricType`, whose labels are a range of the output. */
  noteCreated(
    out: OutputBuffer,
    labelsStart: number,
    labelsEnd: number,
    type: number,
    startMs: number,
  ): void {
    const settled = settle(startMs);
    if (settled !== undefined) this.#created.add(out.bytes, labelsStart, labelsEnd, type, settled);
  }

  /** Writes what was noted into the output, all of which is series. False if no start timestamp was written. */
  write(out: OutputBuffer): boolean {
    if (this.#ofSeries.size === 0 && this.#created.size === 0) return false;
    const written = Buffer.from(out.written());
    let hasStarts = false;
    out.length = 0;
    for (let at = 0; at < written.length; ) {
      const end = fieldEnd(written, at);
      out.reserve(end - at + MAX_START_BYTES);
      if (this.#writeSeries(out, written, at, end)) hasStarts = true;
      else out.length += written.copy(out.bytes, out.length, at, end);
      at = end;
    }
    return hasStarts;
  }

  #writeSeries(out: OutputBuffer, written: Buffer, at: number, end: number): boolean {
    if (written[at] !== WriteRequestTag.timeseries || end - at + MAX_START_BYTES > this.#maxSeriesBytes)
      return false;
    const value = findValue(written, at, end);
    if (value === undefined) return false;
    const timestampMs = seriesTimestampMs(written, value.fieldAt, end);
    const startMs =
      this.#ofSeries.get(at) ?? this.#created.find(written, value.contentAt, value.fieldAt, timestampMs);
    if (startMs === undefined || startMs > timestampMs) return false;
    out.length = writeWithStart(out.bytes, out.length, written, end, value, startMs);
    return true;
  }
}

/** On the wire 0 means "not known", so a start at 0 is written 1 ms later. Undefined for anything that is no time. */
function settle(startMs: number): number | undefined {
  if (!Number.isSafeInteger(startMs)) return undefined;
  return startMs === 0 ? 1 : startMs;
}

const CREATED = '_created';
const LE = Buffer.from('le');
const QUANTILE = Buffer.from('quantile');

const COUNTER = 1;
const HISTOGRAM = 3;
const SUMMARY = 5;

/** What series of a family of these types have after its name, and the label that distinguishes the parts of a metric. */
const PARTS: readonly {
  readonly suffix: string;
  readonly types: readonly number[];
  readonly bound?: Buffer;
}[] = [
  { suffix: '_total', types: [COUNTER] },
  { suffix: '_bucket', types: [HISTOGRAM], bound: LE },
  { suffix: '_count', types: [HISTOGRAM, SUMMARY] },
  { suffix: '_sum', types: [HISTOGRAM, SUMMARY] },
  { suffix: '', types: [COUNTER] },
  { suffix: '', types: [SUMMARY], bound: QUANTILE },
];

interface CreatedFamily {
  readonly type: number;
  /** Labels, all except the name, as bytes of their fields → the times of creation, as they came. */
  readonly starts: Map<string, number[]>;
}

/**
 * The `_created` samples of a push. They belong to the series of the same family with the same labels, except for the bound
 * of a bucket or quantile (https://prometheus.io/docs/specs/om/open_metrics_spec/#metricpoint).
 */
class CreatedSamples {
  readonly #families = new Map<string, CreatedFamily>();

  get size(): number {
    return this.#families.size;
  }

  clear(): void {
    this.#families.clear();
  }

  /** Takes a `_created` sample of a family of this `MetricType`. Labels are encoded `labels` fields of a series. */
  add(bytes: Buffer, labelsStart: number, labelsEnd: number, type: number, startMs: number): void {
    const name = nameOf(bytes, labelsStart, labelsEnd).slice(0, -CREATED.length);
    let family = this.#families.get(name);
    if (family === undefined) {
      family = { type, starts: new Map() };
      this.#families.set(name, family);
    }
    const labels = labelsWithout(bytes, labelsStart, labelsEnd, undefined);
    const starts = family.starts.get(labels);
    if (starts === undefined) family.starts.set(labels, [startMs]);
    else starts.push(startMs);
  }

  /** When the series with these labels began, as far as its sample at `timestampMs` is concerned: the latest time before that. */
  find(bytes: Buffer, labelsStart: number, labelsEnd: number, timestampMs: number): number | undefined {
    if (this.#families.size === 0) return undefined;
    const name = nameOf(bytes, labelsStart, labelsEnd);
    for (const { suffix, types, bound } of PARTS) {
      if (!name.endsWith(suffix)) continue;
      const family = this.#families.get(name.slice(0, name.length - suffix.length));
      if (family === undefined || !types.includes(family.type)) continue;
      const starts = family.starts.get(labelsWithout(bytes, labelsStart, labelsEnd, bound));
      return starts && latestUpTo(starts, timestampMs);
    }
    return undefined;
  }
}

function latestUpTo(starts: readonly number[], timestampMs: number): number | undefined {
  let latest: number | undefined;
  for (const start of starts) if (start <= timestampMs && start > (latest ?? -Infinity)) latest = start;
  return latest;
}

/** The metric name; each byte as one character. */
function nameOf(bytes: Buffer, start: number, end: number): string {
  const at = findMetricLabel(bytes, start, end);
  return at < 0 ? '' : bytes.toString('latin1', labelValueStart(bytes, at), fieldEnd(bytes, at));
}

/** The fields of all labels except the metric name and `bound`. */
function labelsWithout(bytes: Buffer, start: number, end: number, bound: Buffer | undefined): string {
  let kept = '';
  for (let at = start; at < end; ) {
    const next = fieldEnd(bytes, at);
    const isBound = bound !== undefined && compareLabelName(bytes, at, bound) === 0;
    if (!isBound && compareLabelName(bytes, at, METRIC_LABEL) !== 0)
      kept += bytes.toString('latin1', at, next);
    at = next;
  }
  return kept;
}
