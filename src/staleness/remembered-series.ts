// The series of one group as a backend got them: their encoded labels, back to back in one piece of memory, in runs that
// were pushed together. Invariant: runs share no metric name, since a push replaces what has its names.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { SeriesCursor } from '../remotewrite/series-cursor.ts';
import { SLACK } from '../wire/words.ts';

/** What a set takes besides its labels and ends, as measured: its objects, and what an array buffer takes outside the heap. */
const SET_BYTES = 800;
const BYTES_PER_END = 4;
const BYTES_PER_RUN = 16;

export class RememberedSeries {
  /** The ends of all series, then their labels, then the slack. */
  readonly view: DataView;
  /** For each run the number of the series behind its last one. */
  readonly runEnds: readonly number[];
  /** For each run the number of the push that was last found to have its series. */
  readonly #runNumbers: (number | undefined)[];

  constructor(view: DataView, runEnds: readonly number[]) {
    this.view = view;
    this.runEnds = runEnds;
    this.#runNumbers = runEnds.map(() => undefined);
  }

  get count(): number {
    return this.runEnds.at(-1) ?? 0;
  }

  /** The memory that it takes, about. */
  get heldBytes(): number {
    return SET_BYTES + this.view.byteLength + BYTES_PER_RUN * this.runEnds.length;
  }

  /** Where the labels of a series begin in the view. */
  start(series: number): number {
    return series === 0 ? BYTES_PER_END * this.count : this.end(series - 1);
  }

  end(series: number): number {
    return this.view.getUint32(BYTES_PER_END * series, true);
  }

  /** Whether the push has exactly the series of one run, in its order. */
  hasRun(fresh: EncodedSeries): boolean {
    const { seriesNumber } = fresh;
    if (seriesNumber !== undefined && this.#runNumbers.includes(seriesNumber)) return true;
    const run = this.#findRun(new SeriesCursor(fresh));
    if (run >= 0) this.#runNumbers[run] = seriesNumber;
    return run >= 0;
  }

  #findRun(fresh: SeriesCursor): number {
    let start = 0;
    for (const [run, end] of this.runEnds.entries()) {
      if (this.#isRun(fresh, start, end)) return run;
      start = end;
    }
    return -1;
  }

  #isRun(fresh: SeriesCursor, from: number, behind: number): boolean {
    const { view } = this;
    fresh.rewind();
    let start = this.start(from);
    for (let series = from; series < behind; series++) {
      const end = this.end(series);
      if (!fresh.next() || !fresh.hasLabels(view, start, end - start)) return false;
      start = end;
    }
    return !fresh.next();
  }
}

/** Remembers those of `prior` that are `kept`, in their runs, and as a run of their own the series of the push. */
export function rememberSeries(
  prior: RememberedSeries | undefined,
  kept: readonly number[],
  fresh: EncodedSeries,
): RememberedSeries {
  const added = rememberable(fresh);
  const writer = new SetWriter(kept.length + added.count, keptBytes(prior, kept) + added.bytes);
  if (prior !== undefined) copyRuns(writer, prior, kept);
  for (let i = 0; i < added.ranges.length; i += 2)
    writer.add(added.cursor.bytes, added.ranges[i]!, added.ranges[i + 1]!);
  writer.endRun();
  return new RememberedSeries(writer.view, writer.runEnds);
}

/** The labels of the series of a push, but for those with timestamps of their own, whose end is not ours to tell. */
function rememberable(fresh: EncodedSeries) {
  const { timed = [] } = fresh;
  const cursor = new SeriesCursor(fresh);
  const ranges: number[] = [];
  let bytes = 0;
  for (let series = 0, nextTimed = 0; cursor.next(); series++) {
    if (timed[nextTimed] === series) {
      nextTimed++;
      continue;
    }
    cursor.readLabels();
    ranges.push(cursor.labelsStart, cursor.labelsEnd);
    bytes += cursor.labelsEnd - cursor.labelsStart;
  }
  return { cursor, ranges, bytes, count: ranges.length / 2 };
}

function keptBytes(prior: RememberedSeries | undefined, kept: readonly number[]): number {
  return prior === undefined ? 0 : kept.reduce((sum, i) => sum + prior.end(i) - prior.start(i), 0);
}

function copyRuns(writer: SetWriter, prior: RememberedSeries, kept: readonly number[]): void {
  const bytes = new Uint8Array(prior.view.buffer);
  let run = 0;
  for (const series of kept) {
    while (series >= prior.runEnds[run]!) {
      writer.endRun();
      run++;
    }
    writer.add(bytes, prior.start(series), prior.end(series));
  }
  writer.endRun();
}

class SetWriter {
  readonly view: DataView;
  readonly runEnds: number[] = [];
  readonly #bytes: Uint8Array;
  #count = 0;
  #end: number;

  constructor(count: number, labelBytes: number) {
    this.#end = BYTES_PER_END * count;
    this.#bytes = new Uint8Array(this.#end + labelBytes + SLACK);
    this.view = new DataView(this.#bytes.buffer);
  }

  add(from: Uint8Array, start: number, end: number): void {
    this.#bytes.set(from.subarray(start, end), this.#end);
    this.#end += end - start;
    this.view.setUint32(BYTES_PER_END * this.#count++, this.#end, true);
  }

  /** An empty run is none. */
  endRun(): void {
    if (this.#count > (this.runEnds.at(-1) ?? 0)) this.runEnds.push(this.#count);
  }
}
