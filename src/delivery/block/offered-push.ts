// A push as it is offered for delivery, what may become of the offer, and the one union that says how a push ended.
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';

export interface OfferedPush {
  /** One for each backend, in their order; their bytes are valid only during the call that offers them. */
  readonly encoded: readonly EncodedSeries[];
  /** An unsigned 32-bit hash of the grouping key: pushes with the same one keep their order. */
  readonly shardHash: number;
  /** For log lines about samples that were given up. */
  readonly job: string;
  readonly receivedAtMs: number;
  /** Hears what becomes of the push; undefined for a push that is acknowledged as soon as it is queued. */
  readonly waiter?: PushWaiter;
}

/** Waits for a push to be stored or delivered. Never called during the offer itself. */
export interface PushWaiter {
  /** `stored`: stored in the log is enough. `delivered`: every required backend has to take all samples. */
  readonly level: 'stored' | 'delivered';
  /** The push is stored in the log. Called before `ended`, and only if there is a log. */
  stored(): void;
  /** The push has reached its level, or never will. Called at most once, and not for a push that a stop leaves in the log. */
  ended(end: PushEnd): void;
}

/** How a push ended, from the lanes to the client that waits for it. */
export type PushEnd =
  | { readonly kind: 'reached' }
  /** The log could not store the push, so nothing of it is sent. */
  | { readonly kind: 'notStored'; readonly detail: string }
  /** A required backend refused samples of it for good. */
  | {
      readonly kind: 'refused';
      readonly backend: string;
      /** A short stable word: `status_400`, `redirect`, `too_large`. */
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
