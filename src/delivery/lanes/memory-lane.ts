// A lane without a log: one shard of one backend, in memory only. What is left at the end of a stop is lost.
import type { LanePush } from '../block/lane-push.ts';
import type { SenderDeps } from '../send/block-sender.ts';
import { BlockQueue } from './block-queue.ts';
import { type AdaptEncoded, adaptPush, type Lane } from './lane.ts';
import { LaneProgress } from './lane-progress.ts';

export class MemoryLane implements Lane {
  readonly #adapt: AdaptEncoded;
  readonly #queue: BlockQueue;
  readonly #progress = new LaneProgress(() => this.#queue.unsettledSamples);

  constructor(deps: SenderDeps, adapt: AdaptEncoded) {
    this.#adapt = adapt;
    this.#queue = new BlockQueue(deps, {
      isAwaited: () => this.#progress.isAwaited,
      settled: () => this.#progress.advance(),
      // No block of this lane has a place in a log.
      left: () => undefined,
    });
  }

  append(push: LanePush): void {
    const adapted = adaptPush(push, this.#adapt);
    this.#progress.take(adapted.encoded.sampleCount);
    this.#queue.append(adapted);
  }

  hurry(): void {
    this.#queue.hurry();
  }

  settled(signal: AbortSignal): Promise<number> {
    return this.#progress.settled(signal);
  }

  finish(): Promise<void> {
    return this.#queue.finish();
  }

  abandon(): void {
    this.#queue.abandon();
  }

  get oldestMs(): number | undefined {
    return this.#queue.oldestMs;
  }
}
