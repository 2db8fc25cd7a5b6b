// A sealed block as a lane's queue holds it: with its age, and with the pushes that it is made of.
import type { Block } from '../../remotewrite/block.ts';
import type { LanePosition } from './push-log.ts';
import type { SealedManifest } from './push-manifest.ts';
import type { PushTicket } from './push-ticket.ts';
import type { GivenUp } from './send-outcome.ts';

/** A block, or a part of one, on its way to the backend. */
export interface OutgoingBlock extends Block {
  /** Samples by job, for events. */
  readonly jobs: ReadonlyMap<string, number>;
  /** When the newest push in it was received. */
  readonly newestMs: number;
}

export interface QueuedBlock extends OutgoingBlock, SealedManifest {
  /** What the block costs the queue: its body and the manifest of its pushes. */
  readonly heldBytes: number;
  readonly oldestMs: number;
  /** The pushes in it that somebody waits for. */
  readonly waiting: readonly WaitingPart[];
  /** The lane's position once the block is settled. Undefined if the block is in memory only, or no longer needed in the log. */
  after: LanePosition | undefined;
}

/** A block that a stop gives up is not lost if the log has it. */
export function isLeftInSpool({ after }: QueuedBlock, { reason }: GivenUp): boolean {
  return after !== undefined && reason === 'shutdown';
}

/** A push, as far as it is in one block, with the ticket that is held for it. */
export interface WaitingPart {
  /** Its number in the block's manifest. */
  readonly push: number;
  readonly sampleCount: number;
  readonly ticket: PushTicket;
}

/** About what a ticket costs for as long as its block is queued. */
export const BYTES_PER_WAITING_PART = 160;
