// `sluice push` before servers that answer in every way: exit code, and what it says.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { runSluice, type SpawnOptions } from '../../support/running-sluice.ts';
import { type PushStep, ScriptedPushServer } from '../../support/scripted-push-server.ts';
import { waitUntil } from '../../support/wait-until.ts';

const URL_OF_PUSH = 'URL/metrics/job/j';

interface Pushed {
  readonly ending: unknown;
  readonly stderr: string;
  readonly server: ScriptedPushServer;
}

async function push(
  script: readonly PushStep[],
  args: readonly string[] = [],
  options: SpawnOptions = { stdin: 'm 1\n' },
): Promise<Pushed> {
  const server = await ScriptedPushServer.start(script);
  const { ending, stdout, stderr } = await runSluice(
    ['push', '--job', 'j', '--url', server.url, ...args],
    options,
  );
  expect(stdout).toBe('');
  return { ending, stderr: stderr.replaceAll(server.url, 'URL'), server };
}

/** Its port is free when it has stopped. */
async function closedServer(): Promise<{ readonly url: string }> {
  const server = await ScriptedPushServer.start();
  const { url } = server;
  await server.close();
  return { url };
}

const refused: [PushStep, string][] = [
  [{ status: 400, text: 'Cannot parse exposition line 3: x\n' }, '400: Cannot parse exposition line 3: x'],
  [{ status: 401, text: 'Unauthorized\n' }, '401: Unauthorized'],
  [{ status: 404, text: 'two\nlines\r\n' }, '404: two\\nlines'],
  [{ status: 413 }, '413'],
  [{ status: 422, text: 'the \x1b[31mbackend\n' }, '422: the \\u001b[31mbackend'],
  [{ status: 403, text: '<html>', headers: { 'content-type': 'text/html' } }, '403'],
  [{ status: 301, headers: { location: '/metrics' } }, '301, a redirect to /metrics, which is not followed'],
  [{ status: 400, text: 'half a sen', fault: 'cut-text' }, '400: half a sen'],
  [{ status: 400, text: 'x'.repeat(100_000), fault: 'endless-text' }, `400: ${'x'.repeat(4096)}`],
];
test.each(refused)('%j is reported and ends with 1, at the first attempt', async (step, found) => {
  const { ending, stderr, server } = await push([step]);
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot push to ${URL_OF_PUSH}: expected 200 or 202, found ${found}\n`,
  ]);
  expect(server.pushes).toHaveLength(1);
});

test('text that never ends is not waited for', async () => {
  const { ending, stderr } = await push([{ status: 400, text: 'so far', fault: 'endless-text' }]);
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot push to ${URL_OF_PUSH}: expected 200 or 202, found 400: so far\n`,
  ]);
});

test.each([
  [['--header', 'Authorization: Bearer secret-token'], 'Bearer secret-token', '<redacted>'],
  [['--header', 'Authorization: Bearer secret-token'], 'secret-token', '<redacted>'],
  [['--header', 'X-Key: secret-key'], 'secret-key', '<redacted>'],
  [['--header', 'Authorization: Basic dXNlcjpzZWNyZXQ='], 'user:secret, secret', '<redacted>, <redacted>'],
])('credentials that the server repeats are not shown: %j', async (args, repeated, shown) => {
  const { stderr } = await push([{ status: 401, text: `no ${repeated}\n` }], args);
  expect(stderr).toContain(`found 401: no ${shown}\n`);
  const location = `/login?${encodeURI(repeated.split(/[ ,]+/).at(-1)!)}`;
  const redirected = await push([{ status: 302, headers: { location } }], args);
  expect(redirected.stderr).toContain('a redirect to /login?<redacted>, which');
});

test('a server that changes to another protocol has not answered', async () => {
  const step: PushStep = { status: 101, headers: { connection: 'upgrade', upgrade: 'x' } };
  const { ending, stderr } = await push([step], ['--timeout', '700ms']);
  expect(ending).toBe(4);
  expect(stderr).toMatch(/found no answer \(attempts: \d+\)\n$/);
});

