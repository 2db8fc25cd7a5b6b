// The arguments of the command: what it prints, and how it refuses what it does not understand.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runSluice, SluiceCommand } from '../support/running-sluice.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const USAGE =
  /^sluice forwards pushed metrics .*\n\nusage: sluice \[--config FILE\] .*\nexit status: 0 .*\n$/s;

const wrong: [readonly string[], string | RegExp][] = [
  [['--config', ''], 'expected --config FILE, found an empty name'],
  [['check', '--config='], 'expected --config FILE, found an empty name'],
  [['--config'], /^Option '--config <value>' argument missing$/],
  [['--colour'], /^Unknown option '--colour'$/],
  [['check', '--colour'], /^Unknown option '--colour'$/],
  [['--version=1'], /^Option '--version' does not take an argument$/],
  [['chekc', '--config', 'x.yaml'], 'expected the command check, dev, push or wait-ready, found chekc'],
  [['psuh', '--job', 'backup'], 'expected the command check, dev, push or wait-ready, found psuh'],
  [['x.yaml'], 'expected the command check, dev, push or wait-ready, found x.yaml'],
  [['dev', 'check'], 'expected one command, found dev check'],
];
test.each(wrong)('%j is refused with exit code 2 and the usage', async (args, problem) => {
  const { ending, stdout, stderr } = await runSluice(args);
  const [first = '', ...rest] = stderr.split('\n\n');
  expect(first.replace(/^sluice: /, '')).toMatch(problem);
  expect(first).toMatch(/^sluice: /);
  expect(rest.join('\n\n')).toMatch(USAGE);
  expect([ending, stdout]).toEqual([2, '']);
});

test.each(['--help', '-h'])('%s prints the usage and every exit code', async (flag) => {
  const { ending, stdout, stderr } = await runSluice([flag]);
  expect([ending, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(USAGE);
  for (const code of [0, 1, 2, 3])
    expect(stdout).toMatch(new RegExp(`^(?:exit status:| {12}) ${code} `, 'm'));
});

test('--version prints the version of the package and of Node', async () => {
  const { ending, stdout, stderr } = await runSluice(['--version']);
  expect([ending, stderr, stdout]).toEqual([0, '', `sluice ${version} (Node ${process.versions.node})\n`]);
});

test.each([
  [['--help'], 0],
  [['--version'], 0],
  [['check'], 0],
  [['chekc'], 2],
])('%j ends with %i if its output is closed', async (args, code) => {
  const command = new SluiceCommand(args, { env: { REMOTE_WRITE_URL: 'https://metrics.test/w' } });
  command.child.stdout?.destroy();
  command.child.stderr?.destroy();
  expect(await command.ended).toBe(code);
});
