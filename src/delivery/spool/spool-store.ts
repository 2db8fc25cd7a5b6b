// What delivery asks of the spool: a log of records on disk, and for each backend where its lanes stand in it.
import type { LanePosition } from '../block/lane-position.ts';
import type { AppendResult } from './spool-face.ts';
import type { SpoolRecord } from './spool-reader.ts';

export interface LanePositions {
  laneAt(lane: number): LanePosition;
  settle(lane: number, at: LanePosition): void;
  /** Whether it was settled while the backend had another number of shards. */
  isSettled(shardHash: number, position: number): boolean;
}

export interface SpoolStore {
  readonly syncedEnd: number;
  /** A sentence for people where records cannot be appended now. */
  readonly trouble: string | undefined;
  append(shardHash: number, payload: readonly Uint8Array[]): AppendResult;
  read(
    from: number,
    wants: (shardHash: number) => boolean,
    maxBytes: number,
  ): Promise<{ readonly records: readonly SpoolRecord[]; readonly next: number }>;
  /** What is before `position` is not needed any more. */
  release(position: number): void;
  positionsOf(backend: string, shards: number): LanePositions;
  forgetOthers(backends: readonly string[]): void;
  close(): Promise<void>;
}
