// Tests that need something prepared, such as a program that is built first: if that fails they are skipped with a message
// that says what is missing. In CI they fail instead, so that no check is left out unnoticed.
import { beforeAll, it } from 'vitest';
import { BUILD_TIMEOUT_MS } from '../clients/run-program.ts';

/** `it` for the tests of a file or a `describe`, to be called once in it. */
export function itAfter(prepare: () => Promise<void>) {
  let missing = '';
  beforeAll(async () => {
    try {
      await prepare();
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

function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}