test('503 until the timeout ends with 4 and the last reason', async () => {
  const { ending, stderr, server } = await push([{ status: 503, text: 'full\n' }], ['--timeout', '2s']);
  const [, message, attempts] = /^(.*) \(attempts: (\d+)\)\n$/.exec(stderr) ?? [];
  expect([ending, message]).toEqual([
    4,
    `sluice: Cannot push to ${URL_OF_PUSH}: expected it taken within 2 s, found 503: full`,
  ]);
  expect(server.pushes.length).toBeGreaterThan(1);
  // The timeout may cut the last attempt before the server has read it.
  expect([0, 1]).toContain(Number(attempts) - server.pushes.length);
});

test('a Retry-After beyond the timeout ends with 4 at once', async () => {
  const { ending, stderr, server } = await push([{ status: 429, headers: { 'retry-after': '120' } }]);
  expect([ending, stderr, server.pushes.length]).toEqual([
    4,
    `sluice: Cannot push to ${URL_OF_PUSH}: expected it taken within 30 s, found 429 (with Retry-After of 120 s) (attempts: 1)\n`,
    1,
  ]);
});

test('a server that never answers ends with 4', async () => {
  const { ending, stderr } = await push([{ fault: 'hang' }], ['--timeout', '300ms']);
  expect([ending, stderr]).toEqual([
    4,
    `sluice: Cannot push to ${URL_OF_PUSH}: expected it taken within 0.3 s, found no answer (attempts: 1)\n`,
  ]);
});

test('no listener at the address ends with 4', async () => {
  const { url } = await closedServer();
  const args = ['push', '--job', 'j', '--url', url, '--timeout', '2s'];
  const { ending, stderr } = await runSluice(args, { stdin: 'm 1\n' });
  expect(ending).toBe(4);
  expect(stderr).toMatch(
    /^sluice: Cannot push to \S+: expected it taken within 2 s, found connect ECONNREFUSED \S+ \(attempts: \d+\)\n$/,
  );
});

test('--quiet leaves it at the exit code', async () => {
  expect(await push([{ status: 400, text: 'x' }], ['--quiet'])).toMatchObject({ ending: 1, stderr: '' });
  expect(await push([{ status: 503 }], ['-q', '--timeout', '50ms'])).toMatchObject({ ending: 4, stderr: '' });
});

test('with --wait a 202 ends with 5', async () => {
  const { ending, stderr, server } = await push([{ status: 202 }], ['--wait', '2s']);
  expect([ending, stderr]).toEqual([
    5,
    `sluice: Cannot tell that the push to ${URL_OF_PUSH} was delivered: expected it within the wait of 2 s, found it taken and still being sent\n`,
  ]);
  expect(server.pushes[0]?.headers.prefer).toBe('wait=2');
});

test('with --wait a 200 that does not speak of a wait is taken, with a warning', async () => {
  const { ending, stderr } = await push([{ status: 200 }], ['--wait', '2s']);
  expect([ending, stderr]).toEqual([
    0,
    'sluice: warning: the server answered 200 and did not say that it waited for delivery (no Preference-Applied)\n',
  ]);
});

test('503, a reset and 429 are tried again, with the same request each time', async () => {
  const { ending, stderr, server } = await push([{ status: 503 }, { fault: 'reset' }, { status: 429 }, {}]);
  expect([ending, stderr]).toEqual([0, '']);
  expect(server.pushes).toHaveLength(4);
  for (const each of server.pushes) expect(each).toEqual(server.pushes[0]);
});

test('--verbose reports what was read, why it is tried again, and the end', async () => {
  const { ending, stderr } = await push([{ status: 503, text: 'full' }, { status: 202 }], ['--verbose']);
  expect(ending).toBe(0);
  expect(stderr.replace(/in \d+ ms/, 'in N ms')).toBe(
    [
      'sluice: reading standard input',
      'sluice: read 4 bytes from standard input, sending 4',
      'sluice: found 503: full; next attempt in N ms',
      `sluice: the push to ${URL_OF_PUSH} was taken: 202`,
      '',
    ].join('\n'),
  );
});

