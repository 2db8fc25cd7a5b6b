// What `sluice push` reads, what it says if there is nothing to push, and how it ends on a signal.
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runSluice, SluiceCommand } from '../../support/running-sluice.ts';
import { ScriptedPushServer } from '../../support/scripted-push-server.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const EMPTY = 'expected metrics, found nothing';

async function startPush() {
  const server = await ScriptedPushServer.start();
  return { server, args: ['push', '--job', 'j', '--url', server.url] };
}

test('nothing on standard input is an error, and nothing is sent', async () => {
  const { server, args } = await startPush();
  for (const stdin of ['', undefined]) {
    const { ending, stderr } = await runSluice(args, stdin === undefined ? {} : { stdin });
    expect([ending, stderr]).toEqual([
      1,
      `sluice: Cannot push standard input: ${EMPTY} (did the command before the pipe fail?); --allow-empty pushes an empty body\n`,
    ]);
  }
  expect(server.pushes).toEqual([]);
});

test('an empty file is an error', async () => {
  const { args } = await startPush();
  const file = new TemporaryFolder().write('m.prom', '');
  const { ending, stderr } = await runSluice([...args, '--file', file]);
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot push "${file}": ${EMPTY}; --allow-empty pushes an empty body\n`,
  ]);
});

test('--allow-empty pushes nothing', async () => {
  const { server, args } = await startPush();
  expect((await runSluice([...args, '--allow-empty'])).ending).toBe(0);
  expect(server.pushes).toMatchObject([{ method: 'POST', headers: { 'content-length': '0' } }]);
});

test.each([
  ['/nowhere/m.prom', 'ENOENT'],
  ['/', 'EISDIR'],
])('the file %s that cannot be read is named', async (file, code) => {
  const { args } = await startPush();
  const { ending, stderr } = await runSluice([...args, '--file', file]);
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot read "${file}": expected a readable file, found ${code}\n`,
  ]);
});

test('more than 64 MiB are refused, and nothing is sent', async () => {
  const { server, args } = await startPush();
  const file = new TemporaryFolder().write('m.prom', '');
  truncateSync(file, 64 * 1024 * 1024 + 1);
  const { ending, stderr } = await runSluice([...args, '--file', file]);
  expect([ending, stderr]).toEqual([
    1,
    `sluice: Cannot push "${file}": expected at most 64 MiB in one push, found more\n`,
  ]);
  expect(server.pushes).toEqual([]);
});

test('a file is sent as it is', async () => {
  const { server, args } = await startPush();
  const file = new TemporaryFolder().write('m.prom', 'm 1\r\nno end');
  expect((await runSluice([...args, '--file', file])).ending).toBe(0);
  expect(server.pushes[0]?.body.toString()).toBe('m 1\r\nno end');
});

test('standard input is sent when its end is seen, not before', async () => {
  const { server, args } = await startPush();
  const command = new SluiceCommand([...args, '--file', '-', '-v'], { stdin: 'open' });
  command.child.stdin?.write('a 1\n');
  command.child.stdin?.write('b 2\n');
  command.child.stdin?.end();
  expect(await command.ended).toBe(0);
  expect(server.pushes[0]?.body.toString()).toBe('a 1\nb 2\n');
  expect(command.stderr).toContain('read 8 bytes from standard input');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while an answer is awaited ends with %i and says what is not known', async (signal, code) => {
  const server = await ScriptedPushServer.start([{ fault: 'hang' }]);
  const command = new SluiceCommand(['push', '--job', 'j', '--url', server.url], { stdin: 'm 1\n' });
  await waitUntil(() => server.pushes.length === 1, 'a push');
  command.child.kill(signal);
  expect(await command.ended).toBe(code);
  expect(command.stderr).toBe(
    `sluice: Cannot finish the push to ${server.url}/metrics/job/j: ended by ${signal}; it may have been taken\n`,
  );
});

test('SIGINT while the input is read ends with 130, and nothing was sent', async () => {
  const { server, args } = await startPush();
  const command = new SluiceCommand([...args, '-v'], { stdin: 'open' });
  await waitUntil(() => command.stderr.includes('reading standard input\n'), 'a command that reads');
  command.child.kill('SIGINT');
  expect(await command.ended).toBe(130);
  expect(command.stderr).toMatch(/: ended by SIGINT; nothing was sent\n$/);
  expect(server.pushes).toEqual([]);
});

test('a reader that stops reading its output does not change how it ends', async () => {
  const server = await ScriptedPushServer.start([{ status: 503 }, { status: 503 }, {}]);
  const command = new SluiceCommand(['push', '--job', 'j', '--url', server.url, '-v'], { stdin: 'open' });
  command.child.stderr?.destroy();
  command.child.stdout?.destroy();
  command.child.stdin?.end('m 1\n');
  const [code] = await once(command.child, 'exit');
  expect(code).toBe(0);
  expect(server.pushes).toHaveLength(3);
});
