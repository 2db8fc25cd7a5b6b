// The backend of a chaos run as the experiment sees it: orders to the thread it lives in, one at a time.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Mood } from './kill-options.ts';
import type { TakenSamples } from './taken-samples.ts';

export type Order =
  | { readonly kind: 'mood'; readonly mood: Mood; readonly seed: number }
  | { readonly kind: 'generation'; readonly number: number }
  | { readonly kind: 'quietMs' }
  | { readonly kind: 'taken' };

export class ChaosReceiver {
  readonly #worker: Worker;

  constructor(port: number) {
    this.#worker = new Worker(new URL('./receiver-thread.ts', import.meta.url), { workerData: { port } });
  }

  async changeMood(mood: Mood, seed: number): Promise<void> {
    await this.#order({ kind: 'mood', mood, seed });
  }

  /** Connections from now on are those of the next start of the program. */
  async beginGeneration(number: number): Promise<void> {
    await this.#order({ kind: 'generation', number });
  }

  /** For how long no request has come in. */
  async quietMs(): Promise<number> {
    return (await this.#order({ kind: 'quietMs' })) as number;
  }

  async taken(): Promise<TakenSamples> {
    return (await this.#order({ kind: 'taken' })) as TakenSamples;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Rejects if the thread has failed. */
  async #order(order: Order): Promise<unknown> {
    this.#worker.postMessage(order);
    const [answer] = await once(this.#worker, 'message');
    return answer;
  }
}
