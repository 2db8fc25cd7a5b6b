// What is counted for every push, as plain numbers: a push costs no label hashing and no allocation. prom-client sees the
// numbers only when the metrics are scraped.
import {
  Counter,
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  type Registry,
} from 'prom-client';

const BODY_BYTES = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
/** A push may wait for its delivery for ten minutes. */
const DURATION_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600,
];

export interface PushAnswer {
  readonly status: number;
  readonly reason: string;
}

interface CountedAnswer extends PushAnswer {
  count: number;
}

export class PushMetrics {
  readonly #answers: CountedAnswer[] = [];
  readonly #bodyBytes: TallyHistogram;
  readonly #durationSeconds: TallyHistogram;
  #samplesAccepted = 0;
  #timestampsAdvanced = 0;
  #staleMarkers = 0;
  #staleGroupsForgotten = 0;

  /** `expected` are the answers whose series exist from the start. */
  constructor(registry: Registry, expected: readonly PushAnswer[]) {
    this.#bodyBytes = new TallyHistogram({
      name: 'sluice_push_body_bytes',
      help: 'Size of the bodies of pushes, as received.',
      buckets: BODY_BYTES,
      registry,
    });
    this.#durationSeconds = new TallyHistogram({
      name: 'sluice_push_duration_seconds',
      help: 'Time from the first byte of a push to its answer.',
      buckets: DURATION_SECONDS,
      registry,
    });
    for (const { status, reason } of expected) this.#answer(status, reason);
    this.#registerCounters(registry);
  }

  /** `reason` must come from a fixed set of words: it becomes a label. `sampleCount`: of what was taken, 0 otherwise. */
  answered(status: number, reason: string, bodyBytes: number, durationMs: number, sampleCount: number): void {
    this.#answer(status, reason).count++;
    this.#bodyBytes.tally(bodyBytes);
    this.#durationSeconds.tally(durationMs / 1000);
    this.#samplesAccepted += sampleCount;
  }

  timestampsAdvanced(count: number): void {
    this.#timestampsAdvanced += count;
  }

  staleMarked(series: number): void {
    this.#staleMarkers += series;
  }

  staleGroupForgotten(): void {
    this.#staleGroupsForgotten++;
  }

  #answer(status: number, reason: string): CountedAnswer {
    // The list holds a dozen entries: a scan is cheaper than building a key.
    for (const answer of this.#answers) {
      if (answer.status === status && answer.reason === reason) return answer;
    }
    const fresh = { status, reason, count: 0 };
    this.#answers.push(fresh);
    return fresh;
  }

  #registerCounters(registry: Registry): void {
    const answers = this.#answers;
    new Counter({
      name: 'sluice_pushes_total',
      help: 'Pushes answered, by HTTP status and reason.',
      labelNames: ['status', 'reason'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { status, reason, count } of answers) this.inc({ status: String(status), reason }, count);
      },
    });
    registerTotal(
      registry,
      'sluice_samples_accepted_total',
      'Samples of accepted pushes. If backends get different samples, the largest number that one backend gets.',
      () => this.#samplesAccepted,
    );
    registerTotal(
      registry,
      'sluice_push_timestamps_advanced_total',
      'Pushes stamped later than their receipt, so that the timestamps of a series strictly increase.',
      () => this.#timestampsAdvanced,
    );
    registerTotal(
      registry,
      'sluice_stale_markers_total',
      'Staleness markers in accepted pushes. If backends get different markers, the largest number that one backend gets.',
      () => this.#staleMarkers,
    );
    registerTotal(
      registry,
      'sluice_stale_groups_forgotten_total',
      'Groups whose series get no more staleness markers, because stalenessMaxMemory or a queue has no room for them.',
      () => this.#staleGroupsForgotten,
    );
  }
}

function registerTotal(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

export interface TallyHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending, without +Inf. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

class TallyHistogram extends Histogram {
  readonly #options: TallyHistogramOptions;
  readonly #bounds: Float64Array;
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(options: TallyHistogramOptions) {
    const { name, help, buckets, registry } = options;
    super({ name, help, buckets: [...buckets], registers: [registry] });
    this.#options = options;
    this.#bounds = Float64Array.from(buckets);
    this.#counts = new Float64Array(buckets.length + 1);
  }

  tally(value: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at++;
    this.#counts[at]!++;
    this.#sum += value;
  }

  override get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help } = this.#options;
    // prom-client's declarations make `type` a number; at run time it is the word of the TYPE line.
    const type = 'histogram' as unknown as MetricObjectWithValues<MetricValueWithName<string>>['type'];
    return Promise.resolve({
      name,
      help,
      type,
      aggregator: 'sum',
      collect: () => {},
      values: this.#values(name),
    });
  }

  /** The registry prefers this over `get` when it writes text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }

  #values(name: string): MetricValueWithName<string>[] {
    const values: MetricValueWithName<string>[] = [];
    let total = 0;
    this.#counts.forEach((count, at) => {
      total += count;
      values.push({ metricName: `${name}_bucket`, labels: { le: this.#bounds[at] ?? '+Inf' }, value: total });
    });
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sum });
    values.push({ metricName: `${name}_count`, labels: {}, value: total });
    return values;
  }
}
