// How one attempt to send a block ended.

/**
 * What can be done with what was refused: `separate` the series that are refused from the others, `shrink` the request,
 * or nothing.
 */
export type Remedy = 'separate' | 'shrink' | 'none';

export type SendOutcome =
  | { readonly kind: 'delivered'; readonly status: number }
  /**
   * Final: the backend will never take this block as it is. `reason` is a short stable word for metrics. The status is 0
   * where nothing was sent, since the request would have been too large.
   */
  | {
      readonly kind: 'rejected';
      readonly status: number;
      readonly reason: string;
      readonly detail: string;
      readonly remedy: Remedy;
      /** Our credentials, our TLS or our address for the backend are the cause, not what was sent. */
      readonly isOurFault?: true;
    }
  /**
   * Remote write 2.0 only: the backend said how much of the block it took, and will not take the rest (400 or another final
   * status with `*-Written` headers, or a 2xx that counts less than was sent). Nothing of it is to be sent again.
   */
  | {
      readonly kind: 'partial';
      readonly status: number;
      readonly reason: string;
      readonly detail: string;
      /** Samples and native histograms together; between 0 and what the block holds. */
      readonly written: number;
    }
  /** Worth another attempt. `afterMs` is the backend's own wish (`Retry-After`), uncapped. */
  | {
      readonly kind: 'retry';
      readonly status?: number;
      readonly reason: string;
      readonly detail: string;
      readonly afterMs?: number;
      /** The backend does not let us in: credentials or address are wrong, the block is not. */
      readonly refusesAccess?: true;
      /** As of what is rejected. */
      readonly isOurFault?: true;
    };
