// The wget of busybox, as small images have it: only POST, and a path that is written out as it is given.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { cacheFolder, runProgram, versionOf } from '../run-program.ts';
import { pushUrl, TEXT_BODY, TEXT_QUANTILES } from '../text-body.ts';

export const BUSYBOX: PushClient = {
  id: 'busybox',
  title: 'busybox wget',
  groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  verbs: ['add'],
  quantiles: TEXT_QUANTILES,
  shows: 'status',
  prepare: async () =>
    /v(\d[\d.]*)/.exec(await versionOf('busybox', 'Debian package busybox', ['--help']))?.[1] ?? '',
  push,
};

async function push(run: PushRun): Promise<ClientReport> {
  const file = join(cacheFolder('busybox'), 'metrics.txt');
  writeFileSync(file, TEXT_BODY);
  // Debian's build has no `-T` for a timeout.
  const args = ['wget', '-q', '-O', '-', `--post-file=${file}`, pushUrl(run)];
  const { code, stdout, stderr } = await runProgram('busybox', args);
  return { ok: code === 0, error: stdout + stderr };
}
