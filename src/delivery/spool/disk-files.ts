// The real disk behind the spool's face to it.
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiskFile } from './disk-file.ts';
import { lockFile } from './file-lock.ts';
import type { SpoolFiles } from './spool-files.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

export function diskFiles(): SpoolFiles {
  return {
    makeFolder,
    list: (folder) => readdir(folder),
    open: DiskFile.open,
    create: DiskFile.create,
    openNow: DiskFile.openNow,
    replaceNow,
    remove: unlink,
    syncFolder,
    lock: lockFile,
  };
}

/** Folder by folder: where mkdir makes several, Node calls a read-only disk a missing path. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, FOLDER_MODE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, FOLDER_MODE);
  }
  // A new folder is on disk when the one that names it is.
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(unlessForeign);
  if (folder === undefined) return;
  try {
    await folder.sync().catch(unlessForeign);
  } finally {
    await folder.close();
  }
}

/** A folder that is not ours to read cannot be synced, and some file systems sync none. */
function unlessForeign(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EINVAL') return undefined;
  throw error;
}

function replaceNow(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.new`;
  const file = openSync(fresh, 'w', FILE_MODE);
  try {
    if (writeSync(file, bytes, 0, bytes.length, 0) !== bytes.length)
      throw Object.assign(new Error('expected a whole write, found a short one'), { code: 'ENOSPC' });
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  syncFolderNow(dirname(path));
}

function syncFolderNow(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    unlessForeign(error as NodeJS.ErrnoException);
  } finally {
    closeSync(folder);
  }
}
