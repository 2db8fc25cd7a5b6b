// Whether a file that may be left out is meant to be used.
import { statSync } from 'node:fs';

/**
 * True also of what is there and cannot be read: it was meant, and is refused with the reason where it is read. A container
 * engine makes a folder of a file that it does not find.
 */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
