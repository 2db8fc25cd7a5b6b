// The real command with a disk that fails it: what cannot be stored is refused, what need not be stored is delivered from
// memory, the failure is visible, and it heals when the disk does. What was acknowledged arrives, once and in order.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { RunningSluice, runSluice } from '../support/running-sluice.ts';
import { ScriptedReceiver } from '../support/scripted-receiver.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type SmallDisk, testOnSmallDisk } from './support/small-disk.ts';
import { NumberedPushes, SPOOL_BYTES, SpooledSluice, spoolArguments } from './support/spooled-sluice.ts';

const IN_MEMORY = { prefer: 'respond-async' };

interface Fault {
  /** What /-/ready says after the name of the directory. */
  readonly found: string;
  readonly damage: (directory: string, disk?: SmallDisk) => void;
  readonly mend?: (directory: string, disk?: SmallDisk) => void;
}

/** From trouble that has come while pushes were taken, to its end. */
async function heals(directory: string, { found, damage, mend }: Fault, disk?: SmallDisk): Promise<void> {
  const receiver = await startReceiver();
  const spooled = await SpooledSluice.start({ directory, url: receiver.url() });
  const pushes = new NumberedPushes();
  await pushes.pushMany(spooled, 3);
  await pushes.expectArrived(receiver);
  damage(directory, disk);
  await waitForValue(
    () => pushes.push(spooled),
    (status) => status === 503,
    'a push that cannot be stored',
  );
  await expectTrouble(spooled, directory, found);
  expect(await pushes.push(spooled, IN_MEMORY)).toBe(202);
  await pushes.expectArrived(receiver);
  mend?.(directory, disk);
  await expectHealed(spooled, pushes);
  await pushes.expectArrived(receiver);
  expect(await spooled.sluice.stop()).toBe(0);
}

async function expectTrouble(spooled: SpooledSluice, directory: string, found: string): Promise<void> {
  await spooled.whenUsable(false);
  expect(await spooled.ready()).toBe(
    `OK\nCannot use spool directory ${directory}: expected a disk that takes and keeps files, found ${found}\n`,
  );
  expect(await spooled.sluice.logged('spoolUnusable')).toMatchObject({ level: 'error' });
}

async function expectHealed(spooled: SpooledSluice, pushes: NumberedPushes): Promise<void> {
  await spooled.whenUsable(true);
  expect(await spooled.ready()).toBe('OK\n');
  expect(await spooled.sluice.logged('spoolUsable')).toMatchObject({ level: 'info' });
  await pushes.pushMany(spooled, 3);
}

describe('a spool', () => {
  testOnSmallDisk('whose disk is full refuses what has to be stored until there is room', (disk) =>
    heals(
      join(disk.path, 'spool'),
      {
        found: 'no space left (ENOSPC)',
        damage: () => disk.fill(),
        mend: () => disk.empty(),
      },
      disk,
    ),
  );

  test('whose directory is removed makes a new one, and what it then acknowledges survives a kill', async () => {
    const directory = join(new TemporaryFolder().path, 'spool');
    const [before, after] = [await startReceiver(), await startReceiver([{ status: 503 }])];
    const spooled = await SpooledSluice.start({ directory, url: before.url() });
    const pushes = new NumberedPushes();
    await pushes.pushMany(spooled, 3);
    await pushes.expectArrived(before);
    before.play({ status: 503 });
    rmSync(directory, { recursive: true });
    await waitForValue(
      () => pushes.push(spooled),
      (status) => status === 202,
      'a push that is stored',
      60_000,
    );
    expect(existsSync(directory)).toBe(true);
    await spooled.kill();
    after.play({});
    await SpooledSluice.start({ directory, url: after.url() });
    await pushes.expectArrived(before, after);
  });

  testOnSmallDisk(
    'whose disk is read-only at the start delivers from memory until it can be used',
    async (disk) => {
      const directory = join(disk.path, 'spool');
      const receiver = await startReceiver();
      mkdirSync(directory);
      disk.remount('ro');
      const spooled = await SpooledSluice.start({ directory, url: receiver.url() });
      const pushes = new NumberedPushes();
      expect(await pushes.push(spooled)).toBe(503);
      await expectTrouble(spooled, directory, 'a read-only file system (EROFS)');
      expect(await pushes.push(spooled, IN_MEMORY)).toBe(202);
      await pushes.expectArrived(receiver);
      disk.remount('rw');
      await expectHealed(spooled, pushes);
      await pushes.expectArrived(receiver);
      expect(await spooled.sluice.stop()).toBe(0);
    },
  );

  test('that is full refuses pushes until the backend is back, and loses none that it took', async () => {
    const directory = join(new TemporaryFolder().path, 'spool');
    const receiver = await startReceiver([{ status: 503 }]);
    const spooled = await SpooledSluice.start({ directory, url: receiver.url() });
    const padding = 'x'.repeat(500);
    const lines = Array.from({ length: 1000 }, (_, i) => `m{i="${i}",padding="${padding}"} `);
    let taken = 0;
    const push = () => spooled.sluice.push(lines.map((line) => `${line}${taken + 1}\n`).join(''));
    let answer = await push();
    for (; answer.status === 202; answer = await push()) taken++;
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.any(String)]);
    expect(answer.text).toContain('the spool is full (spool.maxSize)');
    expect(taken).toBeGreaterThan(5);
    expect(await spooled.metric('sluice_spool_bytes')).toBeLessThanOrEqual(SPOOL_BYTES);
    receiver.play({});
    await waitForValue(
      async () => (await push()).status,
      (status) => status === 202,
      'room',
      60_000,
    );
    taken++;
    await waitUntil(() => receiver.delivered.length >= 1000 * taken, 'everything that was taken', 60_000);
    expect(receiver.delivered.length).toBe(1000 * taken);
    expect(new Set(receiver.deliveredValues).size).toBe(taken);
    expect(await spooled.sluice.stop()).toBe(0);
  });

  test('lets no second Sluice into its directory, and the next one once the first is killed', async () => {
    const directory = join(new TemporaryFolder().path, 'spool');
    const receiver = await startReceiver();
    const settings = { directory, url: receiver.url() };
    const first = await SpooledSluice.start(settings);
    const second = await runSluice(spoolArguments(settings));
    expect([second.ending, second.stderr]).toEqual([
      1,
      `sluice: Cannot use spool directory ${directory}: expected no other Sluice in it, found one\n`,
    ]);
    await first.kill();
    const third = await SpooledSluice.start(settings);
    const pushes = new NumberedPushes();
    await pushes.pushMany(third, 1);
    await pushes.expectArrived(receiver);
  });
});

