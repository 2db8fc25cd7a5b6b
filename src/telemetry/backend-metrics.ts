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
}

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const RETRY_REASONS = [
  'timeout',
  'connection_refused',
  'connection_reset',
  'dns',
  'status_429',
  'status_503',
];
const DROP_REASONS = [
  'too_old',
  'too_large',
  'shutdown',
  'redirect',
  'status_400',
  'status_401',
  'status_404',
];

export class BackendMetrics {
  readonly #blocksSent;
  readonly #samplesSent;
  readonly #bytesSent;
  readonly #blocksRetried;
  readonly #samplesRetried;
  readonly #blocksDropped;
  readonly #samplesDropped;
  readonly #histogramsWithheld;
  readonly #requestSeconds;

  constructor(registry: Registry, backends: readonly string[]) {
    const registers = [registry];
    const counter = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ['backend'], registers });
    const byReason = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ['backend', 'reason'], registers });
    this.#blocksSent = counter('sluice_blocks_sent_total', 'Blocks the backend took.');
    this.#samplesSent = counter('sluice_samples_sent_total', 'Samples the backend took.');
    this.#bytesSent = counter('sluice_sent_bytes_total', 'Compressed bytes of the blocks the backend took.');
    this.#blocksRetried = byReason(
      'sluice_blocks_retried_total',
      'Attempts to send a block that will be repeated.',
    );
    this.#samplesRetried = byReason(
      'sluice_samples_retried_total',
      'Samples in attempts that will be repeated.',
    );
    this.#blocksDropped = byReason('sluice_blocks_dropped_total', 'Blocks given up.');
    this.#samplesDropped = byReason('sluice_samples_dropped_total', 'Samples in blocks given up.');
    this.#histogramsWithheld = counter(
      'sluice_native_histograms_withheld_total',
      'Native histograms of accepted pushes that the backend is not sent (sendNativeHistograms, or custom buckets).',
    );
    this.#requestSeconds = new Histogram({
      name: 'sluice_backend_request_duration_seconds',
      help: 'Time from the start of an attempt to its end, whatever the end.',
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

  withheld(backend: string, histograms: number): void {
    this.#histogramsWithheld.inc({ backend }, histograms);
  }

  requestEnded(backend: string, durationMs: number): void {
    this.#requestSeconds.observe({ backend }, durationMs / 1000);
  }

  #zero(backend: string): void {
    const plain = [this.#blocksSent, this.#samplesSent, this.#bytesSent, this.#histogramsWithheld];
    for (const counter of plain) counter.inc({ backend }, 0);
    this.#requestSeconds.zero({ backend });
    for (const reason of RETRY_REASONS) {
      for (const counter of [this.#blocksRetried, this.#samplesRetried]) counter.inc({ backend, reason }, 0);
    }
    for (const reason of DROP_REASONS) {
      for (const counter of [this.#blocksDropped, this.#samplesDropped]) counter.inc({ backend, reason }, 0);
    }
  }
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
  gauge('sluice_queue_bytes', 'Bytes queued for the backend, in flight included.', (q) => q.bytes);
  gauge(
    'sluice_queue_limit_bytes',
    'Bytes the queue may hold before pushes are refused.',
    (q) => q.limitBytes,
  );
  gauge('sluice_queue_oldest_age_seconds', 'Age of the oldest queued push.', (q) => q.oldestAgeMs / 1000);
  gauge(
    'sluice_requests_in_flight',
    'Requests sent to the backend and not answered yet.',
    (q) => q.requestsInFlight,
  );
}
