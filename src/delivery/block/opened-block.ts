// A refused block, opened: any part of it can be sealed by itself, and its owner named. Series count from 0, and each is
// one sample. Held by a lane for one block at a time, and no larger than a request before compression, twice.
import type { Block } from '../../remotewrite/block.ts';
import { BlockFields } from '../../remotewrite/block-fields.ts';
import type { BlockSealer } from '../../remotewrite/block-sealer.ts';
import { unsealBlock } from '../../remotewrite/unseal-block.ts';
import { type BlockPush, readPushes } from './push-manifest.ts';
import type { QueuedBlock } from './queued-block.ts';
import type { WaitingPart } from './waiting-part.ts';

/** The series from `from` to `to`, exclusive: some whole pushes, or some series of one. */
export interface BlockPart {
  readonly from: number;
  readonly to: number;
  /** Without metadata, which may be what was refused. */
  readonly isBare?: true;
}

export class OpenedBlock {
  readonly #pushes: readonly BlockPush[];
  /** Where push i begins; the last entry is where the last one ends. */
  readonly #starts: readonly number[];
  readonly #fields: BlockFields;
  readonly #sealer: BlockSealer;
  readonly #waiting: readonly WaitingPart[];
  readonly whole: BlockPart;

  constructor(queued: QueuedBlock, sealer: BlockSealer) {
    const { sampleCount } = queued;
    this.#pushes = readPushes(queued);
    const starts = [0];
    for (const push of this.#pushes) starts.push(starts.at(-1)! + push.sampleCount);
    this.#starts = starts;
    this.#fields = new BlockFields(unsealBlock(queued), sampleCount, (series) => {
      return starts[this.pushAt(series)]!;
    });
    this.#sealer = sealer;
    this.#waiting = queued.waiting;
    this.whole = { from: 0, to: sampleCount };
  }

  /** The number of the push that a series is of. */
  pushAt(series: number): number {
    let low = 0;
    let high = this.#pushes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#starts[middle]! <= series) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  push(number: number): BlockPush {
    return this.#pushes[number]!;
  }

  isInsidePush({ from, to }: BlockPart): boolean {
    return this.pushAt(from) === this.pushAt(to - 1);
  }

  hasMetadata({ from, to, isBare }: BlockPart): boolean {
    return isBare !== true && this.#fields.hasMetadata(from, to);
  }

  /** Where a part of two or more series is cut: between two pushes where it has several, as near to its middle as may be. */
  middle({ from, to }: BlockPart): number {
    const middle = (from + to) >>> 1;
    if (this.isInsidePush({ from, to })) return middle;
    const number = this.pushAt(middle);
    const [before, behind] = [this.#starts[number]!, this.#starts[number + 1]!];
    if (before <= from) return behind;
    return behind >= to || middle - before <= behind - middle ? before : behind;
  }

  seal({ from, to, isBare }: BlockPart): Block {
    const block = this.#sealer.seal(this.#fields.slice(from, to, isBare !== true), to - from);
    return isBare === true ? { ...block, isBare } : block;
  }

  /** Those that somebody waits for, each as far as it is in the part. */
  waiting({ from, to }: BlockPart): readonly WaitingPart[] {
    return this.#waiting.flatMap(({ push, ticket }) => {
      const sampleCount = Math.min(to, this.#starts[push + 1]!) - Math.max(from, this.#starts[push]!);
      return sampleCount > 0 ? [{ push, sampleCount, ticket }] : [];
    });
  }

  /** Samples by job. */
  jobs({ from, to }: BlockPart): ReadonlyMap<string, number> {
    const jobs = new Map<string, number>();
    for (let number = this.pushAt(from); number < this.#pushes.length; number++) {
      const start = Math.max(from, this.#starts[number]!);
      const end = Math.min(to, this.#starts[number + 1]!);
      if (start >= end) break;
      const { job } = this.#pushes[number]!;
      jobs.set(job, (jobs.get(job) ?? 0) + end - start);
    }
    return jobs;
  }
}
