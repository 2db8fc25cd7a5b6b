// The bundle is what every start loads: what no start needs stays out of it, and what a stack trace needs stays in.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const DIST = new URL('../../dist/', import.meta.url);
const FILES = readdirSync(DIST).filter((file) => /\.c?js$/.test(file));
const read = (file: string) => readFileSync(new URL(file, DIST), 'utf8');

/** What a module of CommonJS is known by in a bundle. */
const hasModule = (text: string, module: string) => text.includes(`"node_modules/${module}"`);

/** The chunk that a dynamic import of this module became. */
function chunkOf(module: string): string {
  const chunk = FILES.find((file) => new RegExp(`^${module}-[A-Z0-9]+\\.js$`).test(file));
  expect(chunk, module).toBeDefined();
  return chunk!;
}

/** A file and all that is loaded with it before it runs. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const [, chunk] of read(file).matchAll(/(?:from|import)\s?"\.\/([^"]+)"/g)) loadedWith(chunk!, loaded);
  return loaded;
}

const bundles = {
  'the command that runs Sluice': () => [...loadedWith(chunkOf('run-collector'))].map(read).join('\n'),
  'the Lambda extension': () => read('lambda.cjs'),
};

for (const [name, load] of Object.entries(bundles)) {
  test(`${name} has the connections of undici, but not its fetch, mocks or caches`, () => {
    const text = load();
    expect(hasModule(text, 'undici/lib/dispatcher/pool.js')).toBe(true);
    const others = [
      'index.js',
      'lib/web/fetch/index.js',
      'lib/mock/mock-agent.js',
      'lib/handler/cache-handler.js',
    ];
    for (const module of others) expect(hasModule(text, `undici/${module}`), module).toBe(false);
  });

  test(`${name} does not load HTTP/2`, () => {
    expect(load()).not.toMatch(/["']node:http2["']\)/);
  });
}

test('running does not load the development backend, the AWS library or pretty printing', () => {
  const loaded = loadedWith(chunkOf('run-collector'));
  expect(loaded.size).toBeGreaterThan(3);
  for (const module of ['dev', 'push-command', 'aws-library', 'pino-pretty'])
    expect(loaded, module).not.toContain(chunkOf(module));
});

test.each([
  ['sluice', () => 'sluice.js'],
  ['push', () => chunkOf('push-command')],
  ['wait-ready', () => chunkOf('wait-ready-command')],
])('%s is small, since it runs for every job and every health check', (_, entry) => {
  const bytes = [...loadedWith(entry())].map((file) => Buffer.byteLength(read(file)));
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(65_536);
});

test('names of functions stay, since a stack trace shows them', () => {
  expect(read('sluice.js')).toContain('function readArguments(');
  expect(read('lambda.cjs')).toContain('function loadLambdaConfig(');
});
