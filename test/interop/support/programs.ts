// Tests that need an installed program. If it is missing they are skipped, with a message that says what to
// install. In CI they fail instead, so that no check is left out unnoticed.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { it } from 'vitest';

/** Where each program comes from: the package of Debian. */
const PACKAGES = {
  curl: 'curl',
  prometheus: 'prometheus',
  'prometheus-pushgateway': 'prometheus-pushgateway',
  'victoria-metrics': 'victoria-metrics',
} as const;

export type ProgramName = keyof typeof PACKAGES;

/** `it` for tests that run these programs; to be called once in a file. */
export function itWith(...programs: readonly ProgramName[]) {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  const isMissing = missing.length > 0;
  // The usual reporter does not show why a test was skipped.
  if (isMissing) console.warn(describeMissing(missing));
  return (name: string, test: () => Promise<void>): void => {
    it(name, async ({ skip }) => {
      if (isMissing && isCi()) throw new Error(describeMissing(missing));
      skip(isMissing, describeMissing(missing));
      await test();
    });
  };
}

/** The path of a program; undefined if it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function describeMissing(missing: readonly ProgramName[]): string {
  const packages = missing.map((program) => PACKAGES[program]).join(' ');
  return `Cannot run these tests: expected ${missing.join(' and ')} on the PATH, found none (apt-get install ${packages})`;
}

function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
