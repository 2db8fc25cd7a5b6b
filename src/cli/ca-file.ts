// --ca-file: the certificates that a command trusts in place of the usual ones.
import { readFileSync } from 'node:fs';

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g;

/** PEM; undefined where no file is named. Throws an Error with a sentence. */
export function readCaFile(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const pem = read(file);
  const certificates = pem.match(CERTIFICATE) ?? [];
  const found = certificates.length === 0 ? 'none' : 'a damaged one';
  if (certificates.length === 0 || !certificates.every(isSound))
    throw new Error(`Cannot use --ca-file ${file}: expected certificates in PEM, found ${found}`);
  return pem;
}

/** Node passes over one that it cannot read, and trusts nobody then. */
function isSound(pem: string): boolean {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
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
