// The log of pushes: what delivery and its lanes ask of durable storage. The spool is the log on disk.
// A record is addressed by its position, a number that only grows; how records are stored does not show here.

/** The positions of a record and of the next one. */
export interface LogRange {
  readonly position: number;
  readonly end: number;
}

export interface LogRecord extends LogRange {
  /** An unsigned 32-bit hash: records with the same one belong to the same lane. */
  readonly shardHash: number;
  readonly payload: Uint8Array;
}

/** All records of a lane before `position` are settled, and the first `samples` samples of the record at `position`. */
export interface LanePosition {
  readonly position: number;
  readonly samples: number;
  /** A number for the form that the backend was sent pushes in. `samples` means nothing for another form. */
  readonly form?: number;
}

/**
 * One log takes the pushes for all backends, and keeps for each lane of each backend how far it has settled them.
 *
 * - Order: `append` gives positions that grow. `read` returns records in that order, and never one that was not stored.
 * - Once: a position that was given to a record is never given to another one, also not after a failure or a restart.
 * - Durability: a record is stored once `LogListener.stored` was called for it. From then on it is read until it is released.
 * - Errors: only `read` rejects. Everything else reports what is wrong through its result or the listener.
 * - Bounds: the log limits what it keeps and what waits to be stored. It refuses a record instead of growing.
 */
export interface PushLog {
  /** Every record before this position is stored and can be read. */
  readonly storedEnd: number;
  /** A sentence for people if records cannot be appended now. */
  readonly trouble: string | undefined;
  /** Copies the payload, given in pieces, and returns at once. The listener hears later what became of the record. */
  append(shardHash: number, payload: readonly Uint8Array[]): AppendResult;
  /**
   * The records from position `from` on whose shard hash `wants`, in order, until about `maxBytes` of payload are read or
   * the end is reached. `next` is where to go on; at the end it is `storedEnd`. Damaged records are reported and left out.
   * Rejects with an Error if the storage cannot be read now; the same call may succeed later.
   */
  read(from: number, wants: (shardHash: number) => boolean, maxBytes: number): Promise<LogPiece>;
  /** Call it once for each backend. A backend that the log does not know starts at `storedEnd`. */
  positionsOf(backend: string, lanes: number): LanePositions;
  /** Removes what is kept of backends that are not in `names`. */
  forgetOthers(names: readonly string[]): void;
  /** No lane needs a record before `position` any more. The log may remove it, and has room for others then. */
  release(position: number): void;
  /** Stores what was appended, and closes everything. Never rejects. */
  close(): Promise<void>;
}

export interface LogPiece {
  readonly records: readonly LogRecord[];
  readonly next: number;
}

export type AppendResult =
  | ({ readonly kind: 'appended' } & LogRange)
  | { readonly kind: 'full' }
  /** There is room, but too much waits to be stored already. */
  | { readonly kind: 'busy' }
  /** Not even an empty log has room for the record. */
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'unusable'; readonly detail: string };

/** How far the lanes of one backend have settled the log. */
export interface LanePositions {
  laneAt(lane: number): LanePosition;
  /** Everything of the lane up to `at` is settled. A position never goes back. */
  settle(lane: number, at: LanePosition): void;
  /** Whether the record was settled while the backend had another number of lanes. */
  isSettled(shardHash: number, position: number): boolean;
}

/** Hears what becomes of appended records. Never called during `append`. */
export interface LogListener {
  /** Every record before position `end` is stored. In order. */
  stored(end: number): void;
  /**
   * The records from `from` up to `to` are not stored and never will be: a restart does not bring them back. While the log
   * cannot know that, it does not call this yet.
   */
  failed(from: number, to: number, detail: string): void;
  /** What an earlier run left can be read now. Also called if it could not be read when the log was opened. */
  loaded(): void;
}
