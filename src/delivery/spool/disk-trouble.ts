// Errors of the disk in the spool's words: the one place that knows errno.

const SEEN: Readonly<Record<string, string>> = {
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

/** A sentence for people; names the directory and what the system said. */
export function describeTrouble(directory: string, error: unknown): string {
  return `Cannot use spool directory ${directory}: expected a disk that takes and keeps files, found ${describeSeen(error)}`;
}

export function describeSeen(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || code === 'ERR_SQLITE_ERROR') return message ?? String(error);
  const words = SEEN[code];
  return words === undefined ? code : `${words} (${code})`;
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** As the system would say it, for what the system does not notice by itself. */
export function goneError(): Error {
  return Object.assign(new Error('the file is no longer in its folder'), { code: 'ENOENT' });
}
