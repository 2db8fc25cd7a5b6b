// A sealed block as a shard's queue holds it: with what is needed to judge its age and to name whom it concerns.
import type { Block } from '../remotewrite/block.ts';
import type { SealedManifest } from './push-manifest.ts';

export interface QueuedBlock extends SealedManifest {
  readonly block: Block;
  /** What the block costs the queue: its body and the manifest of its pushes. */
  readonly heldBytes: number;
  readonly oldestMs: number;
  readonly newestMs: number;
}
