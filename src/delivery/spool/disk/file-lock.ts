// A lock on a file that the kernel holds for this process. It works across containers that share the disk, and ends with the
// process, however that ends. SQLite is used for nothing but the lock, because Node offers no other way to take one.
import { statSync } from 'node:fs';
import type { DiskLock } from './disk.ts';

/** SQLITE_BUSY of https://www.sqlite.org/rescode.html */
const BUSY = 5;
/** Two programs that start in the same moment may each find the other's attempt. After this wait one of them has the lock. */
const WAIT_MS = 200;

export async function lockFile(path: string): Promise<DiskLock | undefined> {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { timeout: WAIT_MS });
  try {
    // Without a journal in a file nothing is ever written.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw error;
  }
  const { ino, dev } = statSync(path);
  return {
    isStillAt(named) {
      const seen = statSync(named, { throwIfNoEntry: false });
      return seen !== undefined && seen.ino === ino && seen.dev === dev;
    },
    release: () => database.close(),
  };
}

/**
 * Loaded only if there is a spool. Early releases of Node 24 warn that the module is new, which does not
 * concern the user of Sluice. Nothing else runs while warnings are off.
 */
function loadSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
