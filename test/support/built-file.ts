// Files of dist/, for tests that run what is built. A test of an old build would be wrong, so it fails.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

const current = new Set<string>();

/** The path of a file of dist/. Throws if it is missing, or older than any file of src/. */
export function builtFile(name: string): string {
  const path = join(DIST, name);
  if (current.has(path)) return path;
  const found = !existsSync(path) ? 'none' : isOlderThanSources(path) ? 'one older than src/' : undefined;
  if (found !== undefined)
    throw new Error(`Cannot run dist/${name}: expected a current build (npm run build), found ${found}`);
  current.add(path);
  return path;
}

function isOlderThanSources(path: string): boolean {
  const builtMs = statSync(path).mtimeMs;
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' });
  return names.some((name) => name.endsWith('.ts') && statSync(join(SRC, name)).mtimeMs > builtMs);
}
