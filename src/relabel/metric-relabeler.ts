// `metricRelabelConfigs`: the rules that every push passes before any backend's own rules.
import type { RelabelConfig } from '../config/config.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import type { RelabelDrops } from '../telemetry/events.ts';
import { SeriesRelabeler } from './series-relabeler.ts';

export interface MetricRelabelerOptions {
  /** Rules for every series, before any backend's own. */
  readonly metricRelabelConfigs?: readonly RelabelConfig[];
  /** Called with what these rules drop from a push. */
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

  /** What the rules leave of the push. Drops are reported if `isFirst`: a push has several forms for its backends. */
  apply(encoded: EncodedSeries, isFirst: boolean): EncodedSeries {
    if (this.#relabeler === undefined) return encoded;
    const { dropped, ...relabeled } = this.#relabeler.relabel(encoded);
    if (dropped !== undefined && isFirst) this.#onDropped(dropped);
    const isCounted = dropped === undefined || relabeled.timed === undefined;
    return isCounted ? relabeled : { ...relabeled, timed: allNumbers(relabeled.sampleCount) };
  }
}

/** After rules have dropped some samples, it is not known which of the others have timestamps of their own: it may be all. */
function allNumbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
