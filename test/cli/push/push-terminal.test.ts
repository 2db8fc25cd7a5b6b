// `sluice push` at a terminal: it says that it reads the keyboard.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ScriptedPushServer } from '../../support/scripted-push-server.ts';
import { waitUntil } from '../../support/wait-until.ts';

const SLUICE = fileURLToPath(new URL('../../../bin/sluice.js', import.meta.url));
/** Gives a command a terminal; part of every Debian. */
const SCRIPT = '/usr/bin/script';

test.skipIf(!isExecutable(SCRIPT))(
  'it says that it reads from there, and Ctrl-D ends the input',
  async () => {
    const server = await ScriptedPushServer.start();
    const command = `${process.execPath} ${SLUICE} push --job j --url ${server.url}`;
    const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let screen = '';
    child.stdout.on('data', (bytes: Buffer) => {
      screen += bytes.toString();
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await waitUntil(() => screen.includes('\n'), 'a line on the screen');
    expect(screen).toContain('sluice: reading metrics from this terminal; Ctrl-D ends them, Ctrl-C gives up');
    child.stdin.write('m 1\n');
    child.stdin.write('\x04');
    expect(await ended).toBe(0);
    expect(server.pushes[0]?.body.toString()).toBe('m 1\n');
  },
);

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
