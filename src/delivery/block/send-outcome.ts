// How sending a block ended: the one union from the wire to the lane, and the signature that all layers of sending share, so
// that they compose.
import type { Block } from '../../remotewrite/block.ts';

/**
 * A layer of sending. From the top: `BlockSender` (takes refused blocks apart), `RetrySender`, `UpstreamClient`,
 * `MessageV2Sender` (if configured), a `BackendAuth`, `PostSender`. `B` is what a layer needs to know of a block, `Outcome`
 * the kinds that it returns. The promise never rejects, even if `signal` aborts.
 */
export interface Sender<B extends Block = Block, Outcome extends SendOutcome = AttemptOutcome> {
  send(block: B, signal: AbortSignal): Promise<Outcome>;
}

export type SendOutcome = AttemptOutcome | GivenUp | LeftInSpool;

/** Of one attempt. */
export type AttemptOutcome = Delivered | Rejected | PartlyDelivered | Retry;

/** After all retries. */
export type FinalOutcome = Exclude<AttemptOutcome, Retry> | GivenUp;

export interface Delivered {
  readonly kind: 'delivered';
  readonly status: number;
  readonly written?: WrittenCounts | undefined;
}

/** Final: the backend will never take this block as it is. */
export interface Rejected {
  readonly kind: 'rejected';
  /** 0 if nothing was sent because the request would have been too large. */
  readonly status: number;
  /** A short stable word for metrics: `status_400`, `redirect`, `too_large`. */
  readonly reason: string;
  readonly detail: string;
  readonly remedy: Remedy;
  readonly written?: WrittenCounts | undefined;
  /** Our credentials, our TLS or our address for the backend are the cause, not what was sent. */
  readonly isOurFault?: true;
}

/**
 * What can be done about a refusal: `separate` the refused series from the others, `shrink` the request, or nothing.
 */
export type Remedy = 'separate' | 'shrink' | 'none';

/**
 * The backend took a part of the block and will not take the rest. From a remote write 2.0 backend: it says how much it
 * wrote (400 or another final status with `*-Written` headers, or a 2xx that counts less than was sent). Also the end of
 * a block that was taken apart. Nothing of it is to be sent again.
 */
export interface PartlyDelivered {
  readonly kind: 'partial';
  readonly status: number;
  readonly reason: string;
  readonly detail: string;
  /** Samples and native histograms together; between 0 and what the block holds. */
  readonly written: number;
}

/**
 * What a remote write 2.0 backend says it wrote of a request
 * (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#required-written-response-headers). Undefined if an answer
 * has none of the headers: only a receiver of 2.0 sends them.
 */
export interface WrittenCounts {
  /** Samples and native histograms together; a header that is missing counts as 0. */
  readonly samples: number;
  /** One of these two headers is malformed, so that `samples` may be too few. */
  readonly isUncertain: boolean;
  /** Undefined if the header is malformed. */
  readonly exemplars: number | undefined;
}

/** Worth another attempt. */
export interface Retry {
  readonly kind: 'retry';
  /** Undefined if the backend did not answer. */
  readonly status?: number;
  readonly reason: string;
  readonly detail: string;
  /** The backend's own wish (`Retry-After`), uncapped. */
  readonly afterMs?: number;
  /** The backend does not let us in: credentials or address are wrong, the block is not. */
  readonly refusesAccess?: true;
  /** As for what is rejected. */
  readonly isOurFault?: true;
}

/** Not delivered, and not to be sent again: Sluice gave it up before the backend took or refused it. */
export interface GivenUp {
  readonly kind: 'givenUp';
  readonly reason: 'too_old' | 'shutdown';
  readonly detail: string;
  /** As for the latest failure. */
  readonly isOurFault?: boolean;
}

/** A stop left the block, or the rest of it, in the spool. Every other end settles a block; this one does not. */
export interface LeftInSpool {
  readonly kind: 'leftInSpool';
}
