// The positions of lanes across restarts, other numbers of lanes, torn writes and disks that fail.
import { expect, test } from 'vitest';
import type { LanePosition } from '../../../../src/delivery/block/push-log.ts';
import { BackendPositions } from '../../../../src/delivery/spool/positions/backend-positions.ts';
import {
  formatPositions,
  PositionsFile,
  parsePositions,
} from '../../../../src/delivery/spool/positions/positions-file.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { ModelDisk } from '../model-disk.ts';
import { SpoolWorld } from '../spool-world.ts';

const PATH = '/positions/a.positions';

const at = (position: number, samples = 0): LanePosition => ({ position, samples });

function start(lanes: number, disk = new ModelDisk(() => 0.5)) {
  const clock = new FakeClock();
  const positions = new BackendPositions('a', lanes, new PositionsFile(PATH, disk.files()), clock);
  return { disk, clock, positions };
}

/** What a restart finds. */
function found(disk: ModelDisk) {
  return parsePositions(disk.contentOf(PATH));
}

test('a file with a flipped bit in its head is refused, and a flipped bit in a slot loses only that slot', () => {
  const file = formatPositions({ backend: 'a', lanes: [at(7), at(9, 3)], earlier: [[1, 2, 3]] });
  const whole = parsePositions(file);
  expect(whole).toEqual({ backend: 'a', lanes: [at(7), at(9, 3)], earlier: [[1, 2, 3]] });
  const head = file.indexOf('\n');
  for (let bit = 0; bit < file.length * 8; bit++) {
    const flipped = Buffer.from(file);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    const parsed = parsePositions(flipped);
    if (bit >> 3 <= head) expect([bit, parsed]).toEqual([bit, undefined]);
    // A lane without a sound slot starts where the lowest one was.
    else for (const lane of [0, 1]) expect([whole!.lanes[lane], at(7)]).toContainEqual(parsed!.lanes[lane]);
  }
  for (let length = 0; length <= head; length++)
    expect(parsePositions(file.subarray(0, length))).toBeUndefined();
});

test('a lane that goes back is a defect', () => {
  const { positions } = start(1);
  positions.startAt(10);
  expect(() => positions.settle(0, at(9))).toThrow('BUG: expected lane 0 to go on from 10, found 9');
});

test('what is settled is in the file at once, and synced within a second', async () => {
  const { disk, clock, positions } = start(2);
  positions.startAt(5);
  positions.save();
  for (let position = 6; position < 20; position++) {
    positions.settle(1, at(position, 1));
    expect(found(disk)?.lanes).toEqual([at(5), at(position, 1)]);
  }
  expect(clock.delays).toEqual([1000]);
  const before = disk.operations;
  clock.advance(1000);
  await waitUntil(() => disk.operations > before, 'the sync');
  disk.crash('power');
  expect(found(disk)?.lanes).toEqual([at(5), at(19, 1)]);
});

test('a power cut at any moment leaves what was synced last, or something newer', async () => {
  for (let seed = 0; seed < 200; seed++) {
    const { random, disk } = new SpoolWorld(seed);
    const { positions } = start(1, disk);
    positions.startAt(0);
    positions.save();
    let synced = 0;
    let position = 0;
    for (let step = random.nat(12); step >= 0; step--) {
      const syncing = random.coin() ? positions.sync() : undefined;
      const before = position;
      for (let n = random.nat(3); n > 0; n--) positions.settle(0, at(++position));
      if (syncing === undefined) continue;
      await syncing;
      synced = before;
    }
    disk.crash('power');
    const lane = found(disk)!.lanes[0]!.position;
    expect(lane).toBeGreaterThanOrEqual(synced);
    expect(lane).toBeLessThanOrEqual(position);
  }
});

test('a write that the disk refuses is kept in memory and tried again', async () => {
  const { disk, clock, positions } = start(1);
  positions.startAt(0);
  positions.save();
  disk.failWith({ after: 0, count: 3, code: 'ENOSPC' });
  positions.settle(0, at(7));
  expect(found(disk)?.lanes).toEqual([at(0)]);
  expect(positions.laneAt(0)).toEqual(at(7));
  for (let tries = 0; tries < 3; tries++) {
    const timers = clock.delays.length;
    clock.advance(1000);
    await waitUntil(
      () => clock.delays.length > timers || found(disk)?.lanes[0]?.position === 7,
      'the attempt',
    );
  }
  expect(found(disk)?.lanes).toEqual([at(7)]);
  await positions.close();
});

test('a file that was removed is written again', async () => {
  const { disk, positions } = start(1);
  positions.startAt(3);
  positions.save();
  disk.removeAll('/positions');
  positions.settle(0, at(4));
  await positions.sync();
  expect(found(disk)?.lanes).toEqual([at(4)]);
});

