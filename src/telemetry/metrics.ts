// The program's own metrics, in a registry of their own: the one list of what is counted.
// Counted per push and per block, never per sample.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import {
  BackendMetrics,
  type QueueReading,
  registerBacklogGauge,
  registerQueueGauges,
} from './backend-metrics.ts';
import { type PushAnswer, PushTally } from './push-tally.ts';
import { RelabelMetrics } from './relabel-metrics.ts';
import { SpoolMetrics } from './spool-metrics.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Names of the configured backends: their series exist from the start. */
  readonly backends: readonly string[];
  /** Answers to pushes that are counted from the start, if only as 0. */
  readonly pushAnswers?: readonly PushAnswer[];
}

export class Metrics {
  readonly pushes: PushTally;
  readonly backends: BackendMetrics;
  readonly relabeling: RelabelMetrics;
  readonly #registry = new Registry();

  constructor({ version, backends, pushAnswers = [] }: MetricsOptions) {
    this.pushes = new PushTally(this.#registry, pushAnswers);
    this.backends = new BackendMetrics(this.#registry, backends);
    this.relabeling = new RelabelMetrics(this.#registry, backends);
    new Gauge({
      name: 'sluice_build_info',
      help: 'Always 1; the labels tell the version of Sluice and of Node.',
      labelNames: ['version', 'nodejs'],
      registers: [this.#registry],
    }).set({ version, nodejs: process.version }, 1);
    collectProcessMetrics(this.#registry);
  }

  /** Where the queue gauges are read from at each scrape; call it once, when the queues exist. */
  observeQueues(read: () => readonly QueueReading[]): void {
    registerQueueGauges(this.#registry, read);
  }

  /** As `observeQueues`, of what the backends have in the spool. */
  observeBacklogs(read: () => readonly QueueReading[]): void {
    registerBacklogGauge(this.#registry, read);
  }

  /** Makes the metrics of the spool; call it once, and only where there is one. */
  addSpool(): SpoolMetrics {
    return new SpoolMetrics(this.#registry);
  }

  /** As `observeQueues`, for the number of pushes that wait for their answer. */
  observeWaitingPushes(read: () => number): void {
    new Gauge({
      name: 'sluice_pushes_waiting',
      help: 'Pushes that were taken and wait to be stored or delivered before they are answered.',
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in the text exposition format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Figures that a timer every few milliseconds would have to collect: left out, an idle collector shall sleep. */
const SAMPLED_LAG = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];
const ONE_HOUR_MS = 3_600_000;

function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: ONE_HOUR_MS });
  for (const kind of SAMPLED_LAG) registry.removeSingleMetric(`nodejs_eventloop_lag_${kind}_seconds`);
}
