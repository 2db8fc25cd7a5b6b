// A push on its way into a lane, and what the lane sees of the spool.
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { RelabelDrops } from '../../telemetry/events.ts';
import type { PushFacts } from './batch.ts';
import type { LanePosition } from './lane-position.ts';

/** Where a record begins, and where the next one does. */
export interface SpoolRange {
  readonly position: number;
  readonly end: number;
}

export interface LanePush {
  /** What the lane's backend takes of the push. */
  readonly encoded: EncodedSeries & { readonly dropped?: RelabelDrops | undefined };
  readonly push: PushFacts;
  /** Its place in the spool; undefined where it is in memory only. */
  readonly range?: SpoolRange | undefined;
  /** How many of its first samples are settled already. */
  readonly skip?: number;
}

/** One lane's view of the spool. */
export interface SpoolLane {
  /** Where an earlier run has left the lane. */
  readonly start: LanePosition;
  /** Where the spool ends: everything before can be read. */
  readonly end: number;
  /** Pushes of the lane from a position on; `next` is where to go on, and is `end` where nothing is left. */
  read(
    from: number,
    maxBytes: number,
  ): Promise<{ readonly pushes: readonly LanePush[]; readonly next: number }>;
  settle(at: LanePosition): void;
}
