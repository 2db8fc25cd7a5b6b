import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { lockFile } from '../../../../src/delivery/spool/disk/file-lock.ts';
import { TemporaryFolder } from '../../../support/temporary-folder.ts';

/** As if another program is just taking the lock: there, and gone a moment later. */
const PASSER_BY = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(workerData);
  database.exec('BEGIN; SELECT * FROM sqlite_schema');
  parentPort.postMessage('in the way');
  setTimeout(() => database.close(), 50);
`;

test('a lock can be taken a moment after another program tried to take it', async () => {
  const path = join(new TemporaryFolder().path, 'lock');
  const passerBy = new Worker(PASSER_BY, { eval: true, workerData: path });
  onTestFinished(() => void passerBy.terminate());
  await once(passerBy, 'message');
  const lock = await lockFile(path);
  expect(lock?.isStillAt(path)).toBe(true);
  expect(await lockFile(path)).toBeUndefined();
  lock?.release();
});
