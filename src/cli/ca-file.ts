// --ca-file: the certificates that a command trusts in place of the usual ones.
import { readFileSync } from 'node:fs';

/** PEM; undefined where no file is named. Throws an Error with a sentence. */
export function readCaFile(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const pem = read(file);
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new Error(`Cannot use --ca-file ${file}: expected certificates in PEM, found none`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`Cannot read --ca-file ${file}: expected a readable file, found ${code}`, {
      cause: error,
    });
  }
}