test('each lane continues where it was if the number of lanes is the same', () => {
  const { positions } = start(2);
  positions.adopt({ backend: 'a', lanes: [at(4, 2), at(9)], earlier: [] });
  expect([positions.laneAt(0), positions.laneAt(1), positions.lowest]).toEqual([at(4, 2), at(9), 4]);
});

test('all lanes start at the lowest position if their number changed, and skip what was settled', () => {
  const { disk, positions } = start(3);
  positions.adopt({ backend: 'a', lanes: [at(4), at(9)], earlier: [] });
  expect([0, 1, 2].map((lane) => positions.laneAt(lane))).toEqual([at(4), at(4), at(4)]);
  const settled = (shardHash: number, position: number) => positions.isSettled(shardHash, position);
  expect([settled(0, 3), settled(0, 4), settled(2, 4)]).toEqual([true, false, false]);
  expect([settled(1, 8), settled(3, 8), settled(1, 9)]).toEqual([true, true, false]);
  positions.save();
  expect(found(disk)).toEqual({ backend: 'a', lanes: [at(4), at(4), at(4)], earlier: [[4, 9]] });
});

test('an earlier number of lanes is forgotten when all lanes have passed it', () => {
  const { disk, positions } = start(2);
  positions.adopt({ backend: 'a', lanes: [at(5)], earlier: [[4, 9, 6]] });
  expect(positions.isSettled(1, 8)).toBe(true);
  positions.settle(0, at(9));
  expect(positions.isSettled(1, 8)).toBe(true);
  positions.settle(1, at(9));
  expect(positions.isSettled(1, 8)).toBe(false);
  positions.replace();
  expect(found(disk)?.earlier).toEqual([]);
});

test('a new backend starts at the end, a known one where it was, and one whose file is damaged at the start', async () => {
  const world = new SpoolWorld(3);
  await world.open();
  world.append(1, 10);
  await world.atRest();
  world.settle(0, 30);
  world.settle(1, 30);
  expect(world.spool.positionsOf('b', 1).lowest).toBe(world.spool.storedEnd);
  await world.close();
  await world.open();
  expect(world.positions.lowest).toBe(30);
  const [path = ''] = world.disk.paths().filter((name) => name.endsWith('.positions'));
  await world.close();
  world.disk.setContent(path, Buffer.from('nonsense'));
  await world.open();
  const lowest = [world.positions.lowest, world.spool.positionsOf('b', 1).lowest].sort((a, b) => a - b);
  expect(lowest[0]).toBe(world.spool.startPosition);
  expect(world.events.damage).toEqual([
    {
      bytes: 8,
      records: 0,
      detail: `Cannot read spool positions ${path}: expected what was written, found other bytes`,
    },
  ]);
});

test('records that were settled are skipped, also if the spool could not be opened at first', async () => {
  const world = new SpoolWorld(4);
  await world.open();
  for (const hash of [0, 1, 2]) world.append(hash, 10);
  await world.atRest();
  world.settle(0, 60);
  world.settle(1, 30);
  const end = world.spool.storedEnd;
  await world.close();
  world.disk.failWith({ after: 0, count: 1, code: 'EIO' });
  await world.open();
  expect([world.spool.isUsable, world.positions.lowest]).toEqual([false, 0]);
  const fresh = world.spool.positionsOf('new', 1);
  await world.heal();
  expect([world.spool.storedEnd, world.positions.lowest]).toEqual([end, 0]);
  const settled = (shardHash: number, position: number) => world.positions.isSettled(shardHash, position);
  expect([settled(0, 0), settled(1, 30), settled(2, 60)]).toEqual([true, false, false]);
  expect([fresh.isSettled(0, end - 1), fresh.isSettled(0, end)]).toEqual([true, false]);
});

test('a backend that is not configured any more is forgotten, and new if it comes back', async () => {
  const world = new SpoolWorld(5);
  await world.open();
  expect(world.spool.positionsOf('b', 1).lowest).toBe(0);
  await world.close();
  await world.open();
  world.append(1, 10);
  await world.atRest();
  world.spool.forgetOthers(['a']);
  await world.atRest();
  expect(world.events.forgotten).toEqual([{ backend: 'b', bytes: world.spool.storedEnd }]);
  await world.close();
  await world.open();
  expect(world.spool.positionsOf('b', 1).lowest).toBe(world.spool.storedEnd);
  expect(world.positions.lowest).toBe(0);
});

test('a file of positions that cannot be written makes the spool unusable, since a restart would take the backend for a new one', async () => {
  const world = new SpoolWorld(6);
  await world.open();
  world.disk.failWith({ after: 0, count: 1, code: 'ENOSPC' });
  world.spool.positionsOf('b', 1);
  expect(world.spool.append(1, [])).toEqual({
    kind: 'unusable',
    detail:
      'Cannot use spool directory /spool: expected a disk that takes and keeps files, found no space left (ENOSPC)',
  });
  await world.heal();
  expect(world.disk.paths().filter((path) => path.endsWith('.positions'))).toHaveLength(2);
});
