// The spool against a disk that does its worst: whatever happens in whatever order, nothing synced is lost, nothing failed
// comes back, order is kept, and no position is used twice.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_SIZE, SpoolWorld } from './spool-world.ts';

const CODES = ['ENOSPC', 'EIO', 'EROFS', 'EACCES'];
const MOVES = [
  'append',
  'append',
  'append',
  'rest',
  'rest',
  'settle',
  'check',
  'fault',
  'heal',
  'reopen',
  'kill',
  'power',
  'die',
  'refused',
] as const;

async function move(world: SpoolWorld, what: (typeof MOVES)[number]): Promise<void> {
  const { random, disk } = world;
  switch (what) {
    case 'append':
      for (let n = random.nat(4); n >= 0; n--) world.append(random.nat(5), random.nat(600));
      return;
    case 'rest':
      return world.atRest();
    case 'settle': {
      const lane = random.nat(2);
      const { lanes, spool } = world;
      if (random.coin()) for (const each of lanes.keys()) world.settle(each, spool.storedEnd);
      else world.settle(lane, lanes[lane]! + random.nat(Math.max(1, spool.storedEnd - lanes[lane]!)));
      return world.release();
    }
    case 'check':
      await world.atRest();
      disk.failWith(undefined);
      await world.check();
      return;
    case 'fault':
      return disk.failWith({ after: random.nat(6), count: 1 + random.nat(8), code: random.pick(CODES) });
    case 'heal':
      return world.heal();
    case 'reopen':
      disk.failWith(undefined);
      return world.reopen();
    case 'kill':
    case 'power':
      disk.failWith(undefined);
      return world.crash(what);
    case 'refused':
      // One operation fails, and then the power does.
      await world.heal();
      disk.failWith({ after: random.nat(5), count: 1, code: random.pick(CODES) });
      world.append(random.nat(5), random.nat(600));
      await world.atRest();
      disk.failWith(undefined);
      return world.crash('power');
    case 'die':
      // In the middle of the work that follows.
      disk.dieAt = disk.operations + 1 + random.nat(12);
      for (let n = random.nat(4); n >= 0; n--) world.append(random.nat(5), random.nat(600));
      await world.atRest();
      disk.failWith(undefined);
      return world.crash(random.coin() ? 'kill' : 'power');
  }
}

test('synced records are read and failed ones are not, whatever the disk does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(fc.constantFrom(...MOVES), { minLength: 5, maxLength: 40 }),
      async (seed, moves) => {
        const world = new SpoolWorld(seed, MAX_SIZE);
        await world.open();
        for (const what of moves) await move(world, what);
        await world.heal();
        world.append(1, 10);
        await world.atRest();
        const records = await world.check();
        expect(records.length).toBeGreaterThan(0);
        await world.close();
      },
    ),
    { numRuns: Number(process.env.SPOOL_RUNS ?? 150) },
  );
});
