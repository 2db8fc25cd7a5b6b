// `sluice push` and `sluice wait-ready` over TLS: a private authority is named, or nothing is sent.
import { expect, test } from 'vitest';
import { type Authority, createAuthority, createSelfSigned } from '../../support/certificates.ts';
import { runSluice, type SpawnOptions } from '../../support/running-sluice.ts';
import { ScriptedPushServer, type TlsIdentity } from '../../support/scripted-push-server.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

const HOST = { ips: ['127.0.0.1'] };
const PUSH = ['push', '--job', 'j', '--url'];
const WAIT = ['wait-ready', '--url'];

async function startTls(identity?: TlsIdentity) {
  const authority = await createAuthority();
  const server = await ScriptedPushServer.start([{}], identity ?? (await authority.issue(HOST)));
  return { server, caFile: caFileOf(authority) };
}

function caFileOf({ certPem }: Authority): string {
  return new TemporaryFolder().write('ca.pem', certPem);
}

const run = (args: readonly string[], options: SpawnOptions = {}) =>
  runSluice(args, { stdin: 'm 1\n', ...options });

test('a certificate of an unknown authority is not trusted, and not asked again', async () => {
  const { server } = await startTls();
  const { ending, stderr } = await run([...PUSH, server.url]);
  expect([ending, stderr]).toEqual([
    4,
    `sluice: Cannot push to ${server.url}/metrics/job/j: expected a connection, found unable to verify the first certificate (--ca-file names an authority to trust)\n`,
  ]);
  const waited = await run([...WAIT, server.url]);
  expect([waited.ending, waited.stderr]).toEqual([
    1,
    `sluice: Cannot find Sluice ready at ${server.url}/-/ready: expected 200 within 30 s, found unable to verify the first certificate (--ca-file names an authority to trust)\n`,
  ]);
  expect(server.pushes).toEqual([]);
});

test('a certificate that vouches for itself is not trusted', async () => {
  const { server, caFile } = await startTls(await createSelfSigned(HOST));
  const { ending, stderr } = await run([...PUSH, server.url, '--ca-file', caFile]);
  expect([ending, stderr]).toEqual([
    4,
    expect.stringContaining('found self-signed certificate (--ca-file names an authority to trust)\n'),
  ]);
});

test('a certificate for another name is not trusted', async () => {
  const authority = await createAuthority();
  const server = await ScriptedPushServer.start([{}], await authority.issue({ dns: ['other.example'] }));
  const { ending, stderr } = await run([...PUSH, server.url, '--ca-file', caFileOf(authority)]);
  expect([ending, stderr]).toEqual([
    4,
    expect.stringContaining("found Hostname/IP does not match certificate's altnames"),
  ]);
});

test('a server without TLS is reported as that', async () => {
  const server = await ScriptedPushServer.start();
  const url = `https://127.0.0.1:${server.port}`;
  const { ending, stderr } = await run([...PUSH, url]);
  expect([ending, stderr]).toEqual([
    4,
    `sluice: Cannot push to ${url}/metrics/job/j: expected a connection, found an answer without TLS\n`,
  ]);
});

test.each([
  ['/nowhere/ca.pem', 'Cannot read --ca-file /nowhere/ca.pem: expected a readable file, found ENOENT'],
  ['/dev/null', 'Cannot use --ca-file /dev/null: expected certificates in PEM, found none'],
])('--ca-file %s cannot be used', async (file, sentence) => {
  for (const args of [
    [...PUSH, 'https://127.0.0.1:9'],
    [...WAIT, 'https://127.0.0.1:9'],
  ]) {
    const { ending, stderr } = await run([...args, '--ca-file', file]);
    expect([ending, stderr]).toEqual([1, `sluice: ${sentence}\n`]);
  }
});

test('a damaged certificate in --ca-file is reported in a sentence', async () => {
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const caFile = new TemporaryFolder().write('ca.pem', pem);
  const { ending, stderr } = await run([...PUSH, 'https://127.0.0.1:9', '--ca-file', caFile]);
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot use --ca-file ${caFile}: expected certificates in PEM, found a damaged one\n`,
  ]);
});

test.each([
  ['--ca-file', (caFile: string) => [['--ca-file', caFile], {}] as const],
  ['NODE_EXTRA_CA_CERTS', (caFile: string) => [[], { NODE_EXTRA_CA_CERTS: caFile }] as const],
])('an authority of %s is trusted', async (_, give) => {
  const { server, caFile } = await startTls();
  const [args, env] = give(caFile);
  const pushed = await run([...PUSH, server.url, ...args], { env });
  expect([pushed.ending, pushed.stderr]).toEqual([0, '']);
  const waited = await run([...WAIT, server.url, ...args], { env });
  expect([waited.ending, waited.stderr]).toEqual([0, '']);
  expect(server.pushes.map(({ method, target }) => `${method} ${target}`)).toEqual([
    'POST /metrics/job/j',
    'GET /-/ready',
  ]);
});
