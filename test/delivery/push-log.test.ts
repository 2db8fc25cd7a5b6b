// What every log of pushes must do, run against the spool on a model disk and against the log in memory that other tests use.
import { describe, expect, test } from 'vitest';
import type { LogRecord, PushLog } from '../../src/delivery/block/push-log.ts';
import { Spool } from '../../src/delivery/spool/spool.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemorySpool } from '../support/memory-spool.ts';
import { seededFractions } from '../support/seeded-random.ts';
import { ModelDisk } from './spool/model-disk.ts';
import { RecordedSpoolEvents } from './spool/spool-events.ts';

interface OpenLog {
  readonly log: PushLog;
  /** What the listener heard. */
  readonly heard: readonly string[];
  /** Resolves when the log has answered for all that was appended. */
  answered(): Promise<void>;
  /** What is appended next cannot be stored. */
  failNext(): void;
  /** Closes the log and opens it in a new run. */
  reopen(): Promise<OpenLog>;
}

describe('the spool', () => battery(() => openSpool(new ModelDisk(seededFractions()))));
describe('the log in memory', () => battery(async () => openMemory()));

function battery(open: () => Promise<OpenLog>): void {
  test('gives growing positions, and says later that records are stored', async () => {
    const { log, heard, answered } = await open();
    const [first, second] = [append(log, 0, 'a'), append(log, 1, 'bc')];
    expect(second.position).toBe(first.end);
    expect([heard, log.storedEnd]).toEqual([[], 0]);
    await answered();
    expect(log.storedEnd).toBe(second.end);
    expect(heard.at(-1)).toBe(`stored ${second.end}`);
  });

  test('reads the wanted records in order, in pieces, up to the stored end', async () => {
    const { log, answered } = await open();
    for (let i = 0; i < 12; i++) append(log, i % 3, `payload ${i}`);
    await answered();
    const all = await readAll(log, 0, () => true, 1);
    expect(all.map(textOf)).toEqual(Array.from({ length: 12 }, (_, i) => `payload ${i}`));
    const some = await readAll(log, all[3]!.position, (hash) => hash === 1, 1_000_000);
    expect(some.map(textOf)).toEqual(['payload 4', 'payload 7', 'payload 10']);
    expect(await log.read(log.storedEnd, () => true, 10)).toEqual({ records: [], next: log.storedEnd });
    expect((await log.read(0, () => false, 10)).next).toBe(log.storedEnd);
  });

  test('never reads a record that was not stored, and never gives its position again', async () => {
    const { log, heard, answered, failNext } = await open();
    append(log, 0, 'stored');
    await answered();
    failNext();
    const lost = append(log, 0, 'lost');
    await answered();
    expect(heard.at(-1)).toMatch(new RegExp(`^failed ${lost.position} ${lost.end} .+`));
    expect(append(log, 0, 'next').position).toBeGreaterThanOrEqual(lost.end);
    await answered();
    expect((await readAll(log, 0, () => true, 1000)).map(textOf)).toEqual(['stored', 'next']);
  });

  test('stores what was appended when it closes, and keeps records and positions for the next run', async () => {
    const first = await open();
    const positions = first.log.positionsOf('a', 2);
    append(first.log, 0, 'settled');
    const second = append(first.log, 1, 'half settled');
    positions.settle(0, { position: second.position, samples: 0 });
    positions.settle(1, { position: second.position, samples: 3, form: 7 });
    const { log } = await first.reopen();
    expect((await readAll(log, 0, () => true, 1000)).map(textOf)).toEqual(['settled', 'half settled']);
    const found = log.positionsOf('a', 2);
    expect([found.laneAt(0), found.laneAt(1)]).toEqual([
      { position: second.position, samples: 0 },
      { position: second.position, samples: 3, form: 7 },
    ]);
  });

  test('starts all lanes at the lowest position if their number changes, and knows what was settled', async () => {
    const first = await open();
    const positions = first.log.positionsOf('a', 2);
    const records = [0, 1, 2, 3].map((hash) => append(first.log, hash, 'x'));
    positions.settle(0, { position: records[1]!.position, samples: 0 });
    positions.settle(1, { position: records[3]!.end, samples: 0 });
    const { log } = await first.reopen();
    const found = log.positionsOf('a', 3);
    expect([0, 1, 2].map((lane) => found.laneAt(lane).position)).toEqual(Array(3).fill(records[1]!.position));
    const isSettled = records.map(({ position }, hash) => found.isSettled(hash, position));
    expect(isSettled).toEqual([true, true, false, true]);
  });

  test('starts a new or forgotten backend at the stored end', async () => {
    const first = await open();
    first.log.positionsOf('a', 1);
    append(first.log, 0, 'x');
    await first.answered();
    const { storedEnd } = first.log;
    expect(first.log.positionsOf('b', 1).laneAt(0).position).toBe(storedEnd);
    first.log.forgetOthers(['b']);
    const second = await first.reopen();
    second.log.forgetOthers(['b']);
    await second.answered();
    const { log } = await second.reopen();
    expect(log.positionsOf('a', 1).laneAt(0).position).toBe(storedEnd);
  });

  test('still reads what was not released', async () => {
    const { log, answered } = await open();
    append(log, 0, 'released');
    const { position } = append(log, 0, 'kept');
    await answered();
    log.release(position);
    await answered();
    expect((await readAll(log, position, () => true, 1000)).map(textOf)).toEqual(['kept']);
  });

  test('throws if a lane goes back', async () => {
    const { log } = await open();
    const positions = log.positionsOf('a', 1);
    positions.settle(0, { position: 10, samples: 1 });
    expect(() => positions.settle(0, { position: 10, samples: 0 })).toThrow(
      'BUG: expected lane 0 to go on from 10',
    );
  });
}

