// The series that a group has at one backend: their encoded labels, back to back in one array buffer. Used to find out
// which series a push ends. Never changes after it is made.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { SeriesCursor } from '../remotewrite/series-cursor.ts';
import { SLACK } from '../wire/byte-ranges.ts';

/** Measured memory of the objects, and what an array buffer takes outside the heap. */
const OBJECT_BYTES = 800;
const BYTES_PER_END = 4;

export class KnownSeries {
  /** The end of each series (uint32), then their labels, then the slack. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly count: number;
  /** Of the last push that was found to have exactly these series. */
  #seriesNumber: number | undefined;

  /** `bytes` fill their array buffer. */
  constructor(bytes: Uint8Array, count: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.count = count;
  }

  /** Approximate memory. */
  get heldBytes(): number {
    return OBJECT_BYTES + this.bytes.length;
  }

  /** Where the labels of a series begin. */
  start(series: number): number {
    return series === 0 ? BYTES_PER_END * this.count : this.end(series - 1);
  }

  end(series: number): number {
    return this.view.getUint32(BYTES_PER_END * series, true);
  }

  /** Whether a push to the same group has exactly these series in this order. */
  isSameAs(push: EncodedSeries): boolean {
    const { seriesNumber } = push;
    if (seriesNumber !== undefined && seriesNumber === this.#seriesNumber) return true;
    const isSame = this.#hasLabelsOf(new SeriesCursor(push));
    if (isSame) this.#seriesNumber = seriesNumber;
    return isSame;
  }

  #hasLabelsOf(push: SeriesCursor): boolean {
    let start = this.start(0);
    for (let series = 0; series < this.count; series++) {
      const end = this.end(series);
      if (!push.next() || !push.hasLabels(this.view, start, end - start)) return false;
      start = end;
    }
    return !push.next();
  }
}

/**
 * The series of a group after a push: those of `prior` that are `kept`, and those of the push. A series with timestamps of
 * its own is not among them, since only its sender can say when it ends.
 */
export function seriesAfterPush(
  prior: KnownSeries | undefined,
  kept: readonly number[],
  push: EncodedSeries,
): KnownSeries {
  const cursor = new SeriesCursor(push);
  const pushed = untimedLabels(cursor, push.timed);
  const ofPrior: number[] = [];
  for (const series of kept) ofPrior.push(prior!.start(series), prior!.end(series));
  const count = (ofPrior.length + pushed.length) / 2;
  const start = BYTES_PER_END * count;
  const known = new KnownSeries(new Uint8Array(start + sizeOf(ofPrior) + sizeOf(pushed) + SLACK), count);
  let [series, at] = [0, start];
  const add = (from: Uint8Array, ranges: readonly number[]): void => {
    for (let i = 0; i < ranges.length; i += 2) {
      known.bytes.set(from.subarray(ranges[i], ranges[i + 1]), at);
      at += ranges[i + 1]! - ranges[i]!;
      known.view.setUint32(BYTES_PER_END * series++, at, true);
    }
  };
  if (prior !== undefined) add(prior.bytes, ofPrior);
  add(cursor.bytes, pushed);
  return known;
}

/** Start and end of the labels of each series but those that are `timed`. */
function untimedLabels(cursor: SeriesCursor, timed: readonly number[] = []): readonly number[] {
  const ranges: number[] = [];
  for (let series = 0, nextTimed = 0; cursor.next(); series++) {
    if (timed[nextTimed] === series) nextTimed++;
    else {
      cursor.readLabels();
      ranges.push(cursor.labelsStart, cursor.labelsEnd);
    }
  }
  return ranges;
}

function sizeOf(ranges: readonly number[]): number {
  return ranges.reduce((sum, position, i) => (i % 2 === 0 ? sum - position : sum + position), 0);
}
