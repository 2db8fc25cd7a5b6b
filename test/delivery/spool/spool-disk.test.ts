// The spool on a real disk: other processes, kills, a full file system, a directory that goes away.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { LogRecord } from '../../../src/delivery/block/push-log.ts';
import { Spool } from '../../../src/delivery/spool/spool.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { seededFractions } from '../../support/seeded-random.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { RecordedSpoolEvents } from './spool-events.ts';

const CHILD = fileURLToPath(new URL('spool-child.ts', import.meta.url));
/** Each opening has its own salt for its segments. */
let opened = 0;
const MIB = 1024 * 1024;
const KILLS = Number(process.env.SPOOL_KILLS ?? 6);

async function open(directory: string, { maxSize = 64 * MIB, clock = new FakeClock() } = {}) {
  const events = new RecordedSpoolEvents();
  const reported = { stored: 0, failed: [] as string[] };
  const sink = {
    stored: (end: number) => {
      reported.stored = end;
    },
    failed: (_from: number, _to: number, detail: string) => void reported.failed.push(detail),
    loaded: () => undefined,
  };
  const spool = await Spool.open({ directory, maxSize }, sink, {
    events,
    clock,
    random: seededFractions(++opened),
  });
  onTestFinished(() => spool.close());
  return { spool, events, reported, clock };
}

class Child {
  output = '';
  readonly #child: ChildProcess;

  constructor(directory: string) {
    this.#child = spawn(process.execPath, [CHILD, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout!.on('data', (piece) => {
      this.output += piece;
    });
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  get synced(): string[] {
    return this.output.split('\n').flatMap((line) => (line.startsWith('synced ') ? line.slice(7) : []));
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

async function readAll(spool: Spool): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (let from = spool.startPosition; from < spool.storedEnd; ) {
    const { records, next } = await spool.read(from, () => true, MIB);
    all.push(...records);
    from = next;
  }
  return all;
}

test('a second process is refused while the first lives, and accepted after it was killed', async () => {
  const { path } = new TemporaryFolder();
  const child = new Child(path);
  await waitUntil(() => child.output.includes('open\n'), 'the first process to open');
  await expect(open(path)).rejects.toThrow(
    `Cannot use spool directory ${path}: expected no other Sluice in it, found one`,
  );
  const second = new Child(path);
  await waitUntil(() => second.output.includes('Error:'), 'the second process to be refused');
  expect(second.output).toBe(
    `SpoolTakenError: Cannot use spool directory ${path}: expected no other Sluice in it, found one\n`,
  );
  await child.kill();
  expect((await open(path)).spool.trouble).toBeUndefined();
});

test('records that were synced before a kill are there after it, once and in order', async () => {
  const { path } = new TemporaryFolder();
  const synced: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    const child = new Child(path);
    await waitUntil(() => child.synced.length > (37 * round) % 200, 'some appends');
    await child.kill();
    synced.push(...child.synced);
    expect(child.output).not.toMatch(/failed|damaged|unusable/);
  }
  const { spool, events } = await open(path);
  const texts = (await readAll(spool)).map(({ payload }) => Buffer.from(payload).toString().split('|')[0]!);
  const known = new Set(synced);
  expect(texts.filter((text) => known.has(text))).toEqual(synced);
  expect(new Set(texts).size).toBe(texts.length);
  expect(events.damage).toEqual([]);
}, 120_000);

test('folders and files are for this user alone, and missing folders are made', async () => {
  const directory = join(new TemporaryFolder().path, 'a', 'b', 'c');
  const { spool, reported } = await open(directory);
  spool.positionsOf('a', 1);
  spool.append(1, [Buffer.from('x')]);
  await waitUntil(() => reported.stored > 0, 'the sync');
  const modes = ['', 'segments', 'positions'].map((name) => statSync(join(directory, name)).mode & 0o777);
  expect(modes).toEqual([0o700, 0o700, 0o700]);
  for (const folder of ['segments', 'positions'])
    for (const name of readdirSync(join(directory, folder)))
      expect(statSync(join(directory, folder, name)).mode & 0o777).toBe(0o600);
});

test('a file in place of the directory makes the spool unusable until it is removed', async () => {
  const directory = new TemporaryFolder().write('spool', '');
  const { spool, events, clock, reported } = await open(directory);
  const detail = `Cannot use spool directory ${directory}: expected a disk that takes and keeps files, found a file in the place of a directory (ENOTDIR)`;
  expect(spool.append(1, [Buffer.from('x')])).toEqual({ kind: 'unusable', detail });
  rmSync(directory);
  clock.advance(1000);
  await waitUntil(() => spool.isUsable, 'the spool to be usable');
  expect(events.health).toEqual([detail, 'usable']);
  expect(spool.append(1, [Buffer.from('x')]).kind).toBe('appended');
  await waitUntil(() => reported.stored > 0, 'the sync');
});