function append(log: PushLog, shardHash: number, text: string): { position: number; end: number } {
  const payload = Buffer.from(text);
  const result = log.append(shardHash, [payload.subarray(0, 1), payload.subarray(1)]);
  // The log has copied it.
  payload.fill(0);
  if (result.kind !== 'appended') throw new Error(`Cannot append: found ${result.kind}`);
  return result;
}

async function readAll(
  log: PushLog,
  start: number,
  wants: (shardHash: number) => boolean,
  maxBytes: number,
): Promise<readonly LogRecord[]> {
  const all: LogRecord[] = [];
  for (let from = start; from < log.storedEnd; ) {
    const { records, next } = await log.read(from, wants, maxBytes);
    expect(next).toBeGreaterThan(from);
    all.push(...records);
    from = next;
  }
  return all;
}

function textOf({ payload }: LogRecord): string {
  return Buffer.from(payload).toString();
}

function recorder() {
  const heard: string[] = [];
  const listener = {
    stored: (end: number) => void heard.push(`stored ${end}`),
    failed: (from: number, to: number, detail: string) => void heard.push(`failed ${from} ${to} ${detail}`),
    loaded: () => undefined,
  };
  return { heard, listener };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function openSpool(disk: ModelDisk): Promise<OpenLog> {
  const { heard, listener } = recorder();
  const clock = new FakeClock();
  const events = new RecordedSpoolEvents();
  const deps = { events, clock, random: seededFractions(), disk: disk.files() };
  const log = await Spool.open({ directory: '/spool', maxSize: 1_000_000 }, listener, deps);
  return {
    log,
    heard,
    async answered() {
      await turns(20);
      // A disk that failed is tried again after a second.
      clock.advance(1000);
      await turns(20);
    },
    failNext: () => disk.failWith({ after: 0, count: 1, code: 'EIO' }),
    async reopen() {
      await log.close();
      return openSpool(disk);
    },
  };
}

function openMemory(earlier?: MemorySpool): OpenLog {
  const { heard, listener } = recorder();
  const log = new MemorySpool(listener, earlier);
  let isFailing = false;
  log.isAutomatic = false;
  return {
    log,
    heard,
    async answered() {
      if (isFailing) log.fail('EIO');
      else log.sync();
      isFailing = false;
    },
    failNext() {
      isFailing = true;
    },
    async reopen() {
      await log.close();
      return openMemory(log);
    },
  };
}
