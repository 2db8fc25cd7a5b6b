// The spool's own rules, on a model disk: bounds, groups, what the listener hears, what is removed.
import { expect, test } from 'vitest';
import { Spool } from '../../../src/delivery/spool/spool.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ModelDisk } from './model-disk.ts';
import { RecordedSpoolEvents } from './spool-events.ts';

const HEADER = 20;

async function open(maxSize: number, disk = new ModelDisk(() => 0.5)) {
  const events = new RecordedSpoolEvents();
  const clock = new FakeClock();
  const heard: string[] = [];
  const sink = {
    stored: (end: number) => void heard.push(`stored ${end}`),
    failed: (from: number, to: number, detail: string) => void heard.push(`failed ${from} ${to} ${detail}`),
    loaded: () => undefined,
  };
  const deps = { events, clock, random: () => 0.5, disk: disk.files() };
  const spool = await Spool.open({ directory: '/spool', maxSize }, sink, deps);
  return { spool, disk, events, clock, heard };
}

async function atRest(disk: ModelDisk): Promise<void> {
  for (let quiet = 0; quiet < 6; ) {
    const seen = disk.operations;
    await new Promise((resolve) => setImmediate(resolve));
    quiet = seen === disk.operations ? quiet + 1 : 0;
  }
}

function segmentsOf(disk: ModelDisk): string[] {
  return disk
    .paths()
    .flatMap((path) => (path.includes('/segments/') ? path.slice('/spool/segments/'.length) : []));
}

test('an append is refused if too much waits for the disk, but a single record never is', async () => {
  const { spool, disk, heard } = await open(8000);
  expect(spool.append(1, [Buffer.alloc(3000)]).kind).toBe('appended');
  expect(spool.append(1, [Buffer.alloc(1)])).toEqual({ kind: 'busy' });
  await atRest(disk);
  expect(heard).toEqual(['stored 3020']);
  expect(spool.append(1, [Buffer.alloc(900)]).kind).toBe('appended');
  expect(spool.append(1, [Buffer.alloc(100)])).toEqual({ kind: 'busy' });
});

test('a record that does not even fit an empty spool is refused as too large, not as full', async () => {
  const { spool } = await open(4000);
  expect(spool.append(1, [Buffer.alloc(3000), Buffer.alloc(4000 - HEADER - 3000 + 1)])).toEqual({
    kind: 'tooLarge',
  });
  expect(spool.append(1, [Buffer.alloc(4000 - HEADER)]).kind).toBe('appended');
});

test('records before one that cannot be read are returned, and none is skipped', async () => {
  const { spool, disk } = await open(16_000);
  for (let i = 0; i < 8; i++) {
    spool.append(i, [Buffer.alloc(400, i)]);
    await atRest(disk);
  }
  expect(segmentsOf(disk).length).toBeGreaterThan(2);
  for (let after = 0; after < 30; after++) {
    const got: number[] = [];
    let failures = 0;
    disk.failWith({ after, count: 1, code: 'EIO' });
    for (let from = 0; from < spool.storedEnd; ) {
      try {
        const { records, next } = await spool.read(from, () => true, 100_000);
        got.push(...records.map(({ shardHash }) => shardHash));
        from = next;
      } catch {
        failures++;
      }
    }
    disk.failWith(undefined);
    expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // The model fails once: only a failure at the first record of a read rejects.
    expect(failures).toBe(after < 2 ? 1 : 0);
  }
});

test('a full spool refuses a record, and has room when the oldest is released', async () => {
  const { spool, disk } = await open(4000);
  const ends: number[] = [];
  for (let result = spool.append(1, [Buffer.alloc(480)]); result.kind === 'appended'; ) {
    ends.push(result.end);
    await atRest(disk);
    result = spool.append(1, [Buffer.alloc(480)]);
  }
  expect(ends).toHaveLength(8);
  expect(spool.reading()).toEqual({ bytes: 4000, limitBytes: 4000, isUsable: true });
  expect((await spool.read(0, () => true, 10_000)).records).toHaveLength(8);
  spool.release(ends[1]!);
  await atRest(disk);
  expect([spool.startPosition, spool.reading().bytes]).toEqual([1000, 3000]);
  expect(spool.append(1, [Buffer.alloc(480)]).kind).toBe('appended');
});

test('a segment that is open but not needed is removed if a record does not fit next to it', async () => {
  const { spool, disk } = await open(1600);
  spool.append(1, [Buffer.alloc(50)]);
  await atRest(disk);
  spool.release(spool.storedEnd);
  expect(spool.append(1, [Buffer.alloc(1560)])).toEqual({ kind: 'full' });
  await atRest(disk);
  expect(spool.append(1, [Buffer.alloc(1560)]).kind).toBe('appended');
  await atRest(disk);
  expect(segmentsOf(disk)).toHaveLength(1);
});