test.each([200, 202, 204])('%i ends with 0 and without a word', async (status) => {
  expect(await push([{ status }])).toMatchObject({ ending: 0, stderr: '' });
});

test('the request is what was asked for', async () => {
  const args = [
    '--label',
    'p=/a',
    '--method',
    'PUT',
    '--format',
    'openmetrics',
    '--header',
    'X-Scope-OrgID: t',
  ];
  const { server } = await push([{}], args);
  const [request] = server.pushes;
  expect(request).toMatchObject({ method: 'PUT', target: '/metrics/job/j/p@base64/L2E' });
  expect(request?.body.toString()).toBe('m 1\n');
  expect(request?.headers).toEqual({
    host: `127.0.0.1:${server.port}`,
    connection: 'close',
    'user-agent': expect.stringMatching(/^sluice\/\d+\.\d+\.\d+ \(push\)$/),
    'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    'content-length': '4',
    'x-scope-orgid': 't',
  });
});

test('credentials of the URL go into a header and nowhere else', async () => {
  const server = await ScriptedPushServer.start([{ status: 401, text: 'no' }]);
  const url = `http://user:s3cret@127.0.0.1:${server.port}`;
  const { stderr } = await runSluice(['push', '--job', 'j', '--url', url, '--verbose'], { stdin: 'm 1\n' });
  expect(server.pushes[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from('user:s3cret').toString('base64')}`,
  );
  expect(stderr).toContain('found 401: no');
  expect(stderr).not.toContain('s3cret');
});

test('a proxy that never answers is not waited for beyond the timeout', async () => {
  // Node gives a proxy 5 s of its own.
  let connectedForMs = 0;
  const proxy = createServer((socket) => {
    const startMs = performance.now();
    socket.resume().once('close', () => {
      connectedForMs = performance.now() - startMs;
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const env = {
    NODE_USE_ENV_PROXY: '1',
    https_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  };
  const args = ['push', '--job', 'j', '--url', 'https://metrics.test', '--timeout', '300ms'];
  const { ending, stderr } = await runSluice(args, { stdin: 'm 1\n', env });
  expect(ending).toBe(4);
  expect(stderr).toContain('expected it taken within 0.3 s, found no answer (attempts: 1)\n');
  await waitUntil(() => connectedForMs > 0, 'the end of the connection');
  expect(connectedForMs).toBeLessThan(4500);
});

test('it goes through the proxy of the environment if Node is set up for that', async () => {
  const proxy = await ScriptedPushServer.start();
  const env = { NODE_USE_ENV_PROXY: '1', http_proxy: proxy.url };
  const args = ['push', '--job', 'j', '--url', 'http://sluice.example:3030/pushgateway'];
  const { ending, stderr } = await runSluice(args, { env, stdin: 'm 1\n' });
  expect([ending, stderr]).toEqual([0, '']);
  expect(proxy.pushes[0]?.target).toBe('http://sluice.example:3030/pushgateway/metrics/job/j');
});

const long = 'a_rather_long_name_of_a_metric{label="value"} 1\n'.repeat(100);

test('what is long goes as gzip, unless --no-gzip says otherwise', async () => {
  const { server } = await push([{}], [], { stdin: long });
  expect(server.pushes[0]?.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(server.pushes[0]!.body).toString()).toBe(long);
  const plain = await push([{}], ['--no-gzip'], { stdin: long });
  expect(plain.server.pushes[0]?.headers['content-encoding']).toBeUndefined();
  expect(plain.server.pushes[0]?.body.toString()).toBe(long);
});

test('what gzip would make longer goes as it is, byte for byte', async () => {
  const bytes = Uint8Array.from({ length: 2000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 255);
  const { server } = await push([{}], ['--format', 'protobuf'], { stdin: bytes });
  const [request] = server.pushes;
  const body = request?.headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request?.body;
  expect(body?.equals(bytes)).toBe(true);
});
