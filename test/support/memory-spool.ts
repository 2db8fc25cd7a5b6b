// A log of pushes in memory, for tests: what was appended is stored when the test says so. test/delivery/push-log.test.ts
// holds it to the same rules as the spool.
import type {
  AppendResult,
  LanePosition,
  LanePositions,
  LogListener,
  LogPiece,
  LogRecord,
  PushLog,
} from '../../src/delivery/block/push-log.ts';

/** The lanes of one backend, and the positions of runs that had another number of lanes. */
interface BackendState {
  lanes: LanePosition[];
  readonly earlier: (readonly LanePosition[])[];
}

export class MemorySpool implements PushLog {
  readonly listener: LogListener;
  records: LogRecord[] = [];
  storedEnd = 0;
  trouble: string | undefined;
  isFull = false;
  isBusy = false;
  /** Of one record. */
  maxBytes = Infinity;
  /** Stores by itself in the next turn of the event loop. */
  isAutomatic = true;
  /** Thrown by the next reads. */
  readError: Error | undefined;
  released = 0;
  reads = 0;
  readonly #backends = new Map<string, BackendState>();
  /** No position before this is given away again. */
  #end = 0;

  /** Continues with what `earlier` has stored. */
  constructor(listener: LogListener, earlier?: MemorySpool) {
    this.listener = listener;
    if (earlier === undefined) return;
    this.#take(earlier);
    for (const [name, { lanes, earlier: runs }] of earlier.#backends)
      this.#backends.set(name, { lanes: [...lanes], earlier: [...runs] });
  }

  /** What an earlier run left can be read from now on. */
  load(earlier: MemorySpool): void {
    this.#take(earlier);
    this.listener.loaded();
  }

  append(shardHash: number, payload: readonly Uint8Array[]): AppendResult {
    if (this.trouble !== undefined) return { kind: 'unusable', detail: this.trouble };
    if (this.isBusy) return { kind: 'busy' };
    if (this.isFull) return { kind: 'full' };
    const bytes = Buffer.concat(payload);
    if (bytes.length > this.maxBytes) return { kind: 'tooLarge' };
    const position = this.#end;
    this.#end += bytes.length;
    this.records.push({ position, end: this.#end, shardHash, payload: bytes });
    if (this.isAutomatic) setImmediate(() => this.sync());
    return { kind: 'appended', position, end: this.#end };
  }

  sync(): void {
    const last = this.records.at(-1)?.end ?? 0;
    if (this.storedEnd >= last) return;
    this.storedEnd = last;
    this.listener.stored(last);
  }

  /** What was appended since the last sync is not stored. */
  fail(detail: string): void {
    const from = this.storedEnd;
    this.records = this.records.filter(({ end }) => end <= from);
    this.listener.failed(from, this.#end, detail);
  }

  async read(from: number, wants: (shardHash: number) => boolean, maxBytes: number): Promise<LogPiece> {
    this.reads++;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.readError) throw this.readError;
    const records: LogRecord[] = [];
    let bytes = 0;
    for (const record of this.records) {
      if (record.position < from || record.end > this.storedEnd) continue;
      if (bytes >= maxBytes) return { records, next: record.position };
      if (!wants(record.shardHash)) continue;
      records.push(record);
      bytes += record.payload.length;
    }
    return { records, next: this.storedEnd };
  }

  release(position: number): void {
    this.released = position;
    this.records = this.records.filter(({ end }) => end > position);
  }

  /** Where the lanes of a backend are. */
  settledBy(backend: string): readonly LanePosition[] | undefined {
    return this.#backends.get(backend)?.lanes;
  }

  positionsOf(backend: string, count: number): LanePositions {
    const state = this.#backends.get(backend) ?? { lanes: lanesAt(this.storedEnd, count), earlier: [] };
    this.#backends.set(backend, state);
    if (state.lanes.length !== count) {
      state.earlier.push(state.lanes);
      state.lanes = lanesAt(Math.min(...state.lanes.map(({ position }) => position)), count);
    }
    return {
      laneAt: (lane) => state.lanes[lane]!,
      settle: (lane, at) => {
        const { position, samples } = state.lanes[lane]!;
        if (at.position < position || (at.position === position && at.samples < samples))
          throw new Error(`BUG: expected lane ${lane} to go on from ${position}, found ${at.position}`);
        state.lanes[lane] = at;
      },
      isSettled: (shardHash, position) =>
        state.earlier.some((lanes) => position < lanes[shardHash % lanes.length]!.position),
    };
  }

  forgetOthers(names: readonly string[]): void {
    for (const name of this.#backends.keys()) if (!names.includes(name)) this.#backends.delete(name);
  }

  async close(): Promise<void> {
    this.sync();
  }

  #take({ records, storedEnd }: MemorySpool): void {
    this.records = records.filter(({ end }) => end <= storedEnd);
    this.#end = storedEnd;
    this.storedEnd = storedEnd;
  }
}

function lanesAt(position: number, count: number): LanePosition[] {
  return Array.from({ length: count }, () => ({ position, samples: 0 }));
}
