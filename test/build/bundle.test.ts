// The bundle is what every start loads: what no start needs stays out of it, and what a stack trace needs stays in.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const DIST = new URL('../../dist/', import.meta.url);

/** What a module of CommonJS is known by in a bundle. */
function hasModule(text: string, module: string): boolean {
  return text.includes(`"node_modules/${module}"`);
}

const bundles = () => ['sluice.js', 'lambda.cjs'].filter((file) => existsSync(new URL(file, DIST)));

test.for(bundles())('%s has the connections of undici, and neither its fetch index nor HTTP/2', (file) => {
  const text = readFileSync(new URL(file, DIST), 'utf8');
  expect(hasModule(text, 'undici/lib/dispatcher/pool.js')).toBe(true);
  for (const module of [
    'index.js',
    'lib/web/fetch/index.js',
    'lib/mock/mock-agent.js',
    'lib/cache/memory-cache-store.js',
  ])
    expect(hasModule(text, `undici/${module}`), module).toBe(false);
  expect(text).not.toMatch(/["']node:http2["']\)/);
});

test('names of functions stay, since a stack trace shows them', () => {
  const text = readFileSync(new URL('sluice.js', DIST), 'utf8');
  expect(text).toContain('function readArguments(');
});

test('the command does not load the development backend, the AWS library or pretty printing with the rest', () => {
  const text = readFileSync(new URL('sluice.js', DIST), 'utf8');
  const files = readdirSync(DIST);
  for (const name of ['dev', 'aws-library', 'pino-pretty']) {
    const chunk = files.find((file) => new RegExp(`^${name}-[A-Z0-9]+\\.js$`).test(file));
    expect(chunk, name).toBeDefined();
    expect(text).toContain(`import("./${chunk}")`);
  }
});
