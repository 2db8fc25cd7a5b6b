// Damage is reported and left out, and the rest is served: every bit of a segment is flipped once, every length is tried.
import { expect, test } from 'vitest';
import { SpoolWorld } from './spool-world.ts';

const RECORDS = 4;

/** A spool that was closed with a few records in one segment, and the path of that segment. */
async function stored(end: 'closed' | 'killed') {
  const world = new SpoolWorld(1);
  await world.open();
  for (let at = 0; at < RECORDS; at++) world.append(at, 5 + at);
  await world.atRest();
  if (end === 'closed') await world.close();
  const path = world.disk.paths().find((name) => name.includes('/segments/'))!;
  return { world, path, content: Buffer.from(world.disk.contentOf(path)) };
}

/** Which records are served after the content was changed, and what was reported about the others. */
async function served(world: SpoolWorld, path: string, content: Buffer) {
  world.disk.setContent(path, content);
  world.disk.removeAll('/spool/damaged');
  world.events.damage.length = 0;
  world.events.opened.length = 0;
  world.disk.crash('kill');
  await world.open();
  const hashes: number[] = [];
  for (let from = 0; from < world.spool.storedEnd; ) {
    const { records, next } = await world.spool.read(from, () => true, 30);
    for (const { position, shardHash, payload } of records) {
      expect(Buffer.from(payload).equals(world.records.get(position)!.payload)).toBe(true);
      hashes.push(shardHash);
    }
    from = next;
  }
  const damagedBytes = world.events.damage.reduce((sum, { bytes }) => sum + bytes, 0);
  return { hashes, damage: world.events.damage, damagedBytes, opened: world.events.opened[0]! };
}

test('a flipped bit damages its own record and no other', async () => {
  const { world, path, content } = await stored('closed');
  const records = [...world.records.values()];
  for (let bit = 0; bit < content.length * 8; bit++) {
    const flipped = Buffer.from(content);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    const hit = records.findIndex(({ end }) => end > bit >> 3);
    const { hashes, damage, damagedBytes } = await served(world, path, flipped);
    expect([bit, hashes]).toEqual([bit, records.map((_, at) => at).filter((at) => at !== hit)]);
    expect(damage).toHaveLength(1);
    expect(damagedBytes).toBe(records[hit]!.end - records[hit]!.position);
  }
});

test('a closed file that became shorter is reported as damaged from its end on', async () => {
  const { world, path, content } = await stored('closed');
  const records = [...world.records.values()];
  for (let length = 0; length < content.length; length++) {
    const whole = records.filter(({ end }) => end <= length).length;
    const { hashes, damagedBytes, opened } = await served(world, path, content.subarray(0, length));
    expect([length, hashes]).toEqual([length, [0, 1, 2, 3].slice(0, whole)]);
    expect(damagedBytes).toBe(content.length - (records[whole - 1]?.end ?? 0));
    expect(opened.tornBytes).toBe(0);
  }
});

test('a torn tail after a kill is cut and not reported as damage', async () => {
  const { world, path, content } = await stored('killed');
  const records = [...world.records.values()];
  for (let length = 0; length < content.length; length++) {
    const whole = records.filter(({ end }) => end <= length).length;
    const { hashes, damage, opened } = await served(world, path, content.subarray(0, length));
    expect([length, hashes]).toEqual([length, [0, 1, 2, 3].slice(0, whole)]);
    expect(damage).toEqual([]);
    expect(opened.tornBytes).toBe(length - (records[whole - 1]?.end ?? 0));
  }
});

test('damaged bytes are set aside and reported once, however many lanes read them', async () => {
  const { world, path, content } = await stored('closed');
  const flipped = Buffer.from(content);
  flipped[22]! ^= 1;
  const { damage } = await served(world, path, flipped);
  await Promise.all(Array.from({ length: 4 }, () => world.spool.read(0, () => true, 1000)));
  expect(damage).toEqual([
    {
      bytes: 25,
      records: 1,
      detail:
        'Cannot read the spool from position 0 to 25: expected what was written, found a wrong checksum',
      file: '/spool/damaged/0000000000000000.damaged',
    },
  ]);
  const file = world.disk.contentOf('/spool/damaged/0000000000000000.damaged');
  expect(file.toString('hex')).toBe(flipped.subarray(0, 25).toString('hex'));
});

test('a damaged payload that no lane wants is skipped without a report', async () => {
  const { world, path, content } = await stored('closed');
  const flipped = Buffer.from(content);
  flipped[22]! ^= 1;
  await served(world, path, content);
  world.disk.setContent(path, flipped);
  const { records } = await world.spool.read(0, (shardHash) => shardHash === 2, 1000);
  expect(records.map(({ shardHash }) => shardHash)).toEqual([2]);
  expect(world.events.damage).toEqual([]);
});

test('a segment that somebody removed is damage, and the next one is read', async () => {
  const world = new SpoolWorld(2);
  await world.open();
  for (let at = 0; at < 6; at++) {
    world.append(at, 900);
    await world.atRest();
  }
  const segments = world.disk.paths().filter((path) => path.includes('/segments/'));
  expect(segments.length).toBeGreaterThan(2);
  world.disk.removeAll(segments[0]!);
  const first = world.records.get(0)!;
  const { records, next } = await world.spool.read(0, () => true, 100_000);
  expect(records).toHaveLength(world.records.size - world.events.damage[0]!.bytes / first.end);
  expect(next).toBe(world.spool.storedEnd);
  expect(world.events.damage.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(
      /^Cannot read the spool from position 0 to \d+: expected what was written, found no file$/,
    ),
  ]);
});

test('a read rejects if the disk fails, and succeeds when it does not', async () => {
  const { world } = await stored('killed');
  world.disk.failWith({ after: 1, count: 1, code: 'EIO' });
  await expect(world.spool.read(0, () => true, 1000)).rejects.toThrow(
    /^Cannot read spool file \/spool\/segments\/\S+: expected readable bytes, found an input\/output error \(EIO\)$/,
  );
  expect((await world.spool.read(0, () => true, 1000)).records).toHaveLength(RECORDS);
  expect(world.events.damage).toEqual([]);
});

test('a lane whose position is after the last record keeps it, and no new record comes before it', async () => {
  const { world, path } = await stored('killed');
  const end = world.spool.storedEnd;
  world.settle(1, end);
  await served(world, path, Buffer.alloc(0));
  expect([world.positions.laneAt(1).position, world.spool.storedEnd]).toEqual([end, end]);
  expect(world.spool.append(1, [])).toEqual({ kind: 'appended', position: end, end: end + 20 });
});
