// The face of delivery: takes pushes all or nothing, for every backend at once, and brings them there in order.
// `offer` runs for every push: it copies bytes and starts at most a seal; it waits for nothing.
import type { BackendConfig } from '../config/config.ts';
import { BlockSealer } from '../remotewrite/block-sealer.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import type { QueueReading } from '../telemetry/backend-metrics.ts';
import type { Timer } from '../telemetry/clock.ts';
import { onAbort } from '../telemetry/wait.ts';
import type { OfferedPush, OfferResult } from './block/offered-push.ts';
import { PushTicket } from './block/push-ticket.ts';
import { BackendQueue, type DeliveryDeps, type QueuePush } from './lanes/backend-queue.ts';
import type { FlushReport } from './lanes/lane-progress.ts';
import type { SpoolSink } from './spool/spool-face.ts';
import { type PassedPush, SpoolGate } from './spool/spool-gate.ts';
import type { SpoolStore } from './spool/spool-store.ts';
import { partFor, type SpooledPush } from './spool/spooled-push.ts';

export type { OfferedPush, OfferResult } from './block/offered-push.ts';
export type { FlushReport } from './lanes/lane-progress.ts';

/** How long the disk may take to close behind the end of a stop. */
const DISK_GRACE_MS = 2000;

export interface StopReport {
  /** Samples that were accepted and not delivered, summed over the backends that missed them. */
  readonly lostSamples: number;
}

