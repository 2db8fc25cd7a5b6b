// The pushes of a block that somebody waits for.
import type { PushTicket } from './push-ticket.ts';

/** A push, as far as it is in one block, with the ticket that is held for it. */
export interface WaitingPart {
  /** Its number in the block's manifest. */
  readonly push: number;
  readonly sampleCount: number;
  readonly ticket: PushTicket;
}

/** About what a ticket costs for as long as its block is queued. */
export const BYTES_PER_WAITING_PART = 160;
