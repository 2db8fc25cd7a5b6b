// prometheus-cpp as Debian packages it. It has Push() send POST and PushAdd() send PUT, and escapes nothing in the path.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../../support/build-once.ts';
import { debianVersion } from '../../../support/debian-version.ts';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { build, cacheFolder, readReport, runProgram, versionOf } from '../run-program.ts';

const SOURCES = new URL('./', import.meta.url);

export const CPP: PushClient = {
  id: 'cpp',
  title: 'C++ prometheus-cpp',
  // A slash makes further pieces of the path, and at a space its HTTP library gives up.
  groupings: ['plain', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  // Of so few observations it takes the one below.
  quantiles: { '0.5': 1, '0.9': 2 },
  prepare,
  push,
};

async function push({ baseUrl, verb, job, grouping }: PushRun): Promise<ClientReport> {
  const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
  // It takes a host and a port, and writes the port as it is given: a path may follow.
  const [, host = '', portAndPath = ''] = /^http:\/\/([^:]+):(.*)$/.exec(baseUrl) ?? [];
  const program = join(await built(), 'push-client');
  const end = await runProgram(program, [host, portAndPath, verb, job, ...pairs]);
  const { ok, error } = readReport(end);
  // The library prints the text of a refusal, before the program reports the status that it was returned.
  const printed = end.stdout.slice(0, end.stdout.lastIndexOf('{"ok"')).trim();
  return { ok, error: [error, printed].filter((part) => part !== '').join(': ') };
}

async function prepare(): Promise<string> {
  await built();
  return debianVersion('prometheus-cpp-dev');
}

function built(): Promise<string> {
  return buildOnce(cacheFolder('cpp'), SOURCES, async (into) => {
    await versionOf('g++', 'Debian package g++');
    await debianVersion('prometheus-cpp-dev');
    const options = ['-std=c++11', '-Wall', '-Wextra', '-o', join(into, 'push-client')];
    const libraries = ['-lprometheus-cpp-push', '-lprometheus-cpp-core'];
    const args = [...options, 'push-client.cpp', 'metrics.cpp', ...libraries];
    await build('g++', args, { cwd: fileURLToPath(SOURCES) });
  });
}
