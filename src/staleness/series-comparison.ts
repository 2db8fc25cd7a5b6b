// Compares a push with the series that its group has: which of them it ends, and which it leaves as they are.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import { fieldEnd, fieldValueStart } from '../remotewrite/label-field.ts';
import { metricNameField, SeriesCursor } from '../remotewrite/series-cursor.ts';
import { SeriesIndex } from '../remotewrite/series-index.ts';
import { hashRange } from '../wire/words.ts';
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
  readonly #pushed = new SeriesIndex(this.#push);

  /** Undefined if the push has exactly the known series. Throws CollisionError. */
  compare(known: KnownSeries, push: EncodedSeries, replaces: Replaces): SeriesChange | undefined {
    if (push.timed === undefined && known.isSameAs(push)) return undefined;
    const missing = this.#missingFrom(push, known);
    if (replaces === 'group' || missing.length === 0) return { ended: missing, kept: [] };
    const names = namesOf(push);
    const isEnded = (series: number): boolean => names.has(nameOf(known, series));
    return { ended: missing.filter(isEnded), kept: missing.filter((series) => !isEnded(series)) };
  }

  /** The known series that the push does not have. */
  #missingFrom(push: EncodedSeries, known: KnownSeries): readonly number[] {
    const missing: number[] = [];
    try {
      this.#index(new SeriesCursor(push));
      for (let series = 0; series < known.count; series++) {
        const start = known.start(series);
        const length = known.end(series) - start;
        if (!this.#pushed.has(known.view, start, length, hashRange(known.view, start, length)))
          missing.push(series);
      }
      return missing;
    } finally {
      // The index must not keep the bytes of a large push.
      this.#push.view = NO_VIEW;
    }
  }

  #index(cursor: SeriesCursor): void {
    const { view } = cursor;
    this.#push.view = view;
    this.#pushed.reset();
    while (cursor.next()) {
      cursor.readLabels();
      const { labelsStart, labelsEnd } = cursor;
      this.#pushed.add(labelsStart, labelsEnd, hashRange(view, labelsStart, labelsEnd - labelsStart), NaN);
    }
  }
}

/** The metric names of a push. A string holds bytes, one in each unit. */
function namesOf(push: EncodedSeries): ReadonlySet<string> {
  const names = new Set<string>();
  const cursor = new SeriesCursor(push);
  const bytes = asBuffer(cursor.bytes);
  while (cursor.next()) {
    cursor.readLabels();
    names.add(bytes.toString('latin1', cursor.nameStart, cursor.nameEnd));
  }
  return names;
}

function nameOf(known: KnownSeries, series: number): string {
  const field = metricNameField(known.bytes, known.start(series), known.end(series));
  return known.bytes.toString('latin1', fieldValueStart(known.bytes, field), fieldEnd(known.bytes, field));
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
