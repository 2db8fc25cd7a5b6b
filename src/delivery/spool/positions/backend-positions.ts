// The positions of one backend's lanes in the spool. They only grow. Each is written at once and synced within a second, so a
// restart repeats nothing that the backend has answered, and a power cut repeats at most the last second.
import type { Clock, Timer } from '../../../telemetry/clock.ts';
import type { LanePosition, LanePositions } from '../../block/push-log.ts';
import type { Generation, PositionsFile, StoredPositions } from './positions-file.ts';

/** How long a written position may stay unsynced, and how long until a failed write is tried again. */
const SYNC_AFTER_MS = 1000;

export class BackendPositions implements LanePositions {
  readonly backend: string;
  readonly #file: PositionsFile;
  readonly #clock: Clock;
  #lanes: LanePosition[];
  #earlier = new SettledEarlier([]);
  #timer: Timer | undefined;
  /** Until then the file of an earlier run has not been read and must not be overwritten. */
  #isInPlace = false;
  #isClosed = false;
  #syncing: Promise<void> | undefined;
  /** Lanes whose write failed: their positions are in memory only. */
  readonly #unwritten = new Set<number>();

  /** For the file of that backend; nothing is read or written before `adopt` or `startAt`. */
  constructor(backend: string, lanes: number, file: PositionsFile, clock: Clock) {
    this.backend = backend;
    this.#file = file;
    this.#clock = clock;
    this.#lanes = Array.from({ length: lanes }, () => ({ position: 0, samples: 0 }));
  }

  laneAt(lane: number): LanePosition {
    return this.#lanes[lane]!;
  }

  settle(lane: number, at: LanePosition): void {
    const { position, samples } = this.#lanes[lane]!;
    if (at.position < position || (at.position === position && at.samples < samples))
      throw new Error(`BUG: expected lane ${lane} to go on from ${position}, found ${at.position}`);
    this.#lanes[lane] = at;
    this.#earlier.forgetBefore(this.lowest);
    this.#write(lane);
    this.#syncSoon();
  }

  isSettled(shardHash: number, position: number): boolean {
    return this.#earlier.has(shardHash, position);
  }

  /** No record before this position is needed. */
  get lowest(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { position } of this.#lanes) lowest = Math.min(lowest, position);
    return lowest;
  }

  /** Goes on where the earlier run stopped. */
  adopt({ lanes, earlier }: StoredPositions): void {
    if (lanes.length === this.#lanes.length) {
      this.#lanes = [...lanes];
      this.#earlier = new SettledEarlier(earlier);
      return;
    }
    this.#skipSettled([...earlier, lanes.map(({ position }) => position)]);
    this.startAt(Math.min(...lanes.map(({ position }) => position)));
  }

  /**
   * As `adopt`, for lanes that have started already: they stay where they are, and skip what was settled.
   */
  adoptLate({ lanes, earlier }: StoredPositions): void {
    this.#skipSettled([...earlier, lanes.map(({ position }) => position)]);
  }

  /** All lanes start at `position`. */
  startAt(position: number): void {
    this.#lanes = this.#lanes.map(() => ({ position, samples: 0 }));
  }

  /** Writes the whole file, unless it is in place. Throws what the disk throws. */
  save(): void {
    if (!this.#file.isUsable) this.replace();
  }

  /** Writes the whole file. Throws what the disk throws. */
  replace(): void {
    this.#file.replace({
      backend: this.backend,
      lanes: this.#lanes,
      earlier: this.#earlier.generations,
    });
    this.#unwritten.clear();
    this.#isInPlace = true;
  }

  /** When it resolves, everything settled before the call is on disk. Rejects with what the disk throws. */
  async sync(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#syncing !== undefined) await this.#syncing.catch(() => {});
    this.#syncing = this.#syncOnce();
    try {
      await this.#syncing;
    } finally {
      this.#syncing = undefined;
    }
  }

  /** Syncs if the disk allows it. Nothing may be settled after this. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.sync().catch(() => {});
    await this.#file.close();
  }

  async #syncOnce(): Promise<void> {
    if (!this.#isInPlace) return;
    this.save();
    for (const lane of this.#unwritten) {
      this.#file.write(lane, this.#lanes[lane]!);
      this.#unwritten.delete(lane);
    }
    try {
      await this.#file.sync();
    } catch (error) {
      // It is unknown what the disk stored, and a second sync may succeed without storing it: write everything again.
      this.#lanes.forEach((_, lane) => {
        this.#unwritten.add(lane);
      });
      throw error;
    }
  }

  #write(lane: number): void {
    try {
      this.#file.write(lane, this.#lanes[lane]!);
      this.#unwritten.delete(lane);
    } catch {
      this.#unwritten.add(lane);
    }
  }

  #syncSoon(): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#clock.setTimer(() => {
      this.sync().catch(() => this.#syncSoon());
    }, SYNC_AFTER_MS);
  }

  #skipSettled(generations: readonly Generation[]): void {
    this.#earlier = new SettledEarlier(generations);
  }
}

/** What the lanes of earlier runs have settled, if there were more or fewer lanes than now. */
class SettledEarlier {
  #generations: readonly Generation[];

  constructor(generations: readonly Generation[]) {
    this.#generations = generations;
  }

  get generations(): readonly Generation[] {
    return this.#generations;
  }

  has(shardHash: number, position: number): boolean {
    return this.#generations.some((lanes) => position < lanes[shardHash % lanes.length]!);
  }

  /** No record before `position` will be asked for. */
  forgetBefore(position: number): void {
    if (this.#generations.length === 0) return;
    this.#generations = this.#generations.filter((lanes) => lanes.some((lane) => lane > position));
  }
}
