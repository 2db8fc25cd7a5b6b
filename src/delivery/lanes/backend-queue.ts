// All shards of one backend behind one bound on bytes. With a spool the bound is on what is in memory: each lane has its
// share of it, and what does not fit is read from the spool later.
import type { BackendConfig } from '../../config/config.ts';
import type { BlockSealer } from '../../remotewrite/block-sealer.ts';
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { QueueReading } from '../../telemetry/backend-metrics.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { DeliveryEvents } from '../../telemetry/events.ts';
import { onAbort } from '../../telemetry/wait.ts';
import { BackendLedger } from '../block/backend-ledger.ts';
import type { SpoolRange } from '../block/lane-push.ts';
import type { PushTicket } from '../block/push-ticket.ts';
import { openSpoolLane } from '../spool/spool-lane.ts';
import type { SpoolStore } from '../spool/spool-store.ts';
import { profileNumber } from '../spool/spooled-push.ts';
import { UpstreamClient } from '../upstream/upstream-client.ts';
import { accessTrouble } from './access-trouble.ts';
import { BackendAdapter } from './backend-adapter.ts';
import { type LaneDeps, ShardLane } from './shard-lane.ts';

export interface QueueDeps extends DeliveryDeps {
  readonly sealer: BlockSealer;
}

export interface DeliveryDeps {
  readonly events: DeliveryEvents;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly userAgent: string;
  /** Whether rules may make names of any UTF-8. */
  readonly utf8Names?: boolean;
}

/** A push, or what the spool has of it, on its way to the lanes. */
export interface QueuePush {
  readonly shardHash: number;
  readonly job: string;
  readonly receivedAtMs: number;
  /** Of one that is waited for until it is delivered. */
  readonly ticket?: PushTicket | undefined;
  /** Its place in the spool; undefined where it is in memory only. */
  readonly range?: SpoolRange | undefined;
}

export class BackendQueue {
  readonly name: string;
  /** Whether pushes are refused for its sake, and delivery to it is waited for. */
  readonly isRequired: boolean;
  /** What it takes of a push, as a number. */
  readonly profile: number;
  readonly #deps: Omit<LaneDeps, 'spool'>;
  readonly #ledger: BackendLedger;
  readonly #upstream: UpstreamClient;
  readonly #adapter: BackendAdapter;
  #lanes: readonly ShardLane[];
  #store: SpoolStore | undefined;

