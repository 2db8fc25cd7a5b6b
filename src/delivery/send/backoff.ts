// How long a lane waits before the next attempt: never less than minBackoff, never more than the caps.
import type { QueueConfig } from '../../config/config.ts';

export type BackoffConfig = Pick<QueueConfig, 'minBackoff' | 'maxBackoff' | 'maxRetryAfter'>;

/**
 * Exponential backoff with full jitter: uniform between minBackoff and a ceiling that doubles with each attempt. `attempt`
 * is the number of the attempt that failed, from 0; `random` is in [0, 1).
 */
export function backoffMs(
  attempt: number,
  { minBackoff, maxBackoff }: BackoffConfig,
  random: () => number,
): number {
  const ceiling = Math.max(minBackoff, Math.min(maxBackoff, minBackoff * 2 ** attempt));
  return minBackoff + random() * (ceiling - minBackoff);
}

/** The longest wait if the backend refuses access: a person has to put that right. */
const MAX_ACCESS_BACKOFF_MS = 60_000;

/** As `backoffMs`, up to a minute. */
export function accessBackoffMs(attempt: number, config: BackoffConfig, random: () => number): number {
  const maxBackoff = Math.max(config.maxBackoff, MAX_ACCESS_BACKOFF_MS);
  return backoffMs(attempt, { ...config, maxBackoff }, random);
}

/** The backend's `Retry-After`, kept between minBackoff and maxRetryAfter. */
export function boundedRetryAfterMs(afterMs: number, { minBackoff, maxRetryAfter }: BackoffConfig): number {
  return Math.max(minBackoff, Math.min(maxRetryAfter, afterMs));
}
