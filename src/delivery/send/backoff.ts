// How long to wait before the next attempt. Never below the smallest backoff, never above the caps.
import type { QueueConfig } from '../../config/config.ts';

export type BackoffConfig = Pick<QueueConfig, 'minBackoff' | 'maxBackoff' | 'maxRetryAfter'>;

/**
 * Exponential backoff with full jitter: uniform between the smallest backoff and a ceiling that doubles with each
 * attempt. `attempt` is that of the attempt that failed, from 0; `random` is in [0, 1).
 */
export function backoffMs(
  attempt: number,
  { minBackoff, maxBackoff }: BackoffConfig,
  random: () => number,
): number {
  const ceiling = Math.max(minBackoff, Math.min(maxBackoff, minBackoff * 2 ** attempt));
  return minBackoff + random() * (ceiling - minBackoff);
}

/** The longest wait before a retry where the backend does not let us in: what is wrong waits for a person. */
const MAX_ACCESS_BACKOFF_MS = 60_000;

/** As `backoffMs`, up to a minute. */
export function accessBackoffMs(attempt: number, config: BackoffConfig, random: () => number): number {
  const maxBackoff = Math.max(config.maxBackoff, MAX_ACCESS_BACKOFF_MS);
  return backoffMs(attempt, { ...config, maxBackoff }, random);
}

/** The backend's own wish, kept between the smallest backoff and the cap on `Retry-After`. */
export function boundedRetryAfterMs(afterMs: number, { minBackoff, maxRetryAfter }: BackoffConfig): number {
  return Math.max(minBackoff, Math.min(maxRetryAfter, afterMs));
}
