// prometheus-client-mmap as Debian packages it. Its Push knows the job and the instance only, and never raises at a status.
import { fileURLToPath } from 'node:url';
import { debianVersion } from '../../../support/debian-version.ts';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { readReport, runProgram, versionOf } from '../run-program.ts';

const PROGRAM = fileURLToPath(new URL('program.rb', import.meta.url));

export const RUBY: PushClient = {
  id: 'ruby',
  title: 'Ruby prometheus-client-mmap, the text of its exporter',
  groupings: ['plain'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  prepare,
  push,
};

async function push({ baseUrl, verb, job, grouping }: PushRun): Promise<ClientReport> {
  const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
  return readReport(await runProgram('ruby', [PROGRAM, baseUrl, verb, job, ...pairs]));
}

async function prepare(): Promise<string> {
  await versionOf('ruby', 'Debian package ruby');
  return debianVersion('ruby-prometheus-client-mmap');
}
