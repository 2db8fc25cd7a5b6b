// bin/sluice.js on a Node that is too old for the program: it runs the one that came with the packages, and behaves as
// if it were not there. Skipped if no such Node is on the PATH.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { startDevelopment } from '../support/development-sluice.ts';
import { backendFields, roadConfig } from '../support/road-config.ts';
import { runSluice } from '../support/running-sluice.ts';
import { ScriptedPushServer } from '../support/scripted-push-server.ts';
import { startSluice } from '../support/sluice-with-config.ts';
import { waitForValue } from '../support/wait-for-value.ts';

const OLDEST_MAJOR = 24;
const node = findOlderNode();

describe.skipIf(node === undefined)(`on an older Node (${node ?? 'none is on the PATH'})`, () => {
  const onOlder = { node: node ?? '' };

  test('the version of Node in the message is that of the packages', async () => {
    const { ending, stdout } = await runSluice(['--version'], onOlder);
    expect(ending).toBe(0);
    const [, major] = /\(Node (\d+)\./.exec(stdout) ?? [];
    expect(Number(major)).toBeGreaterThanOrEqual(OLDEST_MAJOR);
  });

  test('exit codes come through', async () => {
    expect((await runSluice(['--colour'], onOlder)).ending).toBe(2);
    expect((await runSluice(['--config', '/nowhere/x.yaml'], onOlder)).ending).toBe(1);
  });

  test('what is piped into sluice push comes through', async () => {
    const server = await ScriptedPushServer.start();
    const options = { ...onOlder, stdin: 'm 1\n' };
    expect((await runSluice(['push', '--job', 'j', '--url', server.url], options)).ending).toBe(0);
    expect(server.pushes[0]?.body.toString()).toBe('m 1\n');
  });

  test('SIGTERM sends what is queued and exits with 0', async () => {
    const receiver = await startReceiver();
    const backend = backendFields(receiver.url(), { queueConfig: { batchSendDeadline: '60s' } });
    const sluice = await startSluice(roadConfig([backend]), onOlder);
    await sluice.push('m 1\n');
    expect(await sluice.stop('SIGTERM')).toBe(0);
    expect(receiver.deliveredValues).toEqual([1]);
  });

  test('Ctrl-C in a terminal delivers what was pushed and exits with 0', async () => {
    const { sluice, pushUrl } = await startDevelopment({ ...onOlder, ownGroup: true });
    expect((await fetch(pushUrl, { method: 'POST', body: 'm 1\n' })).status).toBe(202);
    process.kill(-sluice.command.child.pid!, 'SIGINT');
    expect(await sluice.command.ended).toBe(0);
    expect(sluice.command.stdout).toMatch(/"lostSamples":0,"event":"stopped"\}\n$/);
  });

  test('when the older one is killed, the other one stops too', async () => {
    const receiver = await startReceiver();
    const sluice = await startSluice(roadConfig(receiver.url()), { ...onOlder, ownGroup: true });
    sluice.signal('SIGKILL');
    const isUp = () =>
      sluice.get('/-/healthy').then(
        () => true,
        () => false,
      );
    await waitForValue(isUp, (up) => !up, 'a closed port');
  });
});

function findOlderNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  return [...folders, '/usr/bin'].map((folder) => join(folder, 'node')).find(isOlderNode);
}

function isOlderNode(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    const version = execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
    return Number(/^v(\d+)\./.exec(version)?.[1] ?? OLDEST_MAJOR) < OLDEST_MAJOR;
  } catch {
    return false;
  }
}
