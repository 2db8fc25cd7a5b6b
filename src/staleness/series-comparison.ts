// Compares a push with the series that its group has: which of them it ends, and which it leaves as they are.

import { labelValueStart } from '../labels/encoded-labels.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { metricNameField, SeriesCursor } from '../remotewrite/series-cursor.ts';
import { SeriesIndex } from '../remotewrite/series-index.ts';
import { hashRange } from '../wire/byte-ranges.ts';
import { fieldEnd } from '../wire/varint.ts';
import type { KnownSeries } from './known-series.ts';

/** What a push replaces: its whole group (PUT, DELETE), or the series with the names of its metrics (POST). */
export type Replaces = 'group' | 'names';

/** Numbers of known series, rising. Series in neither list are in the push. */
export interface SeriesChange {
  readonly ended: readonly number[];
  readonly kept: readonly number[];
}

const NO_VIEW = new DataView(new ArrayBuffer(0));

export class SeriesComparison {
  readonly #push: { view: DataView } = { view: NO_VIEW };
  /** The series of the push by their labels, and its metric names. */
  readonly #series = new SeriesIndex(this.#push);
  readonly #names = new SeriesIndex(this.#push);

  /** Undefined if the push has exactly the known series. Throws CollisionError. */
  compare(known: KnownSeries, push: EncodedSeries, replaces: Replaces): SeriesChange | undefined {
    if (push.timed === undefined && known.isSameAs(push)) return undefined;
    try {
      this.#index(new SeriesCursor(push));
      return this.#change(known, replaces);
    } finally {
      // The indexes must not keep the bytes of a large push.
      this.#push.view = NO_VIEW;
    }
  }

  #index(cursor: SeriesCursor): void {
    this.#push.view = cursor.view;
    this.#series.reset();
    this.#names.reset();
    while (cursor.next()) {
      cursor.readLabels();
      add(this.#series, cursor.view, cursor.labelsStart, cursor.labelsEnd);
      add(this.#names, cursor.view, cursor.nameStart, cursor.nameEnd);
    }
  }

  #change(known: KnownSeries, replaces: Replaces): SeriesChange {
    const ended: number[] = [];
    const kept: number[] = [];
    for (let series = 0; series < known.count; series++) {
      const [start, end] = [known.start(series), known.end(series)];
      if (has(this.#series, known.view, start, end)) continue;
      const isEnded = replaces === 'group' || this.#hasNameOf(known, start, end);
      (isEnded ? ended : kept).push(series);
    }
    return { ended, kept };
  }

  #hasNameOf({ bytes, view }: KnownSeries, start: number, end: number): boolean {
    const field = metricNameField(bytes, start, end);
    return has(this.#names, view, labelValueStart(bytes, field), fieldEnd(bytes, field));
  }
}

function add(index: SeriesIndex, view: DataView, start: number, end: number): void {
  index.add(start, end, hashRange(view, start, end - start), NaN);
}

function has(index: SeriesIndex, view: DataView, start: number, end: number): boolean {
  return index.has(view, start, end - start, hashRange(view, start, end - start));
}
