// GNU wget, which sends a file and prints the status of a refusal.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { cacheFolder, runProgram, versionOf } from '../run-program.ts';
import { METHODS, pushUrl, TEXT_BODY, TEXT_QUANTILES } from '../text-body.ts';

export const WGET: PushClient = {
  id: 'wget',
  title: 'wget',
  groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  quantiles: TEXT_QUANTILES,
  shows: 'status',
  prepare: async () => /\d[\d.]*/.exec(await versionOf('wget', 'Debian package wget'))?.[0] ?? '',
  push,
};

async function push(run: PushRun): Promise<ClientReport> {
  const file = join(cacheFolder('wget'), 'metrics.txt');
  writeFileSync(file, TEXT_BODY);
  const args = ['--no-verbose', '--tries=1', '--timeout=30', '--output-document=-'];
  const what = [`--method=${METHODS[run.verb]}`, `--body-file=${file}`];
  const { code, stdout, stderr } = await runProgram('wget', [...args, ...what, pushUrl(run)]);
  return { ok: code === 0, error: stdout + stderr };
}
