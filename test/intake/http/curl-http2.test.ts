// The real curl, which offers HTTP/2 and asks before it sends a body: skipped if there is none.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { JOB_PATH, startIntake } from '../../support/intake-road.ts';

const hasCurl = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'curl')));

/** What curl says of the answer to a push of `body`: protocol, status and whatever else it printed. */
async function curl(url: string, body: string, ...args: readonly string[]): Promise<string> {
  const fixed = ['--silent', '--max-time', '20', '--write-out', '%{http_version} %{http_code}'];
  const { stdout } = await promisify(execFile)('curl', [...fixed, ...args, '--data-binary', body, url]);
  return stdout;
}

test.skipIf(!hasCurl)('curl --http2 pushes over HTTP/1.1', async () => {
  const road = await startIntake();
  const url = `http://${road.address}${JOB_PATH}`;
  expect(await curl(url, 'a 1\n', '--http2')).toBe('1.1 202');
  expect(await curl(url, 'b 1\n', '--http2', '--request', 'PUT')).toBe('1.1 202');
  expect(await road.forwardedNames()).toEqual(['a', 'b']);
});

test.skipIf(!hasCurl)('curl that asks before it sends its body gets 100, or the reason', async () => {
  const road = await startIntake();
  const url = `http://${road.address}${JOB_PATH}`;
  const asks = ['--header', 'Expect: 100-continue', '--expect100-timeout', '20'];
  expect(await curl(url, 'a 1\n', ...asks)).toBe('1.1 202');
  expect(await curl(`${url}/odd`, 'b 1\n', ...asks)).toBe(
    'Cannot read path: expected a value for label "odd", found the end of the path\n1.1 400',
  );
  expect(await road.forwardedNames()).toEqual(['a']);
});
