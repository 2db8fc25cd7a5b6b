// Group commit: collects records while the disk is busy, then writes and syncs them as one group. Positions only grow: a
// position is never given to a second record, also not if its group fails.
import type { Clock } from '../../telemetry/clock.ts';
import { RecordGroup } from './records.ts';
import type { SegmentWriter } from './segment-writer.ts';
import type { SegmentName } from './segments.ts';

export interface GroupCommitDeps {
  readonly writer: SegmentWriter;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A new segment starts when the current one holds this much. */
  readonly segmentBytes: number;
  readonly onCommitted: (group: RecordGroup, durationMs: number) => void;
  /** A group failed. `append` may not be called before `settleUncertain` has resolved. */
  readonly onTrouble: (error: unknown, bytes: number) => void;
  /** The records from `from` up to `to` are not stored and never will be. */
  readonly onFailed: (from: number, to: number, error: unknown) => void;
}

/** A failed group whose bytes may still be on disk and must be removed from it. */
interface UncertainGroup {
  readonly from: number;
  readonly to: number;
  readonly error: unknown;
}

export class GroupCommit {
  readonly #deps: GroupCommitDeps;
  #open: RecordGroup | undefined;
  #segment: SegmentName | undefined;
  #nextPosition = 0;
  /** Position after the last record that was appended, and after the last one that is on disk. */
  #lastEnd = 0;
  #committedEnd = 0;
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #uncertain: UncertainGroup | undefined;

  constructor(deps: GroupCommitDeps) {
    this.#deps = deps;
  }

  /** Bytes that wait for the disk. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Position after the last record that is on disk. */
  get committedEnd(): number {
    return this.#committedEnd;
  }

  get isIdle(): boolean {
    return this.#writing === undefined;
  }

  /** Continues after what is on disk: the last record there ends at `lastEnd`, the next one gets `nextPosition`. */
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

  /** The next record starts a new segment. */
  leaveSegment(): void {
    this.#segment = undefined;
  }

  /** Makes sure that nothing of a failed group is on disk. Rejects with what the disk throws; then it has to be called again. */
  async settleUncertain(): Promise<void> {
    if (this.#uncertain === undefined) return;
    await this.#deps.writer.cutBack();
    this.#failUncertain(this.#uncertain);
  }

  /** When it resolves, everything that was appended is on disk or has failed. */
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
    const to = this.#nextPosition;
    this.#open = undefined;
    this.#segment = undefined;
    this.#lastEnd = this.#committedEnd;
    this.#pendingBytes = 0;
    this.#uncertain = { from: group.from, to, error };
    onTrouble(error, group.bytes);
    const isCut = await this.#deps.writer.cutBack().then(
      () => true,
      () => false,
    );
    if (isCut) return this.#failUncertain(this.#uncertain);
    // What came after the group was never written, so its failure is certain.
    this.#uncertain = { from: group.from, to: group.end, error };
    if (to > group.end) onFailed(group.end, to, error);
  }

  #failUncertain({ from, to, error }: UncertainGroup): void {
    this.#uncertain = undefined;
    this.#deps.onFailed(from, to, error);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
