// How one attempt to send a block ended.

/**
 * What can be done with what was refused: `separate` the series that are refused from the others, `shrink` the request,
 * or nothing.
 */
export type Remedy = 'separate' | 'shrink' | 'none';

export type SendOutcome =
  | { readonly kind: 'delivered'; readonly status: number }
  /** Final: the backend will never take this block as it is. `reason` is a short stable word for metrics. */
  | {
      readonly kind: 'rejected';
      readonly status: number;
      readonly reason: string;
      readonly detail: string;
      readonly remedy: Remedy;
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
    };
