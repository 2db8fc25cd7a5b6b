// Repeats a push until it is taken, refused for good, or its time is over.
import { backoffMs } from '../../delivery/send/retry-sender.ts';
import { type Clock, passed } from '../../telemetry/clock.ts';
import type { FinalEnding, PushEnding } from './push-result.ts';

export interface PushAttemptsDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** One attempt; ends soon after the signal. */
  readonly attempt: (signal: AbortSignal) => Promise<PushEnding>;
  /** Called before each wait. */
  readonly onRetry: (found: string, waitMs: number) => void;
}

const BACKOFF = { minBackoff: 100, maxBackoff: 5000, maxRetryAfter: Number.POSITIVE_INFINITY };

export async function pushAttempts(deps: PushAttemptsDeps, timeoutMs: number): Promise<FinalEnding> {
  const { clock, attempt, random, onRetry } = deps;
  const deadline = new AbortController();
  const startMs = clock.monotonicMs();
  const timer = clock.setTimer(() => deadline.abort(), timeoutMs);
  let found: string | undefined;
  try {
    for (let number = 0; ; number++) {
      const ending = await attempt(deadline.signal);
      if (ending.kind !== 'retry') return ending;
      if (!deadline.signal.aborted || found === undefined) found = ending.found;
      const leftMs = timeoutMs - (clock.monotonicMs() - startMs);
      const waitMs = waitBefore(ending.afterMs, backoffMs(number, BACKOFF, random), leftMs);
      if (waitMs === undefined) return { kind: 'late', found, attempts: number + 1 };
      onRetry(found, waitMs);
      await passed(clock, waitMs);
    }
  } finally {
    timer.cancel();
  }
}

/**
 * The wait before the next attempt; undefined if that attempt would come too late. Retry-After is followed, with the backoff
 * on top, so that clients that got the same value do not return at the same time. Without it the wait leaves time for an
 * attempt.
 */
function waitBefore(afterMs: number | undefined, backoff: number, leftMs: number): number | undefined {
  if (leftMs < BACKOFF.minBackoff) return undefined;
  if (afterMs === undefined) return Math.min(backoff, leftMs / 2);
  const waitMs = afterMs + backoff;
  return waitMs < leftMs ? waitMs : undefined;
}
