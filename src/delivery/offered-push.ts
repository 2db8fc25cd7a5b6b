// A push as it is offered for delivery, and what may become of the offer.
import type { EncodedSeries } from '../remotewrite/encoded-series.ts';

export interface OfferedPush {
  /** One for each backend, in their order; their bytes are valid only during the call that offers them. */
  readonly encoded: readonly EncodedSeries[];
  /** An unsigned 32-bit hash of the grouping key: pushes with the same one keep their order. */
  readonly shardHash: number;
  /** For log lines about samples that were given up. */
  readonly job: string;
  readonly receivedAtMs: number;
}

/** `full` may be better later; `tooLarge` never fits, not even an empty queue. */
export type OfferResult = 'accepted' | 'full' | 'tooLarge' | 'stopping';
