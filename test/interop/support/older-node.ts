// A Node of Lambda's past, from the npm registry: what a function may still run on.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '12.22.12';
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/sluice-older-node/', import.meta.url));

export function olderNode(): { path: string; version: string } {
  const folder = join(CACHE, VERSION);
  const path = join(folder, `node_modules/node-linux-${arch()}/bin/node`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const specifier = `node-linux-${arch()}@${VERSION}`;
    execFileSync('npm', ['install', '--prefix', folder, '--no-save', '--silent', specifier], {
      stdio: 'pipe',
    });
  }
  return { path, version: VERSION };
}
