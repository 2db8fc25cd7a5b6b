// Collects records while the disk is busy, and writes and syncs what came together as one group. Positions only grow: one
// that was given away is never given to another record, whatever becomes of its group.
import type { Clock } from '../../telemetry/clock.ts';
import { RecordGroup } from './records.ts';
import type { SegmentWriter } from './segment-writer.ts';
import type { SegmentName } from './segments.ts';

export interface GroupCommitDeps {
  readonly writer: SegmentWriter;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A segment that holds this much is followed by a new one. */
  readonly segmentBytes: number;
  readonly onCommitted: (group: RecordGroup, durationMs: number) => void;
  /** The disk refused a group; `append` may not be called before `settleUncertain` has resolved. */
  readonly onTrouble: (error: unknown, bytes: number) => void;
  /** What was appended from `from` up to `to` is lost for good. */
  readonly onFailed: (from: number, to: number, error: unknown) => void;
}

/** A group of which some bytes may still be on disk though they must not be. */
interface Doubt {
  readonly from: number;
  readonly to: number;
  readonly error: unknown;
}

export class GroupCommit {
  readonly #deps: GroupCommitDeps;
  #open: RecordGroup | undefined;
  #segment: SegmentName | undefined;
  #nextPosition = 0;
  /** Position behind the last record that was appended, and behind the last that is on disk. */
  #lastEnd = 0;
  #committedEnd = 0;
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #doubt: Doubt | undefined;

  constructor(deps: GroupCommitDeps) {
    this.#deps = deps;
  }

  /** Bytes that wait for the disk. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Position behind the last record that is on disk. */
  get committedEnd(): number {
    return this.#committedEnd;
  }

  get isIdle(): boolean {
    return this.#writing === undefined;
  }

  /** Goes on behind what is on disk: the last record there ends at `lastEnd`, the next one gets `nextPosition`. */
  startAt(lastEnd: number, nextPosition: number): void {
    this.#lastEnd = lastEnd;
    this.#committedEnd = lastEnd;
    this.#nextPosition = nextPosition;
  }

  /** Copies the payload, which has `length` bytes. */
  append(
    shardHash: number,
    payload: readonly Uint8Array[],
    length: number,
  ): { position: number; end: number } {
    this.#open ??= new RecordGroup(this.#segmentForNext(), this.#nextPosition);
    const position = this.#open.end;
    this.#open.append(shardHash, payload, length);
    const { end } = this.#open;
    this.#nextPosition = end;
    this.#lastEnd = end;
    this.#pendingBytes += end - position;
    this.#writing ??= nextTurn().then(() => this.#writeGroups());
    return { position, end };
  }

  /** What is appended next starts a segment of its own. */
  leaveSegment(): void {
    this.#segment = undefined;
  }

  /** Makes sure that nothing of a failed group is on disk. Rejects with what the disk throws; call it again then. */
  async settleUncertain(): Promise<void> {
    if (this.#doubt === undefined) return;
    await this.#deps.writer.cutBack();
    this.#doubtSettled(this.#doubt);
  }

  /** Everything appended is on disk or has failed when it resolves. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  #segmentForNext(): SegmentName {
    const start = this.#nextPosition;
    if (this.#segment === undefined || start - this.#segment.start >= this.#deps.segmentBytes)
      this.#segment = { start, previousEnd: this.#lastEnd, salt: Math.floor(this.#deps.random() * 2 ** 32) };
    return this.#segment;
  }

  async #writeGroups(): Promise<void> {
    const { writer, clock, onCommitted } = this.#deps;
    while (this.#open !== undefined) {
      const group = this.#open;
      this.#open = undefined;
      const startedAtMs = clock.monotonicMs();
      try {
        await writer.write(group);
      } catch (error) {
        await this.#giveUp(group, error);
        break;
      }
      this.#committedEnd = group.end;
      this.#pendingBytes -= group.bytes;
      onCommitted(group, clock.monotonicMs() - startedAtMs);
    }
    this.#writing = undefined;
  }

  async #giveUp(group: RecordGroup, error: unknown): Promise<void> {
    const { onTrouble, onFailed } = this.#deps;
    const behind = this.#nextPosition;
    this.#open = undefined;
    this.#segment = undefined;
    this.#lastEnd = this.#committedEnd;
    this.#pendingBytes = 0;
    this.#doubt = { from: group.from, to: behind, error };
    onTrouble(error, group.bytes);
    const isCut = await this.#deps.writer.cutBack().then(
      () => true,
      () => false,
    );
    if (isCut) return this.#doubtSettled(this.#doubt);
    // What waited behind the group was never written: no need to wait for the disk.
    this.#doubt = { from: group.from, to: group.end, error };
    if (behind > group.end) onFailed(group.end, behind, error);
  }

  #doubtSettled({ from, to, error }: Doubt): void {
    this.#doubt = undefined;
    this.#deps.onFailed(from, to, error);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
