// Where the lanes of one backend stand in the spool. Positions only grow; each is written at once and synced soon after,
// so that a restart sends again nothing that a backend has answered, and a power cut at most the last second of it.
import type { Clock, Timer } from '../../../telemetry/clock.ts';
import type { LanePosition, LanePositions } from '../../block/push-log.ts';
import type { Generation, PositionsFile, StoredPositions } from './positions-file.ts';

/** How long a position may be written and not synced, and how long until a failed write is tried again. */
const SYNC_AFTER_MS = 1000;

export class BackendPositions implements LanePositions {
  readonly backend: string;
  readonly #file: PositionsFile;
  readonly #clock: Clock;
  #lanes: LanePosition[];
  #earlier = new SettledEarlier([]);
  #timer: Timer | undefined;
  /** Before that nobody knows what the file of an earlier run says: it must not be overwritten. */
  #isInPlace = false;
  #isClosed = false;
  #syncing: Promise<void> | undefined;
  /** Lanes whose write failed: only memory knows where they are. */
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

  /** The lane's records before that place are settled. */
  settle(lane: number, at: LanePosition): void {
    const { position, samples } = this.#lanes[lane]!;
    if (at.position < position || (at.position === position && at.samples < samples))
      throw new Error(`BUG: expected lane ${lane} to go on from ${position}, found ${at.position}`);
    this.#lanes[lane] = at;
    this.#earlier.forgetBefore(this.lowest);
    this.#write(lane);
    this.#syncSoon();
  }

  /** Whether an earlier run with another number of lanes has settled this record already. */
  isSettled(shardHash: number, position: number): boolean {
    return this.#earlier.has(shardHash, position);
  }

  /** No record before this is needed. */
  get lowest(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { position } of this.#lanes) lowest = Math.min(lowest, position);
    return lowest;
  }

  /** Goes on where an earlier run stopped. */
  adopt({ lanes, earlier }: StoredPositions): void {
    if (lanes.length === this.#lanes.length) {
      this.#lanes = [...lanes];
      this.#earlier = new SettledEarlier(earlier);
      return;
    }
    this.#passOver([...earlier, lanes.map(({ position }) => position)]);
    this.startAt(Math.min(...lanes.map(({ position }) => position)));
  }

  /**
   * As `adopt`, for lanes that are on their way already: they stay where they are, and pass over what was settled.
   */
  adoptLate({ lanes, earlier }: StoredPositions): void {
    this.#passOver([...earlier, lanes.map(({ position }) => position)]);
  }

  /** A backend that is new here starts with what comes from now on. */
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

  /** Everything settled until now is on disk when it resolves. Rejects with what the disk throws. */
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

  /** Syncs as far as the disk lets us. Nothing may be settled any more. */
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
      // What the disk did with the bytes is unknown, and it may not say so a second time.
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

  #passOver(generations: readonly Generation[]): void {
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

  /** Nobody will ask for what is before `position` any more. */
  forgetBefore(position: number): void {
    if (this.#generations.length === 0) return;
    this.#generations = this.#generations.filter((lanes) => lanes.some((lane) => lane > position));
  }
}
