// A spool without a disk: what was appended is "on disk" when the test says so. Positions are byte offsets as on disk.
import type {
  AppendResult,
  LanePosition,
  LanePositions,
  LogListener,
  LogRecord,
  PushLog,
} from '../../src/delivery/block/push-log.ts';

export class MemorySpool implements PushLog {
  readonly sink: LogListener;
  records: LogRecord[] = [];
  storedEnd = 0;
  trouble: string | undefined;
  isFull = false;
  isBusy = false;
  /** Of one record. */
  maxBytes = Infinity;
  /** Syncs by itself in the next turn of the loop. */
  isAutomatic = true;
  /** Thrown by the next readings. */
  readError: Error | undefined;
  released = 0;
  reads = 0;
  readonly settled = new Map<string, LanePosition[]>();
  #end = 0;

  constructor(sink: LogListener, earlier?: MemorySpool) {
    this.sink = sink;
    if (earlier === undefined) return;
    this.records = earlier.records.filter(({ end }) => end <= earlier.storedEnd);
    this.#end = earlier.storedEnd;
    this.storedEnd = earlier.storedEnd;
    for (const [name, lanes] of earlier.settled) this.settled.set(name, [...lanes]);
  }

  /** What an earlier run left can be read from now on. */
  load({ records, storedEnd }: MemorySpool): void {
    this.records = records.filter(({ end }) => end <= storedEnd);
    this.#end = storedEnd;
    this.storedEnd = storedEnd;
    this.sink.loaded();
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
    if (this.storedEnd === this.#end) return;
    this.storedEnd = this.#end;
    this.sink.stored(this.#end);
  }

  /** What was appended since the last sync is not on disk. */
  fail(detail: string): void {
    const from = this.storedEnd;
    const to = this.#end;
    this.records = this.records.filter(({ end }) => end <= from);
    this.#end = from;
    this.sink.failed(from, to, detail);
  }

  async read(from: number, wants: (shardHash: number) => boolean, maxBytes: number) {
    this.reads++;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.readError) throw this.readError;
    const records: LogRecord[] = [];
    let next = from;
    let bytes = 0;
    for (const record of this.records) {
      if (record.position < from || record.end > this.storedEnd) continue;
      if (bytes >= maxBytes) break;
      next = record.end;
      if (!wants(record.shardHash)) continue;
      records.push(record);
      bytes += record.payload.length;
    }
    return { records, next };
  }

  release(position: number): void {
    this.released = position;
  }

  positionsOf(backend: string, shards: number): LanePositions {
    const start = { position: this.storedEnd, samples: 0 };
    const lanes = this.settled.get(backend) ?? Array.from({ length: shards }, () => start);
    this.settled.set(backend, lanes);
    return {
      laneAt: (lane) => lanes[lane]!,
      settle: (lane, at) => {
        lanes[lane] = at;
      },
      isSettled: () => false,
    };
  }

  forgetOthers(): void {}

  async close(): Promise<void> {
    this.sync();
  }
}
