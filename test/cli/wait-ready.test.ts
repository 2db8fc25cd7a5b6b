// `sluice wait-ready`: 0 when /-/ready answers 200, else 1 with the last reason.
import { expect, test } from 'vitest';
import { roadConfig } from '../support/road-config.ts';
import { runSluice, SluiceCommand, type SpawnOptions } from '../support/running-sluice.ts';
import { type PushStep, ScriptedPushServer } from '../support/scripted-push-server.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { waitUntil } from '../support/wait-until.ts';

const BACKEND = 'http://127.0.0.1:9/api/v1/write';

const wrong: [readonly string[], string][] = [
  [['--timeout', 'soon'], 'expected a duration such as 30s or 1m30s for --timeout, found "soon"'],
  [
    ['--url', 'here'],
    'expected --url to be a URL such as http://127.0.0.1:3030, found none with http:// or https:// in front',
  ],
  [['http://h'], 'expected only options (an address is named with --url URL), found an argument without one'],
];
test.each(wrong)('%j is refused with exit code 2', async (args, problem) => {
  const { ending, stdout, stderr } = await runSluice(['wait-ready', ...args]);
  expect([ending, stdout, stderr]).toEqual([2, '', `sluice: ${problem}\nsee sluice wait-ready --help\n`]);
});

async function ask(script: readonly PushStep[], args: readonly string[]) {
  const server = await ScriptedPushServer.start(script);
  const { ending, stdout, stderr } = await runSluice(['wait-ready', '--url', server.url, ...args]);
  expect(stdout).toBe('');
  return {
    ending,
    stderr: stderr.replaceAll(server.url, 'URL'),
    asked: server.pushes.map(({ target }) => target),
  };
}

test.each<[PushStep, string]>([
  [{ status: 503, text: 'stopping\n' }, '503: stopping'],
  [{ status: 404 }, '404'],
  [{ status: 204 }, '204'],
])('%j until the timeout is reported, with exit code 1', async (step, found) => {
  const { ending, stderr } = await ask([step], ['--timeout', '3s']);
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot find Sluice ready at URL/-/ready: expected 200 within 3 s, found ${found}\n`,
  ]);
});

test('a server that hangs is not waited for beyond the timeout', async () => {
  const { ending, stderr } = await ask([{ fault: 'hang' }], ['--timeout', '300ms']);
  expect([ending, stderr]).toEqual([
    1,
    'sluice: Cannot find Sluice ready at URL/-/ready: expected 200 within 0.3 s, found no answer\n',
  ]);
});

test('a timeout of 0 asks once', async () => {
  const { ending, stderr, asked } = await ask([{ status: 503 }, {}], ['--timeout', '0']);
  expect([ending, stderr, asked]).toEqual([
    1,
    'sluice: Cannot find Sluice ready at URL/-/ready: expected 200, found 503\n',
    ['/-/ready'],
  ]);
});

test('--quiet leaves it at the exit code', async () => {
  expect(await ask([{ status: 503 }], ['--timeout', '0', '--quiet'])).toMatchObject({
    ending: 1,
    stderr: '',
  });
});

test('it asks until the answer is 200', async () => {
  const { ending, stderr, asked } = await ask([{ status: 503 }, { fault: 'reset' }, {}], []);
  expect([ending, stderr, asked.length]).toEqual([0, '', 3]);
});

test('it waits for a Sluice that starts later', async () => {
  const reserved = await ScriptedPushServer.start();
  const { port } = reserved;
  await reserved.close();
  const waiting = new SluiceCommand(['wait-ready', '--url', `http://127.0.0.1:${port}`]);
  const config = roadConfig(BACKEND, { listenAddress: `127.0.0.1:${port}` });
  const sluice = await startSluice(config);
  expect(await waiting.ended).toBe(0);
  await sluice.stop();
});

test.each<[string, (address: string) => [readonly string[], SpawnOptions['env']]]>([
  ['--url', (address) => [['--url', `http://${address}`], {}]],
  ['--url with the prefix of pushes', (address) => [['--url', `http://${address}/pushgateway/`], {}]],
  ['SLUICE_URL', (address) => [[], { SLUICE_URL: `http://${address}/pushgateway` }]],
  ['LISTEN_ADDRESS', (address) => [[], { LISTEN_ADDRESS: address }]],
  [
    'LISTEN_ADDRESS of all addresses',
    (address) => [[], { LISTEN_ADDRESS: address.replace(/.*:/, '0.0.0.0:') }],
  ],
  ['LISTEN_ADDRESS without a host', (address) => [[], { LISTEN_ADDRESS: address.replace(/.*:/, ':') }]],
])('it finds Sluice by %s', async (_, give) => {
  const sluice = await startSluice(roadConfig(BACKEND));
  const [args, env = {}] = give(sluice.address);
  const { ending, stdout, stderr } = await runSluice(['wait-ready', ...args], { env });
  expect([ending, stdout, stderr]).toEqual([0, '', '']);
});

test('SIGTERM ends it with 143', async () => {
  const server = await ScriptedPushServer.start([{ fault: 'hang' }]);
  const command = new SluiceCommand(['wait-ready', '--url', server.url]);
  await waitUntil(() => server.pushes.length === 1, 'a question');
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(143);
});
