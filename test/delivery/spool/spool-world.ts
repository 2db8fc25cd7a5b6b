// A spool on a model disk, and a record of everything it was given and has reported. Each step checks what must always hold.
import { expect } from 'vitest';
import type { LogRecord } from '../../../src/delivery/block/push-log.ts';
import type { BackendPositions } from '../../../src/delivery/spool/positions/backend-positions.ts';
import { Spool } from '../../../src/delivery/spool/spool.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { ModelDisk } from './model-disk.ts';
import { RecordedSpoolEvents } from './spool-events.ts';

type State = 'appended' | 'synced' | 'failed';

interface Appended {
  readonly position: number;
  readonly end: number;
  readonly shardHash: number;
  readonly payload: Buffer;
  readonly life: number;
  state: State;
}

const DIRECTORY = '/spool';
export const MAX_SIZE = 16 * 1024;

export class SpoolWorld {
  readonly random: SeededRandom;
  readonly disk: ModelDisk;
  events = new RecordedSpoolEvents();
  readonly #maxSize: number;
  clock = new FakeClock();
  spool!: Spool;
  positions!: BackendPositions;
  /** All that was ever appended and not lost in a crash before it was synced, by position. */
  readonly records = new Map<number, Appended>();
  #count = 0;
  #life = 0;
  #released = 0;
  #syncedEnd = 0;
  /** Nothing may be given a position before this. */
  #taken = 0;
  lanes: number[] = [0, 0];

  constructor(seed: number, maxSize = MAX_SIZE) {
    this.random = new SeededRandom(seed);
    this.#maxSize = maxSize;
    this.disk = new ModelDisk(() => this.random.fraction());
  }

  async open(): Promise<void> {
    const life = ++this.#life;
    this.clock = new FakeClock();
    const ifAlive = (fn: () => void) => {
      if (life === this.#life && !this.disk.isDead) fn();
    };
    this.spool = await Spool.open(
      { directory: DIRECTORY, maxSize: this.#maxSize },
      {
        stored: (end) => ifAlive(() => this.#synced(end)),
        failed: (from, to) => ifAlive(() => this.#failed(from, to)),
        loaded: () => undefined,
      },
      {
        events: this.events,
        clock: this.clock,
        random: () => this.random.fraction(),
        disk: this.disk.files(),
      },
    );
    this.positions = this.spool.positionsOf('a', 2);
  }

  append(shardHash: number, size: number): void {
    const payload = Buffer.alloc(size, `${++this.#count},`);
    const cut = Math.min(size, 3);
    const result = this.spool.append(shardHash, [payload.subarray(0, cut), payload.subarray(cut)]);
    if (result.kind !== 'appended') return;
    const { position, end } = result;
    expect(position).toBeGreaterThanOrEqual(this.#taken);
    expect(position).toBeGreaterThanOrEqual(this.spool.storedEnd);
    this.#taken = end;
    this.records.set(position, { position, end, shardHash, payload, life: this.#life, state: 'appended' });
  }

  /** Until the disk has been at rest for a while. */
  async atRest(): Promise<void> {
    for (let quiet = 0; quiet < 6; ) {
      const seen = this.disk.operations;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = seen === this.disk.operations ? quiet + 1 : 0;
    }
  }

  /** The program ends here and now, or in the middle of what it is doing. */
  async crash(kind: 'kill' | 'power'): Promise<void> {
    const settled = this.lanes;
    const isExact = kind === 'kill' && !this.disk.hasFailed;
    this.#end(kind);
    await this.open();
    this.lanes = settled.map((_, lane) => this.positions.laneAt(lane).position);
    if (isExact) expect(this.lanes).toEqual(settled);
    // No lane looks for what was removed.
    const [oldest] = this.disk.paths().flatMap((path) => /\/segments\/\d+-(\d+)-/.exec(path)?.[1] ?? []);
    if (oldest !== undefined) expect(Number(oldest)).toBeLessThanOrEqual(this.positions.lowest);
    this.lanes.forEach((position, lane) => {
      expect(position).toBeLessThanOrEqual(settled[lane]!);
    });
  }

  async reopen(): Promise<void> {
    await this.close();
    await this.open();
    expect(this.lanes.map((_, lane) => this.positions.laneAt(lane).position)).toEqual(this.lanes);
  }

  async close(): Promise<void> {
    await this.spool.close();
    this.#end('kill');
  }

  /** Lets the disk be good, and the spool find that out. */
  async heal(): Promise<void> {
    this.disk.failWith(undefined);
    for (let tries = 0; tries < 3; tries++) {
      this.clock.advance(30_000);
      await this.atRest();
    }
    expect(this.spool.trouble).toBeUndefined();
  }

  settle(lane: number, position: number): void {
    if (position < this.lanes[lane]!) return;
    this.lanes[lane] = position;
    this.positions.settle(lane, { position, samples: 0 });
  }

  release(): void {
    this.#released = Math.max(this.#released, this.positions.lowest);
    this.spool.release(this.positions.lowest);
  }

  /** Reads everything, in pieces, and compares it with what was appended. */
  async check(): Promise<readonly LogRecord[]> {
    const all: LogRecord[] = [];
    let from = this.spool.startPosition;
    const end = this.spool.storedEnd;
    while (from < end) {
      const { records, next } = await this.spool.read(from, () => true, 1 + this.random.nat(2000));
      expect(next).toBeGreaterThan(from);
      all.push(...records);
      from = next;
    }
    let behind = 0;
    for (const record of all) {
      expect(record.position).toBeGreaterThanOrEqual(behind);
      behind = record.end;
      const known = this.records.get(record.position);
      expect(known?.state).not.toBe('failed');
      expect(known?.shardHash).toBe(record.shardHash);
      expect(Buffer.from(record.payload).equals(known!.payload)).toBe(true);
      // What was found after a kill is read and delivered: a power cut must not take it either.
      if (!this.disk.hasEverFailed) known!.state = 'synced';
    }
    const seen = new Set(all.map(({ position }) => position));
    for (const { state, position, end: recordEnd } of this.records.values()) {
      if (state === 'synced' && recordEnd > this.#released)
        expect([position, seen.has(position)]).toEqual([position, true]);
    }
    return all;
  }

  #end(kind: 'kill' | 'power'): void {
    this.#life++;
    this.disk.crash(kind);
    this.#taken = this.#syncedEnd;
    for (const { end, state } of this.records.values()) {
      if (state === 'synced') this.#taken = Math.max(this.#taken, end);
    }
  }

  #synced(end: number): void {
    expect(end).toBeGreaterThan(this.#syncedEnd);
    this.#syncedEnd = end;
    for (const record of this.records.values()) {
      if (record.state === 'appended' && record.end <= end && record.life === this.#life)
        record.state = 'synced';
    }
  }

  #failed(from: number, to: number): void {
    for (const record of this.records.values()) {
      if (record.position < from || record.position >= to || record.life !== this.#life) continue;
      expect(record.state).toBe('appended');
      record.state = 'failed';
    }
  }
}
