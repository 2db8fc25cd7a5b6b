// `sluice check`: exit code 0 for what can be used, 1 for the rest, and every problem with a position that editors can open.
import { expect, test } from 'vitest';
import { runSluice, type SpawnOptions } from '../support/running-sluice.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';

async function check(text: string, options?: SpawnOptions) {
  const file = new TemporaryFolder().write('sluice.yaml', text);
  const { ending, stdout, stderr } = await runSluice(['check', '--config', file], options);
  return { ending, stdout: stdout.replaceAll(file, 'FILE'), stderr: stderr.replaceAll(file, 'FILE') };
}

test('every problem is named with file, line and column, and exit code 1', async () => {
  const text = [
    'listenAddres: :3030',
    'shutdownTimeout: soon',
    'remoteWrite:',
    '  - url: http://metrics.example.com/api/v1/write',
    '    headers: { Host: x }',
    `    authorization: { credentials: "\${UNSET_TOKEN}" }`,
    'spool: {}',
    '',
  ].join('\n');
  expect(await check(text)).toEqual({
    ending: 1,
    stdout: '',
    stderr: [
      'FILE:1:1: listenAddres: unknown key, did you mean "listenAddress"?',
      'FILE:2:1: shutdownTimeout: expected a duration from 0 to 24d with a unit (d, h, m, s or ms) such as 30s, found "soon"',
      'FILE:4:5: remoteWrite[0].url: expected https:// (or allowInsecureHTTP: true on this backend), found http:// to metrics.example.com',
      'FILE:5:16: remoteWrite[0].headers.Host: expected a header that Sluice leaves free, found reserved header "Host"',
      `FILE:6:22: remoteWrite[0].authorization.credentials: expected environment variable UNSET_TOKEN to be set, found it unset (write \${UNSET_TOKEN:default} to give a default)`,
      'FILE:7:1: spool.directory: expected a file path, found nothing',
      '',
    ].join('\n'),
  });
});

test('a configuration without a backend is refused, with a word about sluice dev', async () => {
  for (const text of ['', '{}', 'remoteWrite:\n', 'remoteWrite: []\n']) {
    const { ending, stderr } = await check(text);
    expect(ending).toBe(1);
    expect(stderr).toMatch(
      /^FILE:1:1: remoteWrite: expected at least one backend to send to \(for a trial with the embedded development backend run "sluice dev"\), found (?:nothing|none)\n$/,
    );
  }
});

const inBackend = (fields: string) => `remoteWrite: [{ url: "https://metrics.example.com/w", ${fields} }]\n`;

test.each([
  ['tlsConfig: { caFile: /nowhere/ca.pem }', 'CA file /nowhere/ca.pem'],
  [
    'tlsConfig: { certFile: /nowhere/c.pem, keyFile: /nowhere/k.pem }',
    'client certificate file /nowhere/c.pem',
  ],
  ['authorization: { credentialsFile: /nowhere/token }', 'credentials file /nowhere/token'],
  ['basicAuth: { username: u, passwordFile: /nowhere/password }', 'password file /nowhere/password'],
])('a file that cannot be read is named: %s', async (fields, file) => {
  expect(await check(inBackend(fields))).toEqual({
    ending: 1,
    stdout: '',
    stderr: `sluice: Cannot read ${file}: expected a readable file, found ENOENT\n`,
  });
});

test('a file that cannot be used is named without its content', async () => {
  const token = new TemporaryFolder().write('token', 't0psecret\nanother line\n');
  expect(await check(inBackend(`authorization: { credentialsFile: ${token} }`))).toEqual({
    ending: 1,
    stdout: '',
    stderr: `sluice: Cannot use credentials of ${token}: expected one line of printable characters, found others\n`,
  });
});

test.each([
  ['/nowhere/sluice.yaml', 'ENOENT'],
  ['/', 'EISDIR'],
])('the configuration %s that cannot be read is named, by check and by a start', async (file, code) => {
  for (const args of [
    ['check', '--config', file],
    ['--config', file],
  ]) {
    const { ending, stdout, stderr } = await runSluice(args);
    expect([ending, stdout, stderr]).toEqual([
      1,
      '',
      `${file}: Cannot read the configuration: expected a readable file, found ${code}\n`,
    ]);
  }
});

test.each(['a\\nb', 'a\\0b', 'a\\x7fb', 'a€b'])(
  'a header value that HTTP cannot carry is refused: %s',
  async (value) => {
    const { ending, stderr } = await check(inBackend(`headers: { X-Key: "${value}" }`));
    expect([ending, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^FILE:1:\d+: remoteWrite\[0\]\.headers\.X-Key: expected a value of Latin-1 characters without line ends, found another character in it\n$/,
      ),
    ]);
  },
);

test.each(['/a b', '/ä', '/w?q=a b', '/w?q=ä', '/w\\n', '/w\\x7f'])(
  'a URL whose path or query is not percent-encoded is refused: %s',
  async (rest) => {
    const { ending, stderr } = await check(`remoteWrite: [{ url: "https://metrics.example.com${rest}" }]\n`);
    expect([ending, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^FILE:1:\d+: remoteWrite\[0\]\.url: expected a percent-encoded URL, found a space or another raw character in it\n$/,
      ),
    ]);
  },
);

test('what can be used gets exit code 0 and a word', async () => {
  expect(await check(inBackend('name: primary'))).toEqual({
    ending: 0,
    stdout: 'FILE: can be used\n',
    stderr: '',
  });
});

test('what gives up a protection can be used, with a warning', async () => {
  expect(await check(inBackend('name: primary, tlsConfig: { insecureSkipVerify: true }'))).toEqual({
    ending: 0,
    stdout: 'FILE: can be used\n',
    stderr:
      'FILE: warning: Backend "primary": tlsConfig.insecureSkipVerify is on; its certificate is not checked, ' +
      'so anyone on the way can read and change what is sent\n',
  });
});
