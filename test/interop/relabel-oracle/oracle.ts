// Prometheus's own relabeling package, called by a program of a few lines: built once, and run once for many cases.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RelabelConfig } from '../../../src/config/config.ts';
import { buildOnce } from '../../support/build-once.ts';
import { build, cacheFolder, runProgram, versionOf } from '../clients/run-program.ts';

export interface RelabelCase {
  readonly utf8Names: boolean;
  readonly rules: readonly RelabelConfig[];
  /** Label sets, each with its values by name. */
  readonly sets: readonly Readonly<Record<string, string>>[];
}

export type OracleAnswer =
  | { readonly refused: string }
  | { readonly refused?: never; readonly sets: readonly OracleOutcome[] };

export interface OracleOutcome {
  /** In the order of their names; null if the set was dropped. */
  readonly labels: readonly (readonly [name: string, value: string])[] | null;
  /** A labelmap made a name that no label may have: Sluice leaves such a copy out. */
  readonly hasOddName?: true;
}

const SOURCES = new URL('./', import.meta.url);

/** Builds the program, for which it needs Go. */
export async function preparePrometheus(): Promise<void> {
  await built();
}

/** One answer for each case. */
export async function askPrometheus(cases: readonly RelabelCase[]): Promise<readonly OracleAnswer[]> {
  const program = join(await built(), 'relabel-oracle');
  const stdin = cases.map((one) => JSON.stringify(one)).join('\n');
  const { code, stdout, stderr } = await runProgram(program, [], { stdin });
  if (code !== 0) throw new Error(`Cannot ask Prometheus: expected exit code 0, found ${code}\n${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function built(): Promise<string> {
  return buildOnce(cacheFolder('relabel-oracle'), SOURCES, async (into) => {
    await versionOf('go', '1.26 or later, from https://go.dev/dl', ['version']);
    const args = ['build', '-buildvcs=false', '-o', join(into, 'relabel-oracle'), '.'];
    await build('go', args, { cwd: fileURLToPath(SOURCES) });
  });
}
