// A sealed block as a shard's queue holds it: with what is needed to judge its age and to name whom it concerns.
import type { Block } from '../../remotewrite/block.ts';
import type { LanePosition } from './lane-position.ts';
import type { SealedManifest } from './push-manifest.ts';
import type { WaitingPart } from './waiting-part.ts';

export interface QueuedBlock extends SealedManifest {
  readonly block: Block;
  /** What the block costs the queue: its body and the manifest of its pushes. */
  readonly heldBytes: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  /** The pushes of it that somebody waits for. */
  readonly waiting: readonly WaitingPart[];
  /** Where its lane stands once the block is settled; undefined for a block that is in memory only, or is from now on. */
  after: LanePosition | undefined;
}

/** What a stop gives up is not lost where the spool has it. */
export function isLeftInSpool({ after }: QueuedBlock, { reason }: { readonly reason: string }): boolean {
  return after !== undefined && reason === 'shutdown';
}
