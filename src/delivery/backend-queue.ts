// All shards of one backend behind one bound on bytes.
import type { BackendConfig } from '../config/config.ts';
import type { BlockSealer } from '../remotewrite/block-sealer.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import type { QueueReading } from '../telemetry/backend-metrics.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { DeliveryEvents } from '../telemetry/events.ts';
import { BackendLedger } from './backend-ledger.ts';
import type { OfferedPush } from './offered-push.ts';
import { ShardLane } from './shard-lane.ts';
import { UpstreamClient } from './upstream-client.ts';

export interface QueueDeps extends DeliveryDeps {
  readonly sealer: BlockSealer;
}

export interface DeliveryDeps {
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly userAgent: string;
}

export class BackendQueue {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #withheld: (histograms: number) => void;
  readonly #ledger: BackendLedger;
  readonly #upstream: UpstreamClient;
  readonly #lanes: readonly ShardLane[];

  /** Throws an Error that names the file where one for TLS or credentials cannot be used. */
  constructor(backend: BackendConfig, deps: QueueDeps) {
    const { name, queueConfig } = backend;
    this.#name = name;
    this.#clock = deps.clock;
    this.#ledger = new BackendLedger(queueConfig.maxQueueSize, deps.clock);
    this.#upstream = new UpstreamClient(backend, deps);
    const { events, clock, random } = deps;
    this.#withheld = (histograms) => events.histogramsWithheld(name, histograms);
    const shared = {
      sealer: deps.sealer,
      backend: name,
      queueConfig,
      upstream: this.#upstream,
      ledger: this.#ledger,
      events,
      clock,
      random,
    };
    this.#lanes = Array.from({ length: queueConfig.shards }, () => new ShardLane(shared));
  }

  get limitBytes(): number {
    return this.#ledger.limitBytes;
  }

  hasRoom(byteLength: number): boolean {
    return this.#ledger.hasRoom(byteLength);
  }

  /** `encoded` is what this backend takes of the push. */
  append(encoded: EncodedSeries, push: OfferedPush): void {
    if (encoded.withheldHistograms > 0) this.#withheld(encoded.withheldHistograms);
    this.#lanes[push.shardHash % this.#lanes.length]!.append(encoded, push);
  }

  /** Delivers what is queued until nothing is left or `signal` aborts; returns the samples that were lost. */
  async stop(signal: AbortSignal): Promise<number> {
    this.#ledger.endPause();
    const abandon = () => {
      for (const lane of this.#lanes) lane.abandon();
    };
    signal.addEventListener('abort', abandon);
    if (signal.aborted) abandon();
    await Promise.all(this.#lanes.map((lane) => lane.flush()));
    signal.removeEventListener('abort', abandon);
    await this.#upstream.close();
    return this.#ledger.lostSamples;
  }

  /** What somebody must put right before this backend takes anything, as a sentence; undefined where nothing is known. */
  trouble(): string | undefined {
    const reason = this.#ledger.accessRefusal;
    if (reason === undefined) return undefined;
    const why =
      reason === 'status_404' ? 'it does not know the path of its URL' : 'it refuses our credentials';
    return `Backend ${this.#name} answers ${reason.replace('status_', '')}: ${why}. What is pushed waits.`;
  }

  reading(): QueueReading {
    const { bytes, limitBytes, requestsInFlight } = this.#ledger;
    return { backend: this.#name, bytes, limitBytes, requestsInFlight, oldestAgeMs: this.#oldestAgeMs() };
  }

  #oldestAgeMs(): number {
    const nowMs = this.#clock.nowMs();
    return this.#lanes.reduce((oldest, lane) => Math.max(oldest, nowMs - (lane.oldestMs ?? nowMs)), 0);
  }
}
