// Stores the newest samples and exemplars of the most recently received series, and TYPE and HELP by family, in memory.
// Series, samples per series, bytes and families are bounded. A request is stored as a whole or not at all.
import { describeLabels } from '../receiver/write-request-check.ts';
import type {
  DecodedExemplar,
  DecodedLabel,
  DecodedMetadata,
  DecodedWriteRequest,
} from '../receiver/write-request-v1.ts';
import {
  estimateBytes,
  estimateExemplarBytes,
  findSampleFault,
  keepExemplars,
  type StoredSample,
  storedSamples,
} from './stored-sample.ts';

export interface StoreLimits {
  readonly maxSeries: number;
  readonly maxSamplesPerSeries: number;
  /** Approximate: the labels, native histograms and exemplars of all series together. */
  readonly maxBytes: number;
  readonly maxFamilies: number;
}

export interface StoredSeries {
  /** Sorted by name; `__name__` is always among them. */
  readonly labels: ReadonlyMap<string, string>;
  /** Oldest first, never empty, timestamps strictly rising. */
  readonly samples: readonly StoredSample[];
  /** Oldest first. */
  readonly exemplars: readonly DecodedExemplar[];
  readonly receivedAtMs: number;
}

type AppendOutcome = { readonly kind: 'stored' } | { readonly kind: 'refused'; readonly reason: string };

interface Entry {
  readonly labels: ReadonlyMap<string, string>;
  readonly samples: StoredSample[];
  readonly labelBytes: number;
  exemplars: readonly DecodedExemplar[];
  /** Counted in the sum of the store. */
  bytes: number;
  receivedAtMs: number;
}

/** One series of a request, in the form in which it is stored. */
interface Incoming {
  readonly key: string;
  readonly labels: readonly DecodedLabel[];
  readonly samples: readonly StoredSample[];
  readonly exemplars: readonly DecodedExemplar[];
}

/** The page shows help texts; longer ones are cut. */
const MAX_HELP_LENGTH = 4096;

export class SampleStore {
  readonly #limits: StoreLimits;
  /** Least recently touched first. */
  readonly #entries = new Map<string, Entry>();
  readonly #families = new Map<string, DecodedMetadata>();
  #bytes = 0;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
  }

  /** Stores a checked request. Refuses all of it if one sample is older than the newest of its series. */
  append(request: DecodedWriteRequest, receivedAtMs: number): AppendOutcome {
    const incoming = request.timeseries.map((series) => ({
      key: seriesKey(series.labels),
      labels: series.labels,
      samples: storedSamples(series),
      exemplars: series.exemplars,
    }));
    const reason = this.#findOrderFault(incoming);
    if (reason !== undefined) return { kind: 'refused', reason };
    for (const series of incoming) this.#appendSeries(series, receivedAtMs);
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

  #findOrderFault(incoming: readonly Incoming[]): string | undefined {
    const newest = new Map<string, StoredSample>();
    for (const { key, labels, samples } of incoming) {
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

  #appendSeries({ key, labels, samples, exemplars }: Incoming, receivedAtMs: number): void {
    const entry = this.#touch(key, labels);
    entry.receivedAtMs = receivedAtMs;
    for (const sample of samples) {
      if (entry.samples.at(-1)?.timestampMs !== sample.timestampMs) entry.samples.push(sample);
    }
    entry.samples.splice(0, entry.samples.length - this.#limits.maxSamplesPerSeries);
    entry.exemplars = keepExemplars(entry.exemplars, exemplars);
    this.#measure(entry);
    this.#evict();
  }

  /** The entry of these labels, new if there was none, and now the last to be evicted. */
  #touch(key: string, labels: readonly DecodedLabel[]): Entry {
    const entry = this.#entries.get(key) ?? {
      labels: new Map(labels.map(({ name, value }) => [name, value] as const)),
      samples: [],
      exemplars: [],
      labelBytes: 2 * key.length,
      bytes: 0,
      receivedAtMs: 0,
    };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  #measure(entry: Entry): void {
    this.#bytes -= entry.bytes;
    entry.bytes = entry.labelBytes;
    for (const sample of entry.samples) entry.bytes += estimateBytes(sample);
    for (const exemplar of entry.exemplars) entry.bytes += estimateExemplarBytes(exemplar);
    this.#bytes += entry.bytes;
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      const { maxSeries, maxBytes } = this.#limits;
      if (this.#entries.size <= maxSeries && this.#bytes <= maxBytes) return;
      this.#entries.delete(key);
      this.#bytes -= entry.bytes;
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

function seriesKey(labels: readonly DecodedLabel[]): string {
  return JSON.stringify(labels.map(({ name, value }) => [name, value]));
}
