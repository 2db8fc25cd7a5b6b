// A push as it is offered for delivery, what its pusher wants to hear of it, and what may become of the offer.
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';

export interface OfferedPush {
  /** One for each backend, in their order; their bytes are valid only during the call that offers them. */
  readonly encoded: readonly EncodedSeries[];
  /** An unsigned 32-bit hash of the grouping key: pushes with the same one keep their order. */
  readonly shardHash: number;
  /** For log lines about samples that were given up. */
  readonly job: string;
  readonly receivedAtMs: number;
  /** Hears what becomes of the push; undefined for one that is acknowledged as soon as it is queued. */
  readonly waiter?: PushWaiter;
}

/** Whoever waits for a push to be stored or delivered. Never called during the offer itself. */
export interface PushWaiter {
  /** `stored`: on disk and synced is enough. `delivered`: every required backend has to take all samples. */
  readonly level: 'stored' | 'delivered';
  /** The push is on disk and synced. Called before `ended`, and only where there is a spool. */
  stored(): void;
  /** The push has reached its level, or never will. Called at most once; not for a push that a stop leaves in the spool. */
  ended(end: PushEnd): void;
}

export type PushEnd =
  | { readonly kind: 'reached' }
  /** The disk failed: nothing of the push goes anywhere. */
  | { readonly kind: 'notStored'; readonly detail: string }
  /** A required backend refused samples of it for good. */
  | {
      readonly kind: 'refused';
      readonly backend: string;
      /** Short stable word: `status_400`, `redirect`, `too_large`. */
      readonly reason: string;
      /** The backend's own words, made printable. */
      readonly detail: string;
      /** How many of the push's samples that backend did not take. */
      readonly samples: number;
      /** Whether our credentials, our TLS or our address for the backend are the cause, not the samples. */
      readonly isOurFault: boolean;
    }
  /** Given up by us before a required backend took it: too old, or a stop. */
  | {
      readonly kind: 'givenUp';
      readonly reason: 'too_old' | 'shutdown';
      readonly detail: string;
      readonly isOurFault: boolean;
    };

/**
 * `full` may be better later; `tooLarge` never fits, not even an empty queue, and `spoolTooSmall` not even an empty spool;
 * `spoolFull` and `spoolUnusable` concern only pushes that wait to be stored.
 */
export type OfferResult =
  | 'accepted'
  | 'full'
  | 'tooLarge'
  | 'stopping'
  | 'spoolFull'
  | 'spoolTooSmall'
  | 'spoolUnusable';
