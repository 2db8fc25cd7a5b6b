// `metricRelabelConfigs`: the rules that every push passes before any backend's own rules.
import type { RelabelConfig } from '../config/config.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import type { RelabelDrops } from '../telemetry/events.ts';
import { SeriesRelabeler } from './series-relabeler.ts';

export interface MetricRelabelerOptions {
  /** Rules for every series, before any backend's own. */
  readonly metricRelabelConfigs?: readonly RelabelConfig[];
  /** Hears what these rules take out of a push. */
  readonly relabelDropped?: (drops: RelabelDrops) => void;
  readonly utf8Names: boolean;
  readonly maxSeriesBytes: number;
  readonly maxEncodedBytes: number;
}

export class MetricRelabeler {
  readonly #relabeler: SeriesRelabeler | undefined;
  readonly #onDropped: (drops: RelabelDrops) => void;

  constructor(options: MetricRelabelerOptions) {
    const { metricRelabelConfigs = [], relabelDropped, utf8Names, maxSeriesBytes, maxEncodedBytes } = options;
    this.#onDropped = relabelDropped ?? (() => undefined);
    if (metricRelabelConfigs.length === 0) return;
    const limits = { maxSeriesBytes, maxBytes: maxEncodedBytes };
    this.#relabeler = new SeriesRelabeler(metricRelabelConfigs, {
      utf8Names,
      ...limits,
      onTrouble: 'refuse',
    });
  }

  /** What the rules leave of it; `isTold` for the first of the forms that a push has for its backends. */
  apply(encoded: EncodedSeries, isTold: boolean): EncodedSeries {
    if (this.#relabeler === undefined) return encoded;
    const { dropped, ...relabeled } = this.#relabeler.relabel(encoded);
    if (dropped !== undefined && isTold) this.#onDropped(dropped);
    const isCounted = dropped === undefined || relabeled.timed === undefined;
    return isCounted ? relabeled : { ...relabeled, timed: allNumbers(relabeled.sampleCount) };
  }
}

/** Which of a push's samples have timestamps of their own is not known behind rules that take some out: it may be all. */
function allNumbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
