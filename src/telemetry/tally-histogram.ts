// A histogram that costs an observation a short scan and two additions; prom-client sees it only at scrape time.
import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client';

export interface TallyHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending, without +Inf. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

export class TallyHistogram extends Histogram {
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
