// Which version of a library is installed, for libraries that come as packages of Debian.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Of the library itself, without Debian's epoch and revision. Throws if the package is not installed. */
export async function debianVersion(name: string): Promise<string> {
  const status = await packageStatus(name);
  const version = /^Version: (?:\d+:)?(\S+?)(?:-[^-\s]*)?$/m.exec(status)?.[1];
  if (version === undefined || !/^Status: install ok installed$/m.test(status))
    throw new Error(`Cannot run client: expected the Debian package ${name}, found none`);
  return version;
}

/** Empty if dpkg does not know the package, or is not there. */
async function packageStatus(name: string): Promise<string> {
  try {
    return (await promisify(execFile)('dpkg-query', ['--status', name])).stdout;
  } catch {
    return '';
  }
}