  /** Throws an Error that names the file where one for TLS or credentials cannot be used. */
  constructor(backend: BackendConfig, deps: QueueDeps) {
    const { name, queueConfig, required } = backend;
    this.name = name;
    this.isRequired = required;
    this.profile = profileNumber(backend);
    this.#ledger = new BackendLedger(queueConfig.maxQueueSize, deps.clock);
    this.#upstream = new UpstreamClient(backend, deps);
    this.#adapter = new BackendAdapter(backend, {
      utf8Names: deps.utf8Names ?? false,
      noteMetadata: (fields) => this.#upstream.noteMetadata(fields),
    });
    const { sealer, events, clock, random } = deps;
    const [upstream, ledger] = [this.#upstream, this.#ledger];
    const addsMetadata = backend.messageVersion === 'V2.0';
    this.#deps = {
      sealer,
      addsMetadata,
      backend: name,
      queueConfig,
      upstream,
      ledger,
      events,
      clock,
      random,
    };
    this.#lanes = Array.from({ length: queueConfig.shards }, () => new ShardLane(this.#deps));
  }

  /** Goes on where an earlier run has left the backend in the spool; before the first push. */
  openSpool(store: SpoolStore, onSettled: () => void): void {
    const { shards } = this.#deps.queueConfig;
    this.#store = store;
    const positions = store.positionsOf(this.name, shards);
    const adapt = (encoded: EncodedSeries) => this.#adapter.adaptToKeep(encoded);
    const spool = {
      store,
      positions,
      shards,
      profile: this.profile,
      form: this.#adapter.form,
      adapt,
      onSettled,
    };
    this.#lanes = this.#lanes.map(
      (_, lane) => new ShardLane({ ...this.#deps, spool: openSpoolLane(spool, lane) }),
    );
    this.readSpool();
  }

  /** Reads what an earlier run has left in the spool, which could not be read before. */
  readSpool(): void {
    for (const lane of this.#lanes) lane.readSpool();
  }

  /** No lane needs a record of the spool before this position. */
  get needsFrom(): number {
    return Math.min(...this.#lanes.map((lane) => lane.needsFrom));
  }

  get limitBytes(): number {
    return this.#ledger.limitBytes;
  }

  hasRoom(byteLength: number): boolean {
    return this.#ledger.hasRoom(byteLength);
  }

  /** Lets go of the records of the spool before this position. */
  skipTo(position: number): void {
    for (const lane of this.#lanes) lane.skipTo(position);
  }

  /** `encoded` is what this backend takes of the push. The caller has checked that there is room for one in memory. */
  append(encoded: EncodedSeries, { shardHash, range, ...push }: QueuePush): void {
    if (encoded.withheldHistograms > 0) this.withheld(encoded.withheldHistograms);
    this.#lanes[shardHash % this.#lanes.length]!.append({
      encoded: this.#adapter.adapt(encoded),
      push,
      range,
    });
  }

  /** Native histograms were pushed that this backend is not sent. */
  withheld(histograms: number): void {
    this.#deps.events.histogramsWithheld(this.name, histograms);
  }

  /** Gives up a push that a backend which is not required has no room for. */
  dropForLackOfRoom({ sampleCount }: EncodedSeries, { job }: QueuePush): void {
    const { events, queueConfig } = this.#deps;
    const detail = `its queue holds ${queueConfig.maxQueueSize} bytes already (maxQueueSize)`;
    const jobs = new Map([[job, sampleCount]]);
    events.blockDropped({ backend: this.name, sampleCount, jobs, reason: 'queue_full', detail });
  }

  /** Samples that a stop has given up. */
  get lostSamples(): number {
    return this.#ledger.lostSamples;
  }

  /** Sends at once what waits for company or for the end of a backoff; a pause that the backend asked for is kept. */
  hurry(): void {
    for (const lane of this.#lanes) lane.hurry();
  }

  /** Resolves when all that was appended so far is settled, or `signal` aborts: with how many samples of it still wait. */
  async settled(signal: AbortSignal): Promise<number> {
    const remaining = await Promise.all(this.#lanes.map((lane) => lane.settled(signal)));
    return remaining.reduce((sum, samples) => sum + samples, 0);
  }

  /** As `UpstreamClient.renewConnections`. */
  renewConnections(graceMs: number): void {
    this.#upstream.renewConnections(graceMs);
  }

  /** Delivers what is queued until nothing is left or `signal` aborts. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#ledger.endPause();
    const stopListening = onAbort(signal, () => {
      for (const lane of this.#lanes) lane.abandon();
    });
    await Promise.all(this.#lanes.map((lane) => lane.finish()));
    stopListening();
    await this.#upstream.close();
  }

  /** What somebody must put right before this backend gets everything, a sentence for each. */
  troubles(): readonly string[] {
    const reason = this.#ledger.accessRefusal;
    const access = reason === undefined ? [] : [accessTrouble(this.name, reason)];
    const unreadable = this.#lanes.find((lane) => lane.unreadable !== undefined)?.unreadable;
    if (unreadable === undefined) return access;
    return [...access, `Backend ${this.name} waits for what the spool has of its pushes: ${unreadable}`];
  }

  reading(): QueueReading {
    const { bytes, limitBytes, requestsInFlight } = this.#ledger;
    const oldestAgeMs = this.#oldestAgeMs();
    const spoolBytes = this.#spoolBytes();
    return { backend: this.name, bytes, limitBytes, requestsInFlight, oldestAgeMs, spoolBytes };
  }

  #spoolBytes(): number | undefined {
    return this.#store && Math.max(0, this.#store.syncedEnd - this.needsFrom);
  }

  #oldestAgeMs(): number {
    const nowMs = this.#deps.clock.nowMs();
    return this.#lanes.reduce((oldest, lane) => Math.max(oldest, nowMs - (lane.oldestMs ?? nowMs)), 0);
  }
}
