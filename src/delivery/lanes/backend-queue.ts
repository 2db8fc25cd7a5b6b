// All lanes of one backend, with one bound on the bytes that they hold in memory. Over a log each lane has its share of the
// bound, and what does not fit is read from the log later.
import type { BackendConfig } from '../../config/config.ts';
import type { BlockSealer } from '../../remotewrite/block.ts';
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { QueueReading } from '../../telemetry/backend-metrics.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { DeliveryEvents } from '../../telemetry/events.ts';
import { onAbort } from '../../telemetry/wait.ts';
import { BackendLedger } from '../block/backend-ledger.ts';
import type { LogRange, PushLog } from '../block/push-log.ts';
import { profileNumber } from '../block/push-record.ts';
import type { PushTicket } from '../block/push-ticket.ts';
import type { SenderDeps } from '../send/block-sender.ts';
import { UpstreamClient } from '../upstream/upstream-client.ts';
import { BackendAdapter } from './backend-adapter.ts';
import type { Lane } from './lane.ts';
import { openLaneRecords } from './lane-records.ts';
import { LogLane } from './log-lane.ts';
import { MemoryLane } from './memory-lane.ts';

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
  /** Makes the client of a backend. Default: one that sends over HTTP. */
  readonly connect?: (backend: BackendConfig) => Upstream;
}

/** The client of one backend, shared by its lanes. */
export type Upstream = Pick<UpstreamClient, 'send' | 'noteMetadata' | 'renewConnections' | 'close'>;

/** A push, or what the log has of it, on its way to the lanes. */
export interface QueuePush {
  readonly shardHash: number;
  readonly job: string;
  readonly receivedAtMs: number;
  /** Of a push whose client waits until it is delivered. */
  readonly ticket?: PushTicket | undefined;
  /** Its place in the log; undefined for a push that is in memory only. */
  readonly range?: LogRange | undefined;
}

export class BackendQueue {
  readonly name: string;
  /** Whether pushes are refused if this backend has no room, and clients wait for delivery to it. */
  readonly isRequired: boolean;
  /** A number for what the backend takes of a push. */
  readonly profile: number;
  readonly #deps: SenderDeps;
  readonly #ledger: BackendLedger;
  readonly #upstream: Upstream;
  readonly #adapter: BackendAdapter;
  /** Set once, by `openInMemory` or `openLog`. */
  #lanes: readonly Lane[] = [];
  /** The same lanes, if they are over a log. */
  #logLanes: readonly LogLane[] = [];
  #log: PushLog | undefined;

