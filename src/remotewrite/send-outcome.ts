// How one attempt to send a block ended.

export type SendOutcome =
  | { readonly kind: 'delivered'; readonly status: number }
  /** Final: the backend will never take this block. `reason` is a short stable word for metrics. */
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string; readonly detail: string }
  /** Worth another attempt. `afterMs` is the backend's own wish (`Retry-After`), uncapped. */
  | {
      readonly kind: 'retry';
      readonly status?: number;
      readonly reason: string;
      readonly detail: string;
      readonly afterMs?: number;
    };