test('records that come while the disk is busy are one group with one sync', async () => {
  const { spool, disk, events, heard } = await open(1_000_000);
  spool.append(1, [Buffer.from('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  for (let n = 0; n < 100; n++) spool.append(n, [Buffer.from('b')]);
  expect(heard).toEqual([]);
  await atRest(disk);
  expect(heard).toEqual(['stored 21', `stored ${101 * 21}`]);
  expect(events.syncs).toBe(2);
});

test('records that wait for a group that fails, fail with it, and the disk is tried before the next group', async () => {
  const { spool, disk, clock, events, heard } = await open(1_000_000);
  spool.append(1, [Buffer.from('good')]);
  await atRest(disk);
  // The next two operations are a write and its sync.
  disk.failWith({ after: 1, count: 1, code: 'EIO' });
  spool.append(1, [Buffer.from('bad')]);
  await new Promise((resolve) => setImmediate(resolve));
  spool.append(1, [Buffer.from('behind')]);
  await atRest(disk);
  expect(heard).toEqual(['stored 24', 'failed 24 73 an input/output error (EIO)']);
  const detail =
    'Cannot use spool directory /spool: expected a disk that takes and keeps files, found an input/output error (EIO)';
  expect(spool.append(1, [])).toEqual({ kind: 'unusable', detail });
  expect(spool.reading().isUsable).toBe(false);
  const [segment = ''] = segmentsOf(disk);
  expect(disk.contentOf(`/spool/segments/${segment}`)).toHaveLength(24);
  disk.failWith({ after: 0, count: 1, code: 'EIO' });
  clock.advance(1000);
  await atRest(disk);
  expect(spool.isUsable).toBe(false);
  clock.advance(2000);
  await atRest(disk);
  expect(events.health).toEqual([detail, 'usable']);
  expect(clock.delays).toEqual([1000, 2000]);
  // A position is not given a second time.
  expect(spool.append(1, [Buffer.from('new')])).toEqual({ kind: 'appended', position: 73, end: 96 });
  await atRest(disk);
  expect(heard.at(-1)).toBe('stored 96');
  const { records, next } = await spool.read(0, () => true, 10_000);
  expect(records.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['good', 'new']);
  expect(next).toBe(96);
  expect(segmentsOf(disk)[1]).toMatch(/^0000000000000073-0000000000000024-/);
});

test('a group that cannot be removed from the disk is reported as failed when it can be, and what came after it at once', async () => {
  const { spool, disk, clock, heard } = await open(1_000_000);
  disk.failWith({ after: 2, count: 2, code: 'EIO' });
  spool.append(1, [Buffer.from('doubt')]);
  await new Promise((resolve) => setImmediate(resolve));
  spool.append(1, [Buffer.from('behind')]);
  await atRest(disk);
  expect(heard).toEqual(['failed 25 51 an input/output error (EIO)']);
  clock.advance(1000);
  await atRest(disk);
  expect(heard.slice(1)).toEqual(['failed 0 25 an input/output error (EIO)']);
  expect(spool.isUsable).toBe(true);
});

test('waits between attempts double up to half a minute, and start again at one second after a sync', async () => {
  const { spool, disk, clock } = await open(1_000_000);
  disk.failWith({ after: 0, count: 7, code: 'ENOSPC' });
  spool.append(1, [Buffer.from('a')]);
  await atRest(disk);
  for (let tries = 0; tries < 8 && !spool.isUsable; tries++) {
    clock.advance(30_000);
    await atRest(disk);
  }
  expect(clock.delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  spool.append(1, [Buffer.from('a')]);
  await atRest(disk);
  disk.failWith({ after: 0, count: 1, code: 'ENOSPC' });
  spool.append(1, [Buffer.from('a')]);
  await atRest(disk);
  expect(clock.delays.at(-1)).toBe(1000);
});

test('records are read in pieces of about the size asked for, only those that are wanted, with empty and large ones among them', async () => {
  const { spool, disk } = await open(8_000_000);
  const sizes = [0, 1, 300_000, 5, 700_000, 0, 20_000, 262_144];
  for (const [hash, size] of sizes.entries()) {
    spool.append(hash, [Buffer.alloc(size, hash)]);
    await atRest(disk);
  }
  const read = async (wants: (hash: number) => boolean, maxBytes: number) => {
    const pieces: number[][] = [];
    for (let from = 0; from < spool.storedEnd; ) {
      const { records, next } = await spool.read(from, wants, maxBytes);
      for (const { shardHash, payload, position, end } of records) {
        expect([payload.length, end - position]).toEqual([sizes[shardHash], HEADER + payload.length]);
        expect(payload.every((byte) => byte === shardHash)).toBe(true);
      }
      if (records.length > 0) pieces.push(records.map(({ shardHash }) => shardHash));
      from = next;
    }
    return pieces;
  };
  expect(await read(() => true, 10_000_000)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7]]);
  expect(await read(() => true, 300_000)).toEqual([
    [0, 1, 2],
    [3, 4],
    [5, 6, 7],
  ]);
  expect(await read((hash) => hash % 2 === 1, 1)).toEqual([[1], [3], [5], [7]]);
  expect(await read(() => false, 1)).toEqual([]);
});

test('a payload that looks like a record is not read as one, also after damage', async () => {
  const { spool, disk, events } = await open(1_000_000);
  spool.append(7, [Buffer.from('victim')]);
  await atRest(disk);
  const path = `/spool/segments/${segmentsOf(disk)[0]}`;
  // The bytes of a true record, at another place: in a payload whose own header will be damaged.
  spool.append(8, [disk.contentOf(path)]);
  spool.append(9, [Buffer.from('behind')]);
  await atRest(disk);
  const content = Buffer.from(disk.contentOf(path));
  content[26]! ^= 1;
  disk.setContent(path, content);
  const { records } = await spool.read(0, () => true, 10_000);
  expect(records.map(({ shardHash }) => shardHash)).toEqual([7, 9]);
  expect(events.damage.map(({ bytes }) => bytes)).toEqual([HEADER + 26]);
});
