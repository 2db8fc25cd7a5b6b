// `push` and `wait-ready` run for every job and every health check: they load neither the collector nor a library.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SRC = new URL('../../src/', import.meta.url);
const LIGHT = ['main.ts', 'cli/push-command.ts', 'cli/wait-ready-command.ts'];
const STATIC_IMPORT = /^\s*(?:import|export)\b(?!\s+type\b)[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm;

/** All that is loaded with a file: its own files, and the names of others. */
function loadedWith(file: string): { readonly own: Set<string>; readonly others: Set<string> } {
  const own = new Set<string>();
  const others = new Set<string>();
  const visit = (url: URL) => {
    if (own.has(url.href)) return;
    own.add(url.href);
    for (const [, specifier = ''] of readFileSync(url, 'utf8').matchAll(STATIC_IMPORT)) {
      if (specifier.startsWith('.')) visit(new URL(specifier, url));
      else others.add(specifier);
    }
  };
  visit(new URL(file, SRC));
  return { own, others };
}

test.each(LIGHT)('%s loads no library, and of Node nothing that is heavy', (file) => {
  const { others } = loadedWith(file);
  const light = [
    'node:fs',
    'node:util',
    'node:tty',
    'node:perf_hooks',
    'node:timers/promises',
    'node:module',
  ];
  expect([...others].filter((name) => !light.includes(name))).toEqual([]);
});

test('the collector is not light by the same measure', () => {
  expect([...loadedWith('cli/run-collector.ts').others]).toContain('undici');
});
