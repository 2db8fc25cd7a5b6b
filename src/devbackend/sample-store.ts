// The development backend's memory: the last samples of the series touched last, and TYPE and HELP by family.
// Bounded in series, samples per series, label text and families; a request is kept whole or not at all.
import { describeLabels } from './write-request-check.ts';
import type {
  DecodedMetadata,
  DecodedSample,
  DecodedSeries,
  DecodedWriteRequest,
} from './write-request-codec.ts';

export interface StoreLimits {
  readonly maxSeries: number;
  readonly maxSamplesPerSeries: number;
  /** UTF-16 units in the names and values of all labels together. */
  readonly maxLabelLength: number;
  readonly maxFamilies: number;
}

export interface StoredSeries {
  /** Sorted by name; always with `__name__`. */
  readonly labels: ReadonlyMap<string, string>;
  /** Oldest first, never empty, timestamps strictly rising. */
  readonly samples: readonly DecodedSample[];
  readonly receivedAtMs: number;
}

export type AppendOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'refused'; readonly reason: string };

interface Entry {
  readonly labels: ReadonlyMap<string, string>;
  readonly samples: DecodedSample[];
  readonly labelLength: number;
  receivedAtMs: number;
}

/** Help texts are shown on a page; what is longer is cut. */
const MAX_HELP_LENGTH = 4096;

export class SampleStore {
  readonly #limits: StoreLimits;
  /** Least recently touched first. */
  readonly #entries = new Map<string, Entry>();
  readonly #families = new Map<string, DecodedMetadata>();
  #labelLength = 0;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
  }

  /** Takes a request whose labels are sound. Refuses all of it when one sample is behind its series. */
  append(request: DecodedWriteRequest, receivedAtMs: number): AppendOutcome {
    const reason = this.#findOrderFault(request);
    if (reason !== undefined) return { kind: 'refused', reason };
    for (const series of request.timeseries) this.#appendSeries(series, receivedAtMs);
    for (const metadata of request.metadata) this.#keepMetadata(metadata);
    return { kind: 'stored' };
  }

  /** Every series, least recently received first. */
  series(): readonly StoredSeries[] {
    return [...this.#entries.values()];
  }

  families(): readonly DecodedMetadata[] {
    return [...this.#families.values()];
  }

  family(name: string): DecodedMetadata | undefined {
    return this.#families.get(name);
  }

  #findOrderFault(request: DecodedWriteRequest): string | undefined {
    const newest = new Map<string, DecodedSample>();
    for (const { labels, samples } of request.timeseries) {
      const key = seriesKey(labels);
      let last = newest.get(key) ?? this.#entries.get(key)?.samples.at(-1);
      for (const sample of samples) {
        const fault = last && findSampleFault(last, sample);
        if (fault !== undefined) return `Cannot store series ${describeLabels(labels)}: ${fault}`;
        last = sample;
      }
      if (last !== undefined) newest.set(key, last);
    }
    return undefined;
  }

  #appendSeries({ labels, samples }: DecodedSeries, receivedAtMs: number): void {
    if (samples.length === 0) return;
    const key = seriesKey(labels);
    const entry = this.#touch(key, labels);
    entry.receivedAtMs = receivedAtMs;
    for (const sample of samples) {
      if (entry.samples.at(-1)?.timestampMs !== sample.timestampMs) entry.samples.push(sample);
    }
    entry.samples.splice(0, entry.samples.length - this.#limits.maxSamplesPerSeries);
    this.#evict();
  }

  /** The entry of these labels, made where there is none, and now the last to be evicted. */
  #touch(key: string, labels: DecodedSeries['labels']): Entry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const pairs = labels.map(({ name, value }) => [name, value] as const);
      entry = { labels: new Map(pairs), samples: [], labelLength: key.length, receivedAtMs: 0 };
      this.#labelLength += entry.labelLength;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      const { maxSeries, maxLabelLength } = this.#limits;
      if (this.#entries.size <= maxSeries && this.#labelLength <= maxLabelLength) return;
      this.#entries.delete(key);
      this.#labelLength -= entry.labelLength;
    }
  }

  #keepMetadata(metadata: DecodedMetadata): void {
    const name = metadata.metricFamilyName;
    if (name.length > MAX_HELP_LENGTH) return;
    this.#families.delete(name);
    this.#families.set(name, {
      ...metadata,
      help: metadata.help.slice(0, MAX_HELP_LENGTH),
      unit: metadata.unit.slice(0, MAX_HELP_LENGTH),
    });
    if (this.#families.size <= this.#limits.maxFamilies) return;
    for (const oldest of this.#families.keys()) {
      this.#families.delete(oldest);
      return;
    }
  }
}

/** Sending the newest sample again is no fault: a sender does so when an answer was lost. */
function findSampleFault(last: DecodedSample, sample: DecodedSample): string | undefined {
  if (sample.timestampMs < last.timestampMs) {
    return `wanted a sample after ${last.timestampMs}, found an out-of-order one at ${sample.timestampMs}`;
  }
  if (sample.timestampMs === last.timestampMs && !Object.is(sample.value, last.value)) {
    return `wanted one value at ${last.timestampMs}, found ${last.value} and ${sample.value}`;
  }
  return undefined;
}

function seriesKey(labels: DecodedSeries['labels']): string {
  return JSON.stringify(labels.map(({ name, value }) => [name, value]));
}
