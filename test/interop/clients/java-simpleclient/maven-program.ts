// A Java program with a pom.xml that puts its classes and libraries in a given folder: built by Maven, then run without it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../../support/build-once.ts';
import type { ClientReport } from '../push-client.ts';
import { build, cacheFolder, readReport, runProgram, versionOf } from '../run-program.ts';

export interface MavenProgram {
  /** Builds it if that is still to be done; returns what `version` finds in the pom. */
  prepare(version: RegExp): Promise<string>;
  /** Runs the class PushClient. */
  run(args: readonly string[]): Promise<ClientReport>;
  /** The class path of its libraries. */
  libraries(): Promise<string>;
}

export function mavenProgram(id: string, sources: URL): MavenProgram {
  const built = () =>
    buildOnce(cacheFolder(id), sources, async (into) => {
      await versionOf('mvn', 'maven');
      const args = ['--batch-mode', '--quiet', `-DbuildFolder=${into}`, 'compile'];
      await build('mvn', args, { cwd: fileURLToPath(sources) });
    });
  const libraries = async () => join(await built(), 'libraries', '*');
  return {
    libraries,
    async prepare(version) {
      await versionOf('java', 'default-jdk-headless', ['-version']);
      await built();
      return version.exec(readFileSync(new URL('pom.xml', sources), 'utf8'))?.[1] ?? '';
    },
    async run(args) {
      const classPath = `${join(await built(), 'classes')}:${await libraries()}`;
      // Java reads its arguments in the encoding of the locale.
      const env = { LC_ALL: 'C.UTF-8' };
      return readReport(await runProgram('java', ['-cp', classPath, 'PushClient', ...args], { env }));
    },
  };
}
