// A lock on a file that the kernel holds for this process: it reaches across containers that share the disk, and is gone
// when the process is, however it ends. SQLite is used for nothing but the lock; Node offers no other way to one.
import { statSync } from 'node:fs';
import type { DiskLock } from './disk.ts';

/** SQLITE_BUSY of https://www.sqlite.org/rescode.html */
const BUSY = 5;
/** Of two that come in the same moment each may find the other in its way; who comes second waits in vain and no longer. */
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
 * Loaded only where there is a spool. Early releases of Node 24 warn that the module is new, which is no news to the user of
 * Sluice; nothing else runs while warnings are off.
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
