// Puts start timestamps into the series of a push that has been written: only then is known to which series a `_created`
// sample belongs, since it may come behind them. Costs nothing where none were noted.
import type { OutputBuffer } from '../wire/output-buffer.ts';
import { fieldEnd } from '../wire/varint.ts';
import { WriteRequestTag } from '../wire/write-request-tags.ts';
import { CreatedSamples } from './created-samples.ts';
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

  /** Writes what was noted into the output, all of which is series. False where nothing of it was to be written. */
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

/** On the wire 0 stands for "not known": a start at 0 is written 1 ms later. Undefined for what is no time. */
function settle(startMs: number): number | undefined {
  if (!Number.isSafeInteger(startMs)) return undefined;
  return startMs === 0 ? 1 : startMs;
}
