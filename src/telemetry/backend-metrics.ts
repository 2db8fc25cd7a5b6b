// What is counted for every block that goes to a backend. Blocks are rare enough for prom-client's own counters.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The state of one backend's queue, read when the metrics are scraped. */
export interface QueueReading {
  readonly backend: string;
  readonly bytes: number;
  readonly limitBytes: number;
  /** Age of the oldest push that is still queued; 0 when there is none. */
  readonly oldestAgeMs: number;
  readonly requestsInFlight: number;
  /** Bytes of the spool from the first record on that the backend still needs; undefined without a spool. */
  readonly spoolBytes?: number | undefined;
}

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const RETRY_REASONS = [
  'timeout',
  'connection_refused',
  'connection_reset',
  'dns',
  'status_401',
  'status_403',
  'status_404',
  'status_429',
  'status_503',
];
const DROP_REASONS = [
  'too_old',
  'too_large',
  'queue_full',
  'spool_full',
  'shutdown',
  'redirect',
  'status_400',
  'status_409',
  'status_422',
  'unconfirmed',
  'short_write',
];
const SPLIT_REASONS = ['status_400', 'status_409', 'status_413', 'status_422'];

export class BackendMetrics {
  readonly #blocksSent;
  readonly #samplesSent;
  readonly #bytesSent;
  readonly #blocksRetried;
  readonly #samplesRetried;
  readonly #blocksDropped;
  readonly #samplesDropped;
  readonly #samplesUnseparated;
  readonly #blocksSplit;
  readonly #accessRefused;
  readonly #histogramsWithheld;
  readonly #exemplarsRejected;
  readonly #messageVersion;
  readonly #requestSeconds;