  /** Throws an Error that names the file, for TLS or credentials, that cannot be used. */
  constructor(backend: BackendConfig, deps: QueueDeps) {
    const { name, queueConfig, required, messageVersion } = backend;
    const { sealer, events, clock, random } = deps;
    this.name = name;
    this.isRequired = required;
    this.profile = profileNumber(backend);
    this.#ledger = new BackendLedger(queueConfig.maxQueueSize, clock);
    this.#upstream = deps.connect?.(backend) ?? new UpstreamClient(backend, deps);
    this.#adapter = new BackendAdapter(backend, {
      utf8Names: deps.utf8Names ?? false,
      noteMetadata: (fields) => this.#upstream.noteMetadata(fields),
    });
    this.#deps = {
      backend: name,
      queueConfig,
      addsMetadata: messageVersion === 'V2.0',
      ledger: this.#ledger,
      upstream: this.#upstream,
      sealer,
      events,
      clock,
      random,
    };
  }

  /** Builds the lanes, in memory. */
  openInMemory(): void {
    const adapt = (encoded: EncodedSeries) => this.#adapter.adapt(encoded);
    this.#lanes = this.#buildLanes(() => new MemoryLane(this.#deps, adapt));
  }

  /** Builds the lanes over the log. They go on where an earlier run left the backend. `onSettled`: a lane settled something. */
  openLog(log: PushLog, onSettled: () => void): void {
    const { shards: lanes } = this.#deps.queueConfig;
    const adapter = this.#adapter;
    const backendLog = {
      log,
      positions: log.positionsOf(this.name, lanes),
      lanes,
      profile: this.profile,
      form: adapter.form,
      adapt: (encoded: EncodedSeries) => adapter.adaptToKeep(encoded),
      onSettled,
    };
    const adapt = (encoded: EncodedSeries) => adapter.adapt(encoded);
    this.#log = log;
    this.#logLanes = this.#buildLanes(
      (lane) => new LogLane(this.#deps, openLaneRecords(backendLog, lane), adapt),
    );
    this.#lanes = this.#logLanes;
    this.readEarlierRun();
  }

  /** Reads what an earlier run left in the log. */
  readEarlierRun(): void {
    for (const lane of this.#logLanes) lane.readEarlierRun();
  }

  /** No lane needs a record of the log before this position. */
  get needsFrom(): number {
    return Math.min(...this.#logLanes.map((lane) => lane.needsFrom));
  }

  get limitBytes(): number {
    return this.#ledger.limitBytes;
  }

  hasRoom(byteLength: number): boolean {
    return this.#ledger.hasRoom(byteLength);
  }

  /** Gives up the records of the log before this position. */
  skipTo(position: number): void {
    for (const lane of this.#logLanes) lane.skipTo(position);
  }

  /** `encoded` is what this backend takes of the push. The caller has checked that there is room for it in memory. */
  append(encoded: EncodedSeries, { shardHash, range, ...push }: QueuePush): void {
    if (encoded.withheldHistograms > 0) this.withheld(encoded.withheldHistograms);
    this.#lanes[shardHash % this.#lanes.length]!.append({ encoded, push, range });
  }

  /** Native histograms were pushed that this backend is not sent. */
  withheld(histograms: number): void {
    this.#deps.events.histogramsWithheld(this.name, histograms);
  }

  /** Gives up a push for which a backend that is not required has no room. */
  dropForLackOfRoom({ sampleCount }: EncodedSeries, { job }: QueuePush): void {
    const { events, queueConfig } = this.#deps;
    const detail = `its queue holds ${queueConfig.maxQueueSize} bytes already (maxQueueSize)`;
    const jobs = new Map([[job, sampleCount]]);
    events.blockDropped({ backend: this.name, sampleCount, jobs, reason: 'queue_full', detail });
  }

  /** Samples that a stop gave up. */
  get lostSamples(): number {
    return this.#ledger.lostSamples;
  }

  /** Sends at once what waits for company or for the end of a backoff. A pause that the backend asked for is kept. */
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

  /** What somebody must fix before this backend gets everything, a sentence for each cause. */
  troubles(): readonly string[] {
    const reason = this.#ledger.accessRefusal;
    const access = reason === undefined ? [] : [accessTrouble(this.name, reason)];
    const unreadable = this.#logLanes.find((lane) => lane.unreadable !== undefined)?.unreadable;
    if (unreadable === undefined) return access;
    return [...access, `Backend ${this.name} waits for what the spool has of its pushes: ${unreadable}`];
  }

  reading(): QueueReading {
    const { bytes, limitBytes, requestsInFlight } = this.#ledger;
    const oldestAgeMs = this.#oldestAgeMs();
    const spoolBytes = this.#log && Math.max(0, this.#log.storedEnd - this.needsFrom);
    return { backend: this.name, bytes, limitBytes, requestsInFlight, oldestAgeMs, spoolBytes };
  }

  #buildLanes<L extends Lane>(build: (lane: number) => L): readonly L[] {
    return Array.from({ length: this.#deps.queueConfig.shards }, (_, lane) => build(lane));
  }

  #oldestAgeMs(): number {
    const nowMs = this.#deps.clock.nowMs();
    return this.#lanes.reduce((oldest, lane) => Math.max(oldest, nowMs - (lane.oldestMs ?? nowMs)), 0);
  }
}

/** `reason` is that of an outcome which refuses access. */
function accessTrouble(backend: string, reason: string): string {
  return `Backend ${backend} ${describeRefusal(reason)}. What is pushed waits.`;
}

function describeRefusal(reason: string): string {
  switch (reason) {
    case 'status_404':
      return 'answers 404: it does not know the path of its URL';
    case 'proxy_407':
      return 'is not reached: the proxy refuses our credentials';
    case 'oauth2_token':
      return 'is not asked: the token endpoint refuses our client';
    case 'aws_credentials':
      return 'is not asked: no AWS credentials can be had';
    default:
      return `answers ${reason.replace('status_', '')}: it refuses our credentials`;
  }
}