const STORED = 300;

/** A spool with so many pushes of one series that no backend has seen, of a Sluice that was killed. */
async function filledSpool(): Promise<{ directory: string; acknowledged: readonly number[] }> {
  const directory = join(new TemporaryFolder().path, 'spool');
  const gone = await ScriptedReceiver.start();
  const url = gone.url();
  await gone.close();
  const spooled = await SpooledSluice.start({ directory, url });
  const pushes = new NumberedPushes();
  await pushes.pushMany(spooled, STORED);
  await spooled.kill();
  return { directory, acknowledged: pushes.acknowledged };
}

/** The largest file below a folder of the spool. */
function largestFile(directory: string, folder: string): string {
  const files = readdirSync(join(directory, folder)).map((name) => join(directory, folder, name));
  return files.sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
}

describe('a spool that was damaged while Sluice was not running', () => {
  test.each([0.25, 0.5, 0.75])(
    'delivers all but the push with a flipped bit, at %f of the file',
    async (part) => {
      const { directory, acknowledged } = await filledSpool();
      const file = largestFile(directory, 'segments');
      const bytes = readFileSync(file);
      bytes[Math.floor(part * bytes.length)]! ^= 0x10;
      writeFileSync(file, bytes);
      const receiver = await startReceiver();
      const spooled = await SpooledSluice.start({ directory, url: receiver.url() });
      await waitUntil(() => receiver.deliveredValues.includes(STORED), 'the last push');
      const lost = acknowledged.filter((value) => !receiver.deliveredValues.includes(value));
      expect(lost).toHaveLength(1);
      expect(receiver.deliveredValues).toEqual(acknowledged.filter((value) => value !== lost[0]));
      expect(await spooled.metric('sluice_spool_damaged_records_total')).toBe(1);
      expect(await spooled.sluice.logged('spoolDamaged')).toMatchObject({ level: 'error' });
      expect(readdirSync(join(directory, 'damaged'))).toHaveLength(1);
    },
  );

  test('delivers what is before a truncation, and continues after it', async () => {
    const { directory, acknowledged } = await filledSpool();
    const file = largestFile(directory, 'segments');
    truncateSync(file, Math.floor(statSync(file).size / 2));
    const receiver = await startReceiver();
    const spooled = await SpooledSluice.start({ directory, url: receiver.url() });
    expect((await spooled.sluice.push('numbered 1000\n')).status).toBe(202);
    await waitUntil(() => receiver.deliveredValues.includes(1000), 'a new push');
    const kept = receiver.deliveredValues.slice(0, -1);
    expect(kept).toEqual(acknowledged.slice(0, kept.length));
    expect(kept.length).toBeGreaterThan(STORED / 2 - 10);
    expect(kept.length).toBeLessThan(STORED);
  });

  test('delivers everything if the positions are lost', async () => {
    const { directory, acknowledged } = await filledSpool();
    for (const name of readdirSync(join(directory, 'positions')))
      writeFileSync(join(directory, 'positions', name), 'no positions');
    const receiver = await startReceiver();
    const spooled = await SpooledSluice.start({ directory, url: receiver.url() });
    await waitUntil(() => receiver.deliveredValues.length >= STORED, 'everything');
    expect(receiver.deliveredValues).toEqual(acknowledged);
    expect(await spooled.sluice.stop()).toBe(0);
  });

  test('does not prevent the start if every file in it is rubbish', async () => {
    const { directory } = await filledSpool();
    for (const folder of ['segments', 'positions']) {
      for (const name of readdirSync(join(directory, folder)))
        writeFileSync(join(directory, folder, name), Buffer.alloc(10_000, 0xa5));
    }
    const receiver = await startReceiver();
    const sluice = await RunningSluice.start(spoolArguments({ directory, url: receiver.url() }));
    expect((await sluice.push('numbered 1000\n')).status).toBe(202);
    await waitUntil(() => receiver.deliveredValues.includes(1000), 'a new push');
    expect(receiver.deliveredValues).toEqual([1000]);
  });
});
