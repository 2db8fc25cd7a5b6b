// A refused block, decompressed: any part of it can be sealed by itself, and the pushes in that part named. Series are
// numbered from 0, and each has one sample. A lane holds one at a time; it takes twice the bytes of the request before
// compression at most.

import { type Block, type BlockSealer, unsealBlock } from '../../remotewrite/block.ts';
import { BlockFields } from '../../remotewrite/block-fields.ts';
import { type BlockPush, readPushes } from './push-manifest.ts';
import type { QueuedBlock, WaitingPart } from './queued-block.ts';

/** The series from `from` to `to`, exclusive: some whole pushes, or some series of one push. */
export interface BlockPart {
  readonly from: number;
  readonly to: number;
  /** Without metadata, because that may be what was refused. */
  readonly isBare?: true;
}

export class OpenedBlock {
  readonly #pushes: readonly BlockPush[];
  /** The first series of push i; the last entry is the end of the last push. */
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

  /** The number of the push that a series belongs to. */
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

  /** Where to cut a part of two or more series: as near to its middle as possible, and between two pushes if it has several. */
  middle({ from, to }: BlockPart): number {
    const middle = (from + to) >>> 1;
    if (this.isInsidePush({ from, to })) return middle;
    const number = this.pushAt(middle);
    const [before, after] = [this.#starts[number]!, this.#starts[number + 1]!];
    if (before <= from) return after;
    return after >= to || middle - before <= after - middle ? before : after;
  }

  seal({ from, to, isBare }: BlockPart): Block {
    const block = this.#sealer.seal(this.#fields.slice(from, to, isBare !== true), to - from);
    return isBare === true ? { ...block, isBare } : block;
  }

  /** The pushes that somebody waits for, with their samples in the part. */
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
