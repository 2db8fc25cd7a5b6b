// What the spool asks of a disk, and the disk's errors in words. Every byte that the spool reads or writes goes through this
// interface, so that a test can supply a disk that fails. No other file knows errno.

/** Errors are those of node:fs, with their `code`. */
export interface DiskFile {
  /** Fills `into` from offset `at` on. Returns how many bytes were read; fewer only at the end of the file. */
  read(into: Uint8Array, at: number): Promise<number>;
  /** Returns how many bytes were written, which may be fewer than given. */
  write(pieces: readonly Uint8Array[], at: number): Promise<number>;
  /** Synchronous, so for a few bytes only. Throws unless all of them were written. */
  writeNow(bytes: Uint8Array, at: number): void;
  /** The bytes and the length are on disk when it resolves. */
  sync(): Promise<void>;
  size(): Promise<number>;
  cut(size: number): Promise<void>;
  /** Whether the path still names this file. A removed file can still be written, and is lost when it is closed. */
  isStillAt(path: string): boolean;
  close(): Promise<void>;
}

export interface Disk {
  /** Also makes missing parents. Only this user may read the folder. Synced. */
  makeFolder(path: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  /** An existing file, for reading. */
  open(path: string): Promise<DiskFile>;
  /** A new file, for reading and writing. */
  create(path: string): Promise<DiskFile>;
  /** An existing file, for reading and writing. Synchronous. */
  openNow(path: string): DiskFile;
  /** Replaces a whole file atomically, synced. Synchronous. */
  replaceNow(path: string, bytes: Uint8Array): void;
  remove(path: string): Promise<void>;
  /** The names in the folder are on disk when it resolves. */
  syncFolder(path: string): Promise<void>;
  /** Resolves to undefined if another program holds it. Held until `release` or the end of this program, however it ends. */
  lock(path: string): Promise<DiskLock | undefined>;
}

export interface DiskLock {
  /** Whether the path still names the file that is locked. */
  isStillAt(path: string): boolean;
  release(): void;
}

const ERRNO_TEXT: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EDQUOT: 'the quota used up',
  EROFS: 'a read-only file system',
  EIO: 'an input/output error',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOENT: 'nothing at its path',
  ENOTDIR: 'a file in the place of a directory',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
};

/** A sentence for people that names the directory and the system's error. */
export function describeTrouble(directory: string, error: unknown): string {
  return `Cannot use spool directory ${directory}: expected a disk that takes and keeps files, found ${describeErrno(error)}`;
}

export function describeErrno(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || code === 'ERR_SQLITE_ERROR') return message ?? String(error);
  const words = ERRNO_TEXT[code];
  return words === undefined ? code : `${words} (${code})`;
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** For a file that was removed while it was open, which the system does not report. */
export function goneError(): Error {
  return Object.assign(new Error('the file is no longer in its folder'), { code: 'ENOENT' });
}
