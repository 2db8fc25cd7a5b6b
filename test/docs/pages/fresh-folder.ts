// The repository as it is after a clone: its files, without what was installed or built.
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './page.ts';

const REPOSITORY = fileURLToPath(ROOT);
/** Besides what .gitignore names. */
const NOT_CLONED = ['.git'];

/** Nine files of ten, which no page writes to. */
const SOURCES = ['src', 'test', 'bench'];

/**
 * Copies the repository into `folder`; with uncommitted changes, so that they are tested before they are committed. The
 * sources are links if `linksSources`: copying them takes a second.
 */
export function cloneInto(folder: string, { linksSources }: { readonly linksSources: boolean }): void {
  const isIgnored = ignoredNames();
  mkdirSync(folder, { recursive: true });
  if (linksSources) for (const name of SOURCES) symlinkSync(join(REPOSITORY, name), join(folder, name));
  cpSync(REPOSITORY, folder, {
    recursive: true,
    filter: (path) => {
      const place = relative(REPOSITORY, path);
      if (linksSources && SOURCES.includes(place)) return false;
      return place === '' || !isIgnored(basename(path), place);
    },
  });
}

/** As `npm ci` would leave it, which takes the libraries from a registry and builds. */
export function linkInstalled(folder: string): void {
  for (const name of ['node_modules', 'dist']) symlinkSync(join(REPOSITORY, name), join(folder, name));
}

function ignoredNames(): (name: string, path: string) => boolean {
  const lines = readFileSync(new URL('.gitignore', ROOT), 'utf8').split('\n');
  const rules = lines.map((line) => line.trim().replace(/\/$/, '')).filter((line) => line !== '');
  const patterns = rules.map(
    (rule) => new RegExp(`^${rule.replace(/[.]/g, '\\.').replace(/\*/g, '[^/]*')}$`),
  );
  return (name, path) =>
    NOT_CLONED.includes(path) || patterns.some((pattern) => pattern.test(name) || pattern.test(path));
}