  constructor(registry: Registry, backends: readonly string[]) {
    const registers = [registry];
    const counter = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ['backend'], registers });
    const byReason = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ['backend', 'reason'], registers });
    this.#blocksSent = counter('sluice_blocks_sent_total', 'Blocks that the backend took.');
    this.#samplesSent = counter('sluice_samples_sent_total', 'Samples that the backend took.');
    this.#bytesSent = counter(
      'sluice_sent_bytes_total',
      'Compressed bytes of the blocks that the backend took.',
    );
    this.#blocksRetried = byReason(
      'sluice_blocks_retried_total',
      'Failed attempts to send a block that Sluice will repeat.',
    );
    this.#samplesRetried = byReason(
      'sluice_samples_retried_total',
      'Samples in failed attempts that Sluice will repeat.',
    );
    this.#blocksSplit = byReason(
      'sluice_blocks_split_total',
      'Blocks that the backend refused, and that Sluice split to find the series that are refused.',
    );
    this.#blocksDropped = byReason(
      'sluice_blocks_dropped_total',
      'Blocks, or parts of one, that Sluice dropped as a whole.',
    );
    this.#samplesDropped = byReason('sluice_samples_dropped_total', 'Samples that Sluice dropped.');
    this.#samplesUnseparated = counter(
      'sluice_samples_dropped_unseparated_total',
      'Samples that Sluice dropped because they were refused together with others, after the refusal budget was used up.',
    );
    this.#accessRefused = new Gauge({
      name: 'sluice_backend_access_refused',
      help: '1 while the backend refuses the credentials or does not know its path (401, 403, 404). Queued samples wait.',
      labelNames: ['backend'],
      registers,
    });
    this.#histogramsWithheld = counter(
      'sluice_native_histograms_withheld_total',
      'Native histograms of accepted pushes that the backend does not get (sendNativeHistograms, or custom buckets).',
    );
    this.#exemplarsRejected = counter(
      'sluice_exemplars_rejected_total',
      'Exemplars that the backend says it did not write. Only remote write 2.0 has that answer.',
    );
    this.#messageVersion = new Gauge({
      name: 'sluice_backend_message_version',
      help: 'The version of remote write that the backend gets: 1 or 2.',
      labelNames: ['backend'],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: 'sluice_backend_request_duration_seconds',
      help: 'Time from the start of an attempt to its end, however it ends.',
      labelNames: ['backend'],
      buckets: REQUEST_SECONDS,
      registers,
    });
    for (const backend of backends) this.#zero(backend);
  }

  sent(backend: string, samples: number, bytes: number): void {
    this.#blocksSent.inc({ backend });
    this.#samplesSent.inc({ backend }, samples);
    this.#bytesSent.inc({ backend }, bytes);
  }

  retried(backend: string, reason: string, samples: number): void {
    this.#blocksRetried.inc({ backend, reason });
    this.#samplesRetried.inc({ backend, reason }, samples);
  }

  dropped(backend: string, reason: string, samples: number): void {
    this.#blocksDropped.inc({ backend, reason });
    this.#samplesDropped.inc({ backend, reason }, samples);
  }

  /** Of a block that is not dropped as a whole. */
  seriesDropped(backend: string, reason: string, samples: number): void {
    this.#samplesDropped.inc({ backend, reason }, samples);
  }

  /** Of those dropped. */
  unseparated(backend: string, samples: number): void {
    this.#samplesUnseparated.inc({ backend }, samples);
  }

  split(backend: string, reason: string): void {
    this.#blocksSplit.inc({ backend, reason });
  }

  accessRefused(backend: string, isRefused: boolean): void {
    this.#accessRefused.set({ backend }, isRefused ? 1 : 0);
  }

  withheld(backend: string, histograms: number): void {
    this.#histogramsWithheld.inc({ backend }, histograms);
  }

  exemplarsRejected(backend: string, exemplars: number): void {
    this.#exemplarsRejected.inc({ backend }, exemplars);
  }

  messageVersion(backend: string, version: 1 | 2): void {
    this.#messageVersion.set({ backend }, version);
  }

  requestEnded(backend: string, durationMs: number): void {
    this.#requestSeconds.observe({ backend }, durationMs / 1000);
  }

  #zero(backend: string): void {
    const sent = [this.#blocksSent, this.#samplesSent, this.#bytesSent];
    for (const counter of [...sent, this.#samplesUnseparated, this.#histogramsWithheld])
      counter.inc({ backend }, 0);
    this.#exemplarsRejected.inc({ backend }, 0);
    this.#accessRefused.set({ backend }, 0);
    this.#requestSeconds.zero({ backend });
    for (const reason of RETRY_REASONS) {
      for (const counter of [this.#blocksRetried, this.#samplesRetried]) counter.inc({ backend, reason }, 0);
    }
    for (const reason of SPLIT_REASONS) this.#blocksSplit.inc({ backend, reason }, 0);
    for (const reason of DROP_REASONS) {
      for (const counter of [this.#blocksDropped, this.#samplesDropped]) counter.inc({ backend, reason }, 0);
    }
  }
}

/** What each backend has left in the spool; `read` is called once at a scrape. */
export function registerBacklogGauge(registry: Registry, read: () => readonly QueueReading[]): void {
  new Gauge({
    name: 'sluice_spool_backlog_bytes',
    help: 'Bytes of the spool from the first record that is not settled for the backend.',
    labelNames: ['backend'],
    registers: [registry],
    collect() {
      for (const { backend, spoolBytes } of read()) this.set({ backend }, spoolBytes ?? 0);
    },
  });
}

/** Gauges of the queues; `read` is called once for each of them at a scrape. */
export function registerQueueGauges(registry: Registry, read: () => readonly QueueReading[]): void {
  const gauge = (name: string, help: string, value: (reading: QueueReading) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['backend'],
      registers: [registry],
      collect() {
        for (const reading of read()) this.set({ backend: reading.backend }, value(reading));
      },
    });
  gauge('sluice_queue_bytes', 'Bytes queued for the backend, including those in flight.', (q) => q.bytes);
  gauge(
    'sluice_queue_limit_bytes',
    'Bytes that the queue may hold before pushes are refused.',
    (q) => q.limitBytes,
  );
  gauge('sluice_queue_oldest_age_seconds', 'Age of the oldest queued push.', (q) => q.oldestAgeMs / 1000);
  gauge(
    'sluice_requests_in_flight',
    'Requests sent to the backend and not answered yet.',
    (q) => q.requestsInFlight,
  );
}
