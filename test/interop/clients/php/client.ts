// guzzle as Debian packages it, which sends here what promphp's push client documents: a path without any escaping.
import { fileURLToPath } from 'node:url';
import { debianVersion } from '../../../support/debian-version.ts';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { readReport, runProgram, versionOf } from '../run-program.ts';

const PROGRAM = fileURLToPath(new URL('program.php', import.meta.url));

export const PHP: PushClient = {
  id: 'php',
  title: 'PHP guzzle, as promphp pushes',
  // A slash makes further pieces of the path. An empty value works as the last one only.
  groupings: ['plain', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  quantiles: { '0.5': 2, '0.9': 3 },
  addedNames: ['php_info'],
  // Of a refusal it shows the first 120 characters.
  shows: 'body',
  prepare,
  push,
};

async function push({ baseUrl, verb, job, grouping }: PushRun): Promise<ClientReport> {
  const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
  return readReport(await runProgram('php', [PROGRAM, baseUrl, verb, job, ...pairs]));
}

async function prepare(): Promise<string> {
  await versionOf('php', 'Debian package php-cli');
  return debianVersion('php-guzzlehttp-guzzle');
}
