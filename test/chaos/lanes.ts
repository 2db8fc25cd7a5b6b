// Which requests went through the same lane of the program under test: a lane sends one request at a time, so the last one
// before a kill is the only one of it that may be sent again.
import { FIELDS_PER_SAMPLE, type TakenSamples } from './taken-samples.ts';

/**
 * The lane of each request, as a number. By shard: series that ever shared a request share a shard, and so do the
 * requests that hold them.
 */
export function lanesOf(taken: TakenSamples, by: 'shard' | 'connection'): readonly number[] {
  if (by === 'connection') return taken.requests.map(({ connection }) => connection);
  const shards = new Shards(taken.series.length);
  for (const { samples } of taken.requests) {
    for (let at = 0; at < samples.length; at += FIELDS_PER_SAMPLE) shards.join(samples[0]!, samples[at]!);
  }
  return taken.requests.map(({ samples }) => shards.of(samples[0]!));
}

/** Sets of series that grow together (union-find). */
class Shards {
  readonly #parents: number[];

  constructor(series: number) {
    this.#parents = Array.from({ length: series }, (_, i) => i);
  }

  of(series: number): number {
    let root = series;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    this.#parents[series] = root;
    return root;
  }

  join(one: number, other: number): void {
    this.#parents[this.of(other)] = this.of(one);
  }
}
