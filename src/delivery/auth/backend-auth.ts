// Authentication with a backend: a layer of sending that adds what the configuration asks for to each request. Credentials
// leave it only as headers of one attempt, and are blanked out in whatever the backend says.

import type { Environment } from '../../config/expand-variables.ts';
import type { Block } from '../../remotewrite/block.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { Sender } from '../block/send-outcome.ts';

/** If no credentials are to be had, nothing is sent and the outcome is a retry. */
export interface BackendAuth extends Sender {
  /** `text` without any credential, should a backend repeat one. */
  redact(text: string): string;
  /** As `ConnectionPool.renew`, for its own connections, if there are any. */
  renewConnections?(graceMs: number): void;
  close(): Promise<void>;
}

export interface AuthDeps {
  /** Sends the request to the backend. */
  readonly next: Sender;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly env: Environment;
  /** A changed file with a secret cannot be used. */
  readonly onUnreadable: (detail: string) => void;
  readonly onTlsReloaded: () => void;
  readonly onTlsUnusable: (detail: string) => void;
}

export function withHeaders(block: Block, headers: Readonly<Record<string, string>>): Block {
  return { ...block, headers: { ...block.headers, ...headers } };
}
