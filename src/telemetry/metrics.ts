// The program's own metrics, in their own registry. Counted per push and per block, never per sample.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import {
  BackendMetrics,
  type QueueReading,
  registerBacklogGauge,
  registerQueueGauges,
} from './backend-metrics.ts';
import type { RelabelDrops } from './events.ts';
import { type PushAnswer, PushMetrics } from './push-metrics.ts';
import { SpoolMetrics } from './spool-metrics.ts';

export interface MetricsOptions {
  readonly version: string;
  /** Names of the configured backends: their series exist from the start. */
  readonly backends: readonly string[];
  /** Answers to pushes that are counted from the start, if only as 0. */
  readonly pushAnswers?: readonly PushAnswer[];
}

export class Metrics {
  readonly pushes: PushMetrics;
  readonly backends: BackendMetrics;
  readonly relabeling: RelabelMetrics;
  readonly #registry = new Registry();

  constructor({ version, backends, pushAnswers = [] }: MetricsOptions) {
    this.pushes = new PushMetrics(this.#registry, pushAnswers);
    this.backends = new BackendMetrics(this.#registry, backends);
    this.relabeling = new RelabelMetrics(this.#registry, backends);
    new Gauge({
      name: 'sluice_build_info',
      help: 'Always 1. The labels are the versions of Sluice and of Node.',
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

  /** Makes the metrics of the spool; call it once, and only if there is one. */
  addSpool(): SpoolMetrics {
    return new SpoolMetrics(this.#registry);
  }

  /** As `observeQueues`, for the number of pushes that wait for their answer. */
  observeWaitingPushes(read: () => number): void {
    new Gauge({
      name: 'sluice_pushes_waiting',
      help: 'Pushes that are taken and wait to be stored or delivered before they are answered.',
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

/** Left out, because they need a timer every few milliseconds, and an idle collector should sleep. */
const SAMPLED_LAG = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];
const ONE_HOUR_MS = 3_600_000;

function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: ONE_HOUR_MS });
  for (const kind of SAMPLED_LAG) registry.removeSingleMetric(`nodejs_eventloop_lag_${kind}_seconds`);
}

const REASONS = { rule: 'rule', noName: 'no_name', duplicate: 'duplicate', tooLarge: 'too_large' } as const;
const KINDS = Object.keys(REASONS) as (keyof RelabelDrops)[];
/** For the others a push is refused. */
const PUSH_KINDS = ['rule', 'noName'] as const;

class RelabelMetrics {
  readonly #backends;
  readonly #pushes;

  constructor(registry: Registry, backends: readonly string[]) {
    this.#backends = new Counter({
      name: 'sluice_samples_relabel_dropped_total',
      help: "Samples of accepted pushes that the backend's writeRelabelConfigs dropped.",
      labelNames: ['backend', 'reason'],
      registers: [registry],
    });
    this.#pushes = new Counter({
      name: 'sluice_push_samples_relabel_dropped_total',
      help: 'Samples of pushes that metricRelabelConfigs dropped.',
      labelNames: ['reason'],
      registers: [registry],
    });
    for (const kind of PUSH_KINDS) this.#pushes.inc({ reason: REASONS[kind] }, 0);
    for (const backend of backends)
      for (const kind of KINDS) this.#backends.inc({ backend, reason: REASONS[kind] }, 0);
  }

  dropped(backend: string, drops: RelabelDrops): void {
    for (const kind of KINDS)
      if (drops[kind] > 0) this.#backends.inc({ backend, reason: REASONS[kind] }, drops[kind]);
  }

  pushDropped(drops: RelabelDrops): void {
    for (const kind of PUSH_KINDS)
      if (drops[kind] > 0) this.#pushes.inc({ reason: REASONS[kind] }, drops[kind]);
  }
}
