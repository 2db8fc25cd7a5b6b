// Sorts the test files into the projects of vitest.config.ts, by what each file needs.
// A file never has to say it: its folder, its name, and the imports of the file and of its helpers in test/ decide.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export type Project = 'unit' | 'road' | 'process' | 'docs' | 'models';

const STARTS_PROGRAMS = ['node:child_process'];
const OPENS_SOCKETS = ['node:http', 'node:http2', 'node:https', 'node:net', 'node:tls'];
/** How tests are named that run many random cases, for a second or longer. */
const LONG_RUN = /[-/](model|properties|property)\.test\.ts$/;
/** How tests are named that let Sluice start programs, and start none themselves. */
const LETS_START_PROGRAMS = /-process\.test\.ts$/;
/** Imports of types alone need nothing at run time. */
const IMPORT = /^(?:import|export) (?!type\b)[^;]*?'([^']+)';|\bimport\('([^']+)'\)/gm;

/** The paths of all test files of `root` outside test/interop/, by project. Paths are relative to `root`. */
export function testFilesByProject(root: string): Record<Project, string[]> {
  const files: Record<Project, string[]> = { unit: [], road: [], process: [], docs: [], models: [] };
  const names = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => each.endsWith('.test.ts')).sort()) {
    const path = join('test', name);
    if (!path.startsWith('test/interop/')) files[projectOf(root, path)].push(path);
  }
  return files;
}

function projectOf(root: string, path: string): Project {
  if (path.startsWith('test/docs/')) return 'docs';
  if (path.startsWith('test/packaging/') || LETS_START_PROGRAMS.test(path)) return 'process';
  if (LONG_RUN.test(path)) return 'models';
  const modules = builtInModules(root, path);
  if (STARTS_PROGRAMS.some((name) => modules.has(name))) return 'process';
  return OPENS_SOCKETS.some((name) => modules.has(name)) ? 'road' : 'unit';
}

/** The modules of Node that the file and its helpers import. Imports of src/ are not followed: most of it can open sockets. */
function builtInModules(root: string, path: string): Set<string> {
  const modules = new Set<string>();
  const seen = new Set<string>();
  const unread = [path];
  for (let file = unread.pop(); file !== undefined; file = unread.pop()) {
    if (seen.has(file) || !existsSync(join(root, file))) continue;
    seen.add(file);
    for (const [, imported, loaded] of readFileSync(join(root, file), 'utf8').matchAll(IMPORT)) {
      const name = (imported ?? loaded)!;
      const target = normalize(join(dirname(file), name));
      if (name.startsWith('node:')) modules.add(name);
      else if (name.startsWith('.') && target.startsWith('test/')) unread.push(target);
    }
  }
  return modules;
}
