// What a push changes of the series that its group had: which of them have ended, and which it says nothing about.
import { labelValueStart } from '../labels/encoded-labels.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { metricNameField, SeriesCursor } from '../remotewrite/series-cursor.ts';
import { SeriesIndex } from '../remotewrite/series-index.ts';
import { fieldEnd } from '../wire/varint.ts';
import { hashRange } from '../wire/words.ts';
import type { RememberedSeries } from './remembered-series.ts';

/** What a push replaces: all of its group, or what has the names of its metrics. */
export type Replaces = 'group' | 'names';

/** Numbers of remembered series, rising. Those in neither list are in the push. */
export interface SeriesChange {
  readonly ended: readonly number[];
  readonly kept: readonly number[];
}

const NO_VIEW = new DataView(new ArrayBuffer(0));

export class SeriesComparison {
  readonly #fresh: { view: DataView } = { view: NO_VIEW };
  readonly #series = new SeriesIndex(this.#fresh);
  readonly #names = new SeriesIndex(this.#fresh);

  /** Undefined where the push has the same series as before, so that nothing changes. Throws CollisionError. */
  compare(prior: RememberedSeries, push: EncodedSeries, replaces: Replaces): SeriesChange | undefined {
    const mayBeSame = push.timed === undefined && (replaces === 'names' || prior.runEnds.length === 1);
    if (mayBeSame && prior.hasRun(push)) return undefined;
    try {
      this.#index(new SeriesCursor(push));
      return this.#change(prior, replaces);
    } finally {
      // The bytes of a large push are not kept for it.
      this.#fresh.view = NO_VIEW;
    }
  }

  #change(prior: RememberedSeries, replaces: Replaces): SeriesChange {
    const ended: number[] = [];
    const kept: number[] = [];
    const bytes = new Uint8Array(prior.view.buffer);
    for (let series = 0; series < prior.count; series++) {
      if (this.#isPushed(prior, series)) continue;
      if (replaces === 'group' || this.#isNamePushed(prior, bytes, series)) ended.push(series);
      else kept.push(series);
    }
    return { ended, kept };
  }

  #index(cursor: SeriesCursor): void {
    const { view } = cursor;
    this.#fresh.view = view;
    this.#series.reset();
    this.#names.reset();
    while (cursor.next()) {
      cursor.readLabels();
      const { labelsStart, labelsEnd, nameStart, nameEnd } = cursor;
      this.#series.add(labelsStart, labelsEnd, hashRange(view, labelsStart, labelsEnd - labelsStart), NaN);
      this.#names.add(nameStart, nameEnd, hashRange(view, nameStart, nameEnd - nameStart), NaN);
    }
  }

  #isPushed(prior: RememberedSeries, series: number): boolean {
    const start = prior.start(series);
    const length = prior.end(series) - start;
    return this.#series.has(prior.view, start, length, hashRange(prior.view, start, length));
  }

  #isNamePushed(prior: RememberedSeries, bytes: Uint8Array, series: number): boolean {
    const field = metricNameField(bytes, prior.start(series), prior.end(series));
    const start = labelValueStart(bytes, field);
    const length = fieldEnd(bytes, field) - start;
    return this.#names.has(prior.view, start, length, hashRange(prior.view, start, length));
  }
}