test('an append fails if the directory was removed, and the directory is made again', async () => {
  const directory = join(new TemporaryFolder().path, 'spool');
  const { spool, reported, clock, events } = await open(directory);
  const positions = spool.positionsOf('a', 1);
  spool.append(1, [Buffer.from('first')]);
  await waitUntil(() => reported.stored > 0, 'the sync');
  rmSync(directory, { recursive: true });
  spool.append(1, [Buffer.from('second')]);
  await waitUntil(() => reported.failed.length > 0, 'the failure');
  expect(reported.failed).toEqual(['nothing at its path (ENOENT)']);
  clock.advance(1000);
  await waitUntil(() => spool.isUsable, 'the spool to be usable');
  const appended = spool.append(1, [Buffer.from('third')]);
  await waitUntil(() => appended.kind === 'appended' && reported.stored === appended.end, 'the sync');
  const texts = (await readAll(spool)).map(({ payload }) => Buffer.from(payload).toString());
  expect(texts).toEqual(['third']);
  expect(events.damage).toHaveLength(1);
  positions.settle(0, { position: reported.stored, samples: 0 });
  await expect(open(directory)).rejects.toThrow('expected no other Sluice in it, found one');
});

test.skipIf(process.getuid?.() !== 0)(
  'a full file system fails what has no room, and heals (needs root)',
  async () => {
    const { path } = new TemporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]);
    onTestFinished(() => void execFileSync('umount', ['-l', path]));
    mkdirSync(join(path, 'spool'));
    const { spool, reported, clock, events } = await open(join(path, 'spool'));
    const kept: number[] = [];
    for (let at = 0; reported.failed.length === 0; at++) {
      const result = spool.append(at, [Buffer.alloc(100_000, at)]);
      if (result.kind !== 'appended') throw new Error(`BUG: ${result.kind}`);
      await waitUntil(() => reported.stored === result.end || reported.failed.length > 0, 'its end');
      if (reported.stored === result.end) kept.push(at);
    }
    expect(reported.failed).toEqual(['no space left (ENOSPC)']);
    expect(events.health).toEqual([
      `Cannot use spool directory ${path}/spool: expected a disk that takes and keeps files, found no space left (ENOSPC)`,
    ]);
    const readBack = async () => (await readAll(spool)).map(({ shardHash }) => shardHash);
    expect(await readBack()).toEqual(kept);
    // As if others had freed space: the mount grows.
    execFileSync('mount', ['-o', 'remount,size=8m', path]);
    clock.advance(1000);
    await waitUntil(() => spool.isUsable, 'the spool to be usable');
    const result = spool.append(99, [Buffer.alloc(100_000, 9)]);
    await waitUntil(() => result.kind === 'appended' && reported.stored === result.end, 'the sync');
    expect(await readBack()).toEqual([...kept, 99]);
  },
);

test.skipIf(process.getuid?.() !== 0)(
  'a disk that becomes read-only fails appends and is still read (needs root)',
  async () => {
    const { path } = new TemporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]);
    onTestFinished(() => void execFileSync('umount', ['-l', path]));
    writeFileSync(join(path, 'foreign'), '');
    const first = await open(path);
    first.spool.append(1, [Buffer.from('kept')]);
    await waitUntil(() => first.reported.stored > 0, 'the sync');
    await first.spool.close();
    execFileSync('mount', ['-o', 'remount,ro', path]);
    const { spool, events, clock } = await open(path);
    expect(spool.isUsable).toBe(false);
    expect(events.health[0]).toContain('Cannot use spool directory');
    execFileSync('mount', ['-o', 'remount,rw', path]);
    clock.advance(1000);
    await waitUntil(() => spool.isUsable, 'the spool to be usable');
    expect((await readAll(spool)).map(({ payload }) => Buffer.from(payload).toString())).toEqual(['kept']);
  },
);

test('a closed spool takes nothing', async () => {
  const { spool } = await open(new TemporaryFolder().path, { clock: systemClock() as FakeClock });
  await spool.close();
  expect(spool.append(1, [])).toEqual({
    kind: 'unusable',
    detail: 'Cannot use the spool: Sluice is stopping',
  });
});
