// The `_created` samples of an OpenMetrics push, and to which series they belong: those of the same family with the same
// labels, but for the bound of a bucket or quantile (https://prometheus.io/docs/specs/om/open_metrics_spec/#metricpoint).
import {
  compareLabelName,
  findMetricLabel,
  labelValueStart,
  METRIC_LABEL,
} from '../labels/encoded-labels.ts';
import { fieldEnd } from '../wire/varint.ts';

const CREATED = '_created';
const LE = Buffer.from('le');
const QUANTILE = Buffer.from('quantile');

const COUNTER = 1;
const HISTOGRAM = 3;
const SUMMARY = 5;

/** What series of a family of these types have behind its name, and the label that tells the parts of a metric apart. */
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
  /** Labels, all but the name, as bytes of their fields → the times of creation, as they came. */
  readonly starts: Map<string, number[]>;
}

export class CreatedSamples {
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

/** The fields of all labels but the metric name and `bound`. */
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
