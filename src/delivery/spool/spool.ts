// The spool: the log of pushes on disk. Pushes are appended and synced here before they are acknowledged as stored, and read
// by the lanes of all backends. A record that was reported as stored is read until it is released; one that failed never is.
import type { SpoolConfig } from '../../config/config.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { SpoolEvents } from '../../telemetry/events.ts';
import type { SpoolReading } from '../../telemetry/spool-metrics.ts';
import type { AppendResult, LogListener, LogPiece, PushLog } from '../block/push-log.ts';
import { type Disk, describeErrno } from './disk/disk.ts';
import { realDisk } from './disk/real-disk.ts';
import { GroupCommit } from './group-commit.ts';
import { KnownDamage } from './known-damage.ts';
import type { BackendPositions } from './positions/backend-positions.ts';
import { PositionsStore } from './positions/positions-store.ts';
import { HEADER_BYTES, type RecordGroup } from './records.ts';
import { recoverSegments } from './recover-segments.ts';
import { SegmentReader } from './segment-reader.ts';
import { SegmentWriter } from './segment-writer.ts';
import { SegmentRemoval, SegmentTable } from './segments.ts';
import { SpoolFolder } from './spool-folder.ts';
import { SpoolHealth } from './spool-health.ts';

const MIB = 1024 * 1024;
/** The most bytes that are written to test whether a disk has room again. */
const MAX_PROBE_BYTES = MIB;
const MIN_PROBE_BYTES = 4096;

export interface SpoolDeps {
  readonly events: SpoolEvents;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Default: the real disk. */
  readonly disk?: Disk;
}

export class Spool implements PushLog {
  readonly #maxSize: number;
  /** How many bytes may wait for the disk. A single record always may. */
  readonly #maxPending: number;
  readonly #listener: LogListener;
  readonly #events: SpoolEvents;
  readonly #disk: Disk;
  readonly #folder: SpoolFolder;
  readonly #table = new SegmentTable();
  readonly #writer: SegmentWriter;
  readonly #commit: GroupCommit;
  readonly #damage: KnownDamage;
  readonly #reader: SegmentReader;
  readonly #positions: PositionsStore;
  readonly #removal: SegmentRemoval;
  readonly #health: SpoolHealth;
  #isLoaded = false;
  #syncedEnd = 0;
  #released = 0;
  #probeBytes = MIN_PROBE_BYTES;

  /**
   * Opens the spool, and makes missing folders. Rejects if another program holds the directory. If the disk fails, the spool
   * is unusable and tries again later.
   */
  static async open(config: SpoolConfig, listener: LogListener, deps: SpoolDeps): Promise<Spool> {
    const spool = new Spool(config, listener, deps);
    await spool.#health.start();
    return spool;
  }

