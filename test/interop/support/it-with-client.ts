// Tests that need a real push client: it is built before them, and where its toolchain is missing they are skipped with a
// word on what to install, but failed in CI, where a skipped test would be a check that nobody makes.
import { beforeAll, it } from 'vitest';
import type { PushClient } from '../clients/push-client.ts';
import { BUILD_TIMEOUT_MS } from '../clients/run-program.ts';
import { findProgram, type ProgramName } from './programs.ts';

/** `it` for the tests of a `describe`, to be called once in it. `onReady` gets the version of the client. */
export function itWithClient(
  client: Pick<PushClient, 'prepare'>,
  onReady: (version: string) => void = () => undefined,
) {
  let missing = '';
  beforeAll(async () => {
    try {
      requireProgram('prometheus');
      onReady(await client.prepare());
    } catch (error) {
      missing = String(error);
      // The usual reporter does not show why a test was skipped.
      console.warn(missing);
    }
  }, BUILD_TIMEOUT_MS);
  return (name: string, test: () => Promise<void>): void => {
    it(name, async ({ skip }) => {
      if (missing !== '' && isCi()) throw new Error(missing);
      skip(missing !== '', missing);
      await test();
    });
  };
}

/** The backend behind most of these tests. */
function requireProgram(name: ProgramName): void {
  if (findProgram(name) === undefined)
    throw new Error(
      `Cannot run these tests: expected ${name} on the PATH, found none (apt-get install ${name})`,
    );
}

function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}
