// The face of delivery: takes pushes all or nothing, for every backend at once, and brings them there in order.
// `offer` runs for every push: it copies bytes and starts at most a seal; it waits for nothing.
import type { BackendConfig } from '../config/config.ts';
import { BlockSealer } from '../remotewrite/block-sealer.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import type { QueueReading } from '../telemetry/backend-metrics.ts';
import { BackendQueue, type DeliveryDeps } from './backend-queue.ts';
import type { OfferedPush, OfferResult } from './offered-push.ts';

export type { OfferedPush, OfferResult } from './offered-push.ts';

export interface StopReport {
  /** Samples that were accepted and not delivered, summed over the backends that missed them. */
  readonly lostSamples: number;
}

export class Delivery {
  readonly #queues: readonly BackendQueue[];
  #stopped: Promise<StopReport> | undefined;

  /** Throws an Error that names the file where one for TLS or credentials cannot be used. */
  constructor(backends: readonly BackendConfig[], deps: DeliveryDeps) {
    const sealer = new BlockSealer();
    this.#queues = backends.map((backend) => new BackendQueue(backend, { ...deps, sealer }));
  }

  /** Takes the push for every backend, or for none. Its bytes are copied before this returns. */
  offer(push: OfferedPush): OfferResult {
    if (this.#stopped !== undefined) return 'stopping';
    const refusal = this.#refuse(push.encoded);
    if (refusal !== undefined) return refusal;
    for (let i = 0; i < this.#queues.length; i++) this.#queues[i]!.append(push.encoded[i]!, push);
    return 'accepted';
  }

  #refuse(encoded: readonly EncodedSeries[]): OfferResult | undefined {
    const queues = this.#queues;
    let isFull = false;
    for (let i = 0; i < queues.length; i++) {
      const byteLength = encoded[i]!.bytes.length;
      if (byteLength > queues[i]!.limitBytes) return 'tooLarge';
      if (!queues[i]!.hasRoom(byteLength)) isFull = true;
    }
    return isFull ? 'full' : undefined;
  }

  /** Whether offers are taken at all. */
  ready(): boolean {
    return this.#stopped === undefined;
  }

  /** What keeps pushes that are taken from being delivered, and will until somebody puts it right: one line for each. */
  troubles(): readonly string[] {
    return this.#queues.flatMap((queue) => queue.trouble() ?? []);
  }

  /** The state of every backend's queue. */
  readings(): readonly QueueReading[] {
    return this.#queues.map((queue) => queue.reading());
  }

  /**
   * Refuses new pushes and delivers what is queued until nothing is left or `signal` aborts; what is left then is
   * given up. Afterwards no timer and no connection is open.
   */
  stop(signal: AbortSignal): Promise<StopReport> {
    this.#stopped ??= this.#stop(signal);
    return this.#stopped;
  }

  async #stop(signal: AbortSignal): Promise<StopReport> {
    const lost = await Promise.all(this.#queues.map((queue) => queue.stop(signal)));
    return { lostSamples: lost.reduce((sum, samples) => sum + samples, 0) };
  }
}
