// Delivery takes pushes for all backends at once, all or nothing, and brings them there in order. It is where the life of a
// push after the transcoder begins. `offer` runs for every push: it copies bytes, starts at most a seal, and never waits.
import type { BackendConfig } from '../config/config.ts';
import { BlockSealer } from '../remotewrite/block.ts';
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';
import type { QueueReading } from '../telemetry/backend-metrics.ts';
import type { Timer } from '../telemetry/clock.ts';
import { onAbort } from '../telemetry/wait.ts';
import type { OfferedPush, OfferResult } from './block/offered-push.ts';
import type { LogListener, PushLog } from './block/push-log.ts';
import { type LoggedPush, partFor } from './block/push-record.ts';
import { PushTicket } from './block/push-ticket.ts';
import { BackendQueue, type DeliveryDeps, type QueuePush } from './lanes/backend-queue.ts';
import type { FlushReport } from './lanes/lane-progress.ts';
import { LogGate, type PassedPush } from './log-gate.ts';

export type { OfferedPush, OfferResult } from './block/offered-push.ts';
export type { FlushReport } from './lanes/lane-progress.ts';

/** How long the log may take to close after the end of a stop. */
const CLOSE_GRACE_MS = 2000;

export interface StopReport {
  /** Samples that were accepted and not delivered, summed over the backends that missed them. */
  readonly lostSamples: number;
}

/** Opens the log that pushes go through. It reports to `listener` from then on. */
export type OpenLog = (listener: LogListener) => Promise<PushLog>;

