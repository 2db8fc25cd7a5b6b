// The crate `prometheus` with its feature `push`, which knows no summaries and escapes nothing in the path.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../../support/build-once.ts';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { build, cacheFolder, readReport, runProgram, versionOf } from '../run-program.ts';

const SOURCES = new URL('./', import.meta.url);

export const RUST: PushClient = {
  id: 'rust',
  title: 'Rust prometheus',
  // It refuses a slash itself. An empty value followed by another label, whose order is random, is an empty piece of the path.
  groupings: ['plain', 'space', 'plus', 'utf8'],
  kinds: ['counter', 'gauge', 'histogram'],
  format: 'protobuf',
  shows: 'status',
  prepare,
  push,
};

async function push({ baseUrl, verb, job, grouping }: PushRun): Promise<ClientReport> {
  const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
  const program = join(await built(), 'push-client');
  return readReport(await runProgram(program, [baseUrl, verb, job, ...pairs]));
}

async function prepare(): Promise<string> {
  await built();
  const pins = readFileSync(new URL('Cargo.lock', SOURCES), 'utf8');
  return /name = "prometheus"\nversion = "([^"]+)"/.exec(pins)?.[1] ?? '';
}

function built(): Promise<string> {
  return buildOnce(cacheFolder('rust'), SOURCES, async (into) => {
    await versionOf('cargo', '1.88 or later, from https://rustup.rs');
    // Its HTTP client is linked with OpenSSL.
    await versionOf('pkg-config', 'Debian packages pkg-config and libssl-dev');
    // What it compiles is kept for the next state of the sources.
    const target = join(cacheFolder('rust'), 'target');
    const args = ['build', '--locked', '--quiet', '--target-dir', target];
    await build('cargo', args, { cwd: fileURLToPath(SOURCES) });
    copyFileSync(join(target, 'debug', 'push-client'), join(into, 'push-client'));
  });
}
