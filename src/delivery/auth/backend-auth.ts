// How a backend is to know who we are: what its configuration asks for, behind one face. Credentials leave it only as
// headers of one attempt, and are looked for in whatever the backend says about it.

import type { Clock } from '../../telemetry/clock.ts';
import type { AttemptOutcome } from '../block/send-outcome.ts';
import type { Environment } from '../http/proxy-route.ts';

export type Retry = Extract<AttemptOutcome, { kind: 'retry' }>;

/** What is authenticated. */
export interface UnsignedRequest {
  readonly method: 'POST';
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

export type Authenticated =
  | {
      readonly kind: 'ready';
      /** To add to the request; names and values in turn. */
      readonly headers: readonly string[];
      /** To call with 401 and 403: where others may help, the next attempt gets them. */
      readonly onRefused?: (status: number) => void;
    }
  /** There are none to be had now. */
  | { readonly kind: 'unavailable'; readonly outcome: Retry };

export interface BackendAuth {
  /** Never rejects. Where `signal` aborts meanwhile the answer is `unavailable`. */
  authenticate(request: UnsignedRequest, signal: AbortSignal): Promise<Authenticated>;
  /** `text` without any credential, should a backend repeat one. */
  redact(text: string): string;
  /** As of the backend's own, where there are any. */
  renewConnections?(graceMs: number): void;
  close(): Promise<void>;
}

export interface AuthDeps {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly env: Environment;
  /** A changed file with a secret cannot be used. */
  readonly onUnreadable: (detail: string) => void;
  readonly onTlsReloaded: () => void;
  readonly onTlsUnusable: (detail: string) => void;
}
