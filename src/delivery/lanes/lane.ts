// A lane: one shard of one backend. All pushes of a grouping key go through the same lane, in order. There are two kinds, one
// in memory and one over a log.
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { LanePush } from '../block/lane-push.ts';

export interface Lane {
  /** Takes a push. The caller has checked that there is room, in memory or in the log. */
  append(push: LanePush): void;
  /** Sends what there is, without waiting for company or for a backoff that is under way. Later pushes wait as usual. */
  hurry(): void;
  /** Resolves when all that was appended so far is settled, or `signal` aborts: with how many samples of it still wait. */
  settled(signal: AbortSignal): Promise<number>;
  /** For a stop: sends all there is in memory. Resolves when nothing is left there. */
  finish(): Promise<void>;
  /** Gives up what is left in memory; the promise of `finish` then resolves soon. */
  abandon(): void;
  /** When the oldest push in memory was received; undefined if there is none. */
  readonly oldestMs: number | undefined;
}

/** Makes of an encoded push what the backend is sent. Its result is valid until the next call. */
export type AdaptEncoded = (encoded: EncodedSeries) => LanePush['encoded'];

/** The push itself if nothing has to be changed: every push comes through here. */
export function adaptPush(push: LanePush, adapt: AdaptEncoded): LanePush {
  const encoded = adapt(push.encoded);
  return encoded === push.encoded ? push : { ...push, encoded };
}