  private constructor({ directory, maxSize }: SpoolConfig, listener: LogListener, deps: SpoolDeps) {
    const { events, clock, random, disk = realDisk() } = deps;
    this.#maxSize = maxSize;
    this.#maxPending = Math.min(maxSize / 8, 16 * MIB);
    this.#listener = listener;
    this.#events = events;
    this.#disk = disk;
    this.#folder = new SpoolFolder(directory, disk);
    const { segments, positions, damaged } = this.#folder;
    this.#writer = new SegmentWriter(segments, disk);
    this.#damage = new KnownDamage(damaged, disk, events);
    this.#reader = new SegmentReader({ folder: segments, disk, table: this.#table, damage: this.#damage });
    this.#positions = new PositionsStore({ folder: positions, disk, clock, events });
    this.#removal = new SegmentRemoval(segments, disk, () => this.#positions.syncAll());
    this.#health = new SpoolHealth({ directory, clock, events, heal: () => this.#heal() });
    this.#commit = new GroupCommit({
      writer: this.#writer,
      clock,
      random,
      segmentBytes: Math.min(maxSize / 16, 64 * MIB),
      onCommitted: (group, durationMs) => this.#committed(group, durationMs),
      onTrouble: (error, bytes) => this.#troubled(error, bytes),
      onFailed: (from, to, error) => listener.failed(from, to, describeErrno(error)),
    });
  }

  append(shardHash: number, payload: readonly Uint8Array[]): AppendResult {
    const { trouble } = this.#health;
    if (trouble !== undefined) return { kind: 'unusable', detail: trouble };
    let length = 0;
    for (const piece of payload) length += piece.length;
    if (HEADER_BYTES + length > this.#maxSize) return { kind: 'tooLarge' };
    if (this.#isBusy(HEADER_BYTES + length)) return { kind: 'busy' };
    if (!this.#hasRoom(HEADER_BYTES + length)) return { kind: 'full' };
    const { position, end } = this.#commit.append(shardHash, payload, length);
    return { kind: 'appended', position, end };
  }

  get isUsable(): boolean {
    return this.#health.trouble === undefined;
  }

  /** A sentence for `/-/ready`; undefined if the spool is usable. */
  get trouble(): string | undefined {
    return this.#health.trouble;
  }

  /** Position of the oldest record that is kept. */
  get startPosition(): number {
    return this.#table.start ?? this.#syncedEnd;
  }

  get storedEnd(): number {
    return this.#syncedEnd;
  }

  async read(from: number, wants: (shardHash: number) => boolean, maxBytes: number): Promise<LogPiece> {
    const { records, next } = await this.#reader.read(from, wants, maxBytes);
    return { records, next: next ?? this.#syncedEnd };
  }

  /** Segments that end at `position` or earlier are removed. */
  release(position: number): void {
    this.#released = Math.max(this.#released, position);
    const isNewestOpen = this.#writer.openSegment !== undefined;
    this.#removal.add(this.#table.takeBefore(position, isNewestOpen));
    this.#damage.forgetBefore(position);
  }

  positionsOf(backend: string, shards: number): BackendPositions {
    if (!this.#isLoaded) return this.#positions.ofUnknown(backend, shards);
    const positions = this.#positions.of(backend, shards, this.#range);
    try {
      positions.replace();
    } catch (error) {
      // Without its file, the next run would take the backend for a new one and skip what waits for it.
      this.#health.fail(error);
    }
    return positions;
  }

  forgetOthers(names: readonly string[]): void {
    // What cannot be removed now is removed after the next start.
    this.#positions.forgetOthers(names, this.#syncedEnd).catch(() => {});
  }

  reading(): SpoolReading {
    return { bytes: this.#bytes, limitBytes: this.#maxSize, isUsable: this.isUsable };
  }

  /** Syncs what was appended, closes everything and unlocks the directory. */
  async close(): Promise<void> {
    await this.#health.stop('Cannot use the spool: Sluice is stopping');
    await this.#commit.drained();
    await this.#commit.settleUncertain().catch(() => {});
    await this.#removal.finished();
    await this.#positions.close();
    await this.#writer.close();
    if (this.#isLoaded) this.#writeMark();
    this.#folder.leave();
  }

  get #bytes(): number {
    return this.#table.bytes + this.#removal.bytes + this.#commit.pendingBytes;
  }

  get #range(): { start: number; end: number } {
    return { start: this.startPosition, end: this.#syncedEnd };
  }

  #isBusy(bytes: number): boolean {
    const { pendingBytes } = this.#commit;
    return pendingBytes > 0 && pendingBytes + bytes > this.#maxPending;
  }

  #hasRoom(bytes: number): boolean {
    if (this.#bytes + bytes <= this.#maxSize) return true;
    if (this.#commit.isIdle && this.#released >= this.#syncedEnd) void this.#giveUpNewest();
    return false;
  }

  /** Nothing in the newest segment is needed, and its removal makes room for the next push. */
  async #giveUpNewest(): Promise<void> {
    this.#commit.leaveSegment();
    await this.#writer.close();
    this.release(this.#released);
  }

  #committed(group: RecordGroup, durationMs: number): void {
    this.#table.grow(group.segment, group.end);
    this.#syncedEnd = group.end;
    this.#health.succeeded();
    this.#events.spoolSynced(durationMs);
    this.#listener.stored(group.end);
    this.#removal.start();
  }

  #troubled(error: unknown, bytes: number): void {
    this.#probeBytes = between(MIN_PROBE_BYTES, bytes, MAX_PROBE_BYTES);
    this.#health.fail(error);
  }

  async #heal(): Promise<void> {
    await this.#commit.drained();
    await this.#commit.settleUncertain();
    await this.#folder.enter();
    if (!this.#isLoaded) await this.#load();
    await this.#folder.probe(this.#probeBytes);
    this.#positions.saveAll();
    this.#removal.start();
  }

  async #load(): Promise<void> {
    const mark = await this.#folder.readMark();
    const { segments, tornBytes } = await recoverSegments(this.#folder.segments, this.#disk, mark);
    await this.#positions.load();
    for (const segment of segments) this.#table.add(segment);
    const newest = segments.at(-1);
    const lastEnd = newest?.end ?? 0;
    // The name of an empty segment must not be used a second time.
    const afterEmpty = newest !== undefined && newest.end === newest.start ? newest.start + 1 : 0;
    this.#syncedEnd = Math.max(lastEnd, this.#positions.highest, afterEmpty, mark);
    this.#commit.startAt(lastEnd, this.#syncedEnd);
    this.#isLoaded = true;
    this.#positions.adoptLate(this.#range);
    this.#events.spoolOpened({ bytes: this.#table.bytes, tornBytes });
    this.#listener.loaded();
  }

  #writeMark(): void {
    try {
      this.#folder.writeMark(this.#commit.committedEnd);
    } catch {
      // Without the mark the next start takes a damaged tail for a torn one. Nothing else depends on it.
    }
  }
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
