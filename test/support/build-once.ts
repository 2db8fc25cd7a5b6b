// Build products of a program in another language: made once for a state of its sources, and found again by their hash.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the folder in `cache` with what `build` made of the folder `sources`. `build` gets an empty folder to build into,
 * which is given its name only when all went well: products of half a build are never found.
 */
export async function buildOnce(
  cache: string,
  sources: URL,
  build: (into: string) => Promise<void>,
): Promise<string> {
  const built = join(cache, hashOf(sources));
  if (existsSync(built)) return built;
  const into = mkdtempSync(join(cache, 'unfinished-'));
  try {
    await build(into);
    renameUnlessThere(into, built);
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
  return built;
}

/** Of the names and bytes of all files but TypeScript, which only says how to run what is built. */
function hashOf(sources: URL): string {
  const folder = fileURLToPath(sources);
  const hash = createHash('sha256');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'));
  for (const path of files.map((file) => join(file.parentPath, file.name)).sort()) {
    const bytes = readFileSync(path);
    hash.update(`${path.slice(folder.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Another run may have built the same at the same time. */
function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