export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #queues: readonly BackendQueue[];
  readonly #gate: SpoolGate;
  #store: SpoolStore | undefined;
  #stopped: Promise<StopReport> | undefined;
  /** Aborts at the end of a stop: nothing more will be settled. */
  readonly #ended = new AbortController();

  /** Throws an Error that names the file where one for TLS or credentials cannot be used. */
  constructor(backends: readonly BackendConfig[], deps: DeliveryDeps) {
    this.#deps = deps;
    const sealer = new BlockSealer();
    this.#queues = backends.map((backend) => new BackendQueue(backend, { ...deps, sealer }));
    this.#gate = new SpoolGate({
      profiles: this.#queues.map(({ profile }) => profile),
      hasRoom: (push) => this.#refuse(push) === undefined,
      pass: (passed) => this.#pass(passed),
      onFull: () => this.#makeRoom(this.#store!),
      onPassed: () => this.#release(),
      onLoaded: () => {
        for (const queue of this.#queues) queue.readSpool();
      },
    });
  }

  /** From now on pushes go through the spool, and what an earlier run has left in it is delivered; before the first offer. */
  async openSpool(open: (sink: SpoolSink) => Promise<SpoolStore>): Promise<void> {
    const store = await open(this.#gate);
    this.#store = store;
    this.#gate.open(store);
    store.forgetOthers(this.#queues.map(({ name }) => name));
    for (const queue of this.#queues) queue.openSpool(store, () => this.#release());
  }

  /** Takes the push for every backend, or for none. Its bytes are copied before this returns. */
  offer(push: OfferedPush): OfferResult {
    if (this.#stopped !== undefined) return 'stopping';
    const refusal = this.#refuse(push);
    if (refusal === 'tooLarge') return refusal;
    const ticket = push.waiter && new PushTicket(push.waiter);
    ticket?.hold();
    if (this.#store !== undefined) return this.#offerToSpool(push, ticket);
    if (refusal !== undefined) return refusal;
    const { encoded, shardHash, job, receivedAtMs } = push;
    for (let i = 0; i < this.#queues.length; i++)
      this.#append(this.#queues[i]!, encoded[i]!, { shardHash, job, receivedAtMs, ticket });
    ticket?.release();
    return 'accepted';
  }

  #offerToSpool(push: OfferedPush, ticket: PushTicket | undefined): OfferResult {
    const result = this.#gate.offer(push, ticket);
    if (result !== 'accepted') return result;
    ticket?.release();
    for (let i = 0; i < this.#queues.length; i++) {
      const { withheldHistograms } = push.encoded[i]!;
      if (withheldHistograms > 0) this.#queues[i]!.withheld(withheldHistograms);
    }
    return result;
  }

  /** A push that the spool has, or that goes on without it. */
  #pass({ push, shardHash, ticket, range }: PassedPush): void {
    const { job, receivedAtMs } = push;
    const waiting = ticket?.waiter.level === 'delivered' ? ticket : undefined;
    for (const queue of this.#queues)
      this.#append(queue, partFor(push, queue.profile), {
        shardHash,
        job,
        receivedAtMs,
        ticket: waiting,
        range,
      });
  }

  #append(queue: BackendQueue, encoded: EncodedSeries, push: QueuePush): void {
    if (queue.isRequired) queue.append(encoded, push);
    else if (push.range !== undefined || queue.hasRoom(encoded.bytes.length))
      queue.append(encoded, { ...push, ticket: undefined });
    else queue.dropForLackOfRoom(encoded, push);
  }

  #refuse({ encoded }: OfferedPush): OfferResult | undefined {
    const queues = this.#queues;
    let isFull = false;
    for (let i = 0; i < queues.length; i++) {
      if (!queues[i]!.isRequired) continue;
      const byteLength = encoded[i]!.bytes.length;
      if (byteLength > queues[i]!.limitBytes) return 'tooLarge';
      if (!queues[i]!.hasRoom(byteLength)) isFull = true;
    }
    return isFull ? 'full' : undefined;
  }

  /** For the sake of backends that are not required nothing is refused: they let go of what the others have. */
  #makeRoom(store: SpoolStore): void {
    const needed = neededFrom(
      store,
      this.#queues.filter(({ isRequired }) => isRequired),
    );
    for (const queue of this.#queues) if (!queue.isRequired) queue.skipTo(needed);
    this.#release();
  }

  /** Gives back what of the spool no backend needs any more. */
  #release(): void {
    const store = this.#store;
    if (store === undefined) return;
    store.release(neededFrom(store, this.#queues));
  }

  /** Whether offers are taken at all. */
  ready(): boolean {
    return this.#stopped === undefined;
  }

  /** What keeps pushes that are taken from being delivered, and will until somebody puts it right: one line for each. */
  troubles(): readonly string[] {
    const queues = this.#queues.flatMap((queue) => queue.troubles());
    const { trouble } = this.#store ?? {};
    return trouble === undefined ? queues : [trouble, ...queues];
  }

  /** For when the program was held up for so long that its connections may be dead: none of them is trusted any more. */
  renewConnections(graceMs: number): void {
    for (const queue of this.#queues) queue.renewConnections(graceMs);
  }

  /** The state of every backend's queue. */
  readings(): readonly QueueReading[] {
    return this.#queues.map((queue) => queue.reading());
  }

  /**
   * Sends what was accepted before this call without waiting for company, and resolves when the required backends have
   * taken or refused all of it, or `signal` aborts: an aborted one sends and waits for nothing. Never rejects. Pushes that
   * come meanwhile do not prolong it.
   */
  async flush(signal: AbortSignal): Promise<FlushReport> {
    const until = AbortSignal.any([signal, this.#ended.signal]);
    for (const queue of this.#queues) queue.hurry();
    const unsynced = this.#gate.isEmpty ? [] : await this.#passGate(until);
    const required = this.#queues.filter(({ isRequired }) => isRequired);
    const unsettled = await Promise.all(required.map((queue) => queue.settled(until)));
    const unsent = required.flatMap(({ profile }) =>
      unsynced.map((push) => partFor(push, profile).sampleCount),
    );
    return { remainingSamples: [...unsettled, ...unsent].reduce((sum, samples) => sum + samples, 0) };
  }

  /** Hands to the lanes what waits for the disk; resolves with what it has not answered for. */
  async #passGate(signal: AbortSignal): Promise<readonly SpooledPush[]> {
    const unsynced = await this.#gate.settled(signal);
    for (const queue of this.#queues) queue.hurry();
    return unsynced;
  }

  /**
   * Refuses new pushes and delivers what is queued until nothing is left or `signal` aborts; what is left then stays in
   * the spool, or is given up where it is in memory only. Afterwards no timer and no connection is open.
   */
  stop(signal: AbortSignal): Promise<StopReport> {
    this.#stopped ??= this.#stop(signal);
    return this.#stopped;
  }

  async #stop(signal: AbortSignal): Promise<StopReport> {
    if (this.#store !== undefined) await this.#gate.settled(signal);
    await Promise.all(this.#queues.map((queue) => queue.stop(signal)));
    // What the disk refuses only now is lost as well.
    if (this.#store !== undefined) await this.#closeSpool(this.#store, signal);
    this.#ended.abort();
    return { lostSamples: this.#queues.reduce((sum, { lostSamples }) => sum + lostSamples, 0) };
  }

  /** A disk that does not answer does not hold up a stop: what it was given last is not acknowledged. */
  async #closeSpool(store: SpoolStore, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let timer: Timer | undefined;
    let stopListening = (): void => undefined;
    const isHung = new Promise<void>((resolve) => {
      stopListening = onAbort(signal, () => {
        timer = clock.setTimer(resolve, DISK_GRACE_MS);
      });
    });
    await Promise.race([store.close(), isHung]);
    stopListening();
    timer?.cancel();
  }
}

/** The first position of the spool that one of these queues still needs. */
function neededFrom({ syncedEnd }: SpoolStore, queues: readonly BackendQueue[]): number {
  return queues.reduce((needed, queue) => Math.min(needed, queue.needsFrom), syncedEnd);
}