export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #queues: readonly BackendQueue[];
  readonly #gate: LogGate;
  readonly #openLog: OpenLog | undefined;
  #log: PushLog | undefined;
  #stopped: Promise<StopReport> | undefined;
  /** Aborts at the end of a stop: nothing more will be settled. */
  readonly #ended = new AbortController();

  /**
   * Without `openLog`, pushes are queued in memory only. Throws an Error that names the file, for TLS or credentials, that
   * cannot be used.
   */
  constructor(backends: readonly BackendConfig[], deps: DeliveryDeps, openLog?: OpenLog) {
    this.#deps = deps;
    this.#openLog = openLog;
    const sealer = new BlockSealer();
    this.#queues = backends.map((backend) => new BackendQueue(backend, { ...deps, sealer }));
    if (openLog === undefined) for (const queue of this.#queues) queue.openInMemory();
    this.#gate = new LogGate({
      profiles: this.#queues.map(({ profile }) => profile),
      hasRoom: (push) => this.#refuse(push) === undefined,
      pass: (passed) => this.#pass(passed),
      onFull: () => this.#makeRoom(this.#log!),
      onPassed: () => this.#release(),
      onLoaded: () => {
        for (const queue of this.#queues) queue.readEarlierRun();
      },
    });
  }

  /** Opens the log, if there is one, and delivers what an earlier run left in it. Before the first offer. Rejects as `openLog`. */
  async open(): Promise<void> {
    if (this.#openLog === undefined) return;
    const log = await this.#openLog(this.#gate);
    this.#log = log;
    this.#gate.open(log);
    log.forgetOthers(this.#queues.map(({ name }) => name));
    for (const queue of this.#queues) queue.openLog(log, () => this.#release());
  }

  /** Takes the push for every backend, or for none. Its bytes are copied before this returns. */
  offer(push: OfferedPush): OfferResult {
    if (this.#stopped !== undefined) return 'stopping';
    const refusal = this.#refuse(push);
    if (refusal === 'tooLarge') return refusal;
    const ticket = push.waiter && new PushTicket(push.waiter);
    ticket?.hold();
    if (this.#log !== undefined) return this.#offerToLog(push, ticket);
    if (refusal !== undefined) return refusal;
    const { encoded, shardHash, job, receivedAtMs } = push;
    for (let i = 0; i < this.#queues.length; i++)
      this.#append(this.#queues[i]!, encoded[i]!, { shardHash, job, receivedAtMs, ticket });
    ticket?.release();
    return 'accepted';
  }

  #offerToLog(push: OfferedPush, ticket: PushTicket | undefined): OfferResult {
    const result = this.#gate.offer(push, ticket);
    if (result !== 'accepted') return result;
    ticket?.release();
    for (let i = 0; i < this.#queues.length; i++) {
      const { withheldHistograms } = push.encoded[i]!;
      if (withheldHistograms > 0) this.#queues[i]!.withheld(withheldHistograms);
    }
    return result;
  }

  /** Hands a push to the backends that the log has stored, or that goes on without it. */
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

  /** No push is refused because of backends that are not required: they give up what the others have settled. */
  #makeRoom(log: PushLog): void {
    const needed = neededFrom(
      log,
      this.#queues.filter(({ isRequired }) => isRequired),
    );
    for (const queue of this.#queues) if (!queue.isRequired) queue.skipTo(needed);
    this.#release();
  }

  /** Releases what no backend needs any more. */
  #release(): void {
    if (this.#log !== undefined) this.#log.release(neededFrom(this.#log, this.#queues));
  }

  /** Whether offers are taken at all. */
  ready(): boolean {
    return this.#stopped === undefined;
  }

  /** What keeps accepted pushes from being delivered until somebody fixes it, a sentence for each cause. */
  troubles(): readonly string[] {
    const queues = this.#queues.flatMap((queue) => queue.troubles());
    const { trouble } = this.#log ?? {};
    return trouble === undefined ? queues : [trouble, ...queues];
  }

  /** For when the program was held up so long that its connections may be dead: later requests make new ones. */
  renewConnections(graceMs: number): void {
    for (const queue of this.#queues) queue.renewConnections(graceMs);
  }

  /** The state of every backend's queue. */
  readings(): readonly QueueReading[] {
    return this.#queues.map((queue) => queue.reading());
  }

  /**
   * Sends what was accepted before this call without waiting for company. Resolves when the required backends have taken
   * or refused all of it, or `signal` aborts; an aborted signal sends and waits for nothing. Never rejects. Pushes that
   * come later do not prolong it.
   */
  async flush(signal: AbortSignal): Promise<FlushReport> {
    const until = AbortSignal.any([signal, this.#ended.signal]);
    for (const queue of this.#queues) queue.hurry();
    const unstored = this.#gate.isEmpty ? [] : await this.#passGate(until);
    const required = this.#queues.filter(({ isRequired }) => isRequired);
    const unsettled = await Promise.all(required.map((queue) => queue.settled(until)));
    const unsent = required.flatMap(({ profile }) =>
      unstored.map((push) => partFor(push, profile).sampleCount),
    );
    return { remainingSamples: [...unsettled, ...unsent].reduce((sum, samples) => sum + samples, 0) };
  }

  /** Hands the lanes what waits for the log. Resolves with what the log has not answered for. */
  async #passGate(signal: AbortSignal): Promise<readonly LoggedPush[]> {
    const unstored = await this.#gate.settled(signal);
    for (const queue of this.#queues) queue.hurry();
    return unstored;
  }

  /**
   * Refuses new pushes and delivers what is queued until nothing is left or `signal` aborts. What is left then stays in the
   * log; what is in memory only is lost. Afterwards no timer and no connection is open.
   */
  stop(signal: AbortSignal): Promise<StopReport> {
    this.#stopped ??= this.#stop(signal);
    return this.#stopped;
  }

  async #stop(signal: AbortSignal): Promise<StopReport> {
    if (this.#log !== undefined) await this.#gate.settled(signal);
    await Promise.all(this.#queues.map((queue) => queue.stop(signal)));
    // What the log refuses only now is lost as well, so it closes before the count.
    if (this.#log !== undefined) await this.#closeLog(this.#log, signal);
    this.#ended.abort();
    return { lostSamples: this.#queues.reduce((sum, { lostSamples }) => sum + lostSamples, 0) };
  }

  /** A log that does not answer does not hold up a stop: what it was given last is not acknowledged. */
  async #closeLog(log: PushLog, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let timer: Timer | undefined;
    let stopListening = (): void => undefined;
    const isHung = new Promise<void>((resolve) => {
      stopListening = onAbort(signal, () => {
        timer = clock.setTimer(resolve, CLOSE_GRACE_MS);
      });
    });
    await Promise.race([log.close(), isHung]);
    stopListening();
    timer?.cancel();
  }
}

/** The first position of the log that one of these queues still needs. */
function neededFrom({ storedEnd }: PushLog, queues: readonly BackendQueue[]): number {
  return queues.reduce((needed, queue) => Math.min(needed, queue.needsFrom), storedEnd);
}
