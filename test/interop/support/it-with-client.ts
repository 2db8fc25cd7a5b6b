// Tests that need a real push client: it is built before them.
import type { PushClient } from '../clients/push-client.ts';
import { itAfter } from './it-after.ts';
import { findProgram, type ProgramName } from './programs.ts';

/** `it` for the tests of a `describe`, to be called once in it. `onReady` gets the version of the client. */
export function itWithClient(
  client: Pick<PushClient, 'prepare'>,
  onReady: (version: string) => void = () => undefined,
) {
  return itAfter(async () => {
    requireProgram('prometheus');
    onReady(await client.prepare());
  });
}

/** The backend of most of these tests. */
function requireProgram(name: ProgramName): void {
  if (findProgram(name) === undefined)
    throw new Error(
      `Cannot run these tests: expected ${name} on the PATH, found none (apt-get install ${name})`,
    );
}
