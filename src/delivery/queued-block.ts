// A sealed block as a shard's queue holds it: with what is needed to judge its age and to name whom it concerns.
import type { Block } from '../remotewrite/block.ts';

export interface QueuedBlock {
  readonly block: Block;
  /** What the block costs the queue: its body and the manifest of its jobs. */
  readonly heldBytes: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Samples by job. */
  readonly jobs: ReadonlyMap<string, number>;
}
