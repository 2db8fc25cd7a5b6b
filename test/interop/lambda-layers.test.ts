// The layers as Lambda uses them: built, unpacked by somebody else's program, mounted read-only, started by their file.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { arch, machine } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { itAfter } from './support/it-after.ts';
import { buildLayers, layerFile, runLayer, unpackLayer } from './support/layer-root.ts';
import { olderNode } from './support/older-node.ts';
import { findProgram } from './support/programs.ts';
import { RunningLayer } from './support/running-layer.ts';

const OWN = arch() === 'arm64' ? 'arm64' : 'x86_64';
const MEBIBYTE = 1024 * 1024;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LIMITS = { zipped: 50 * MEBIBYTE, unpacked: 250 * MEBIBYTE };

const itWithLayers = itAfter(async () => {
  for (const program of ['unzip', 'unshare'])
    if (findProgram(program) === undefined)
      throw new Error(`Cannot test layers: expected ${program}, found none`);
  execFileSync('unshare', ['--mount', 'true'], { stdio: 'pipe' });
  buildLayers(OWN, 'node');
});

describe(`the layer that brings its own Node (${OWN})`, () => {
  itWithLayers(
    'runs without a shell, with /opt read-only and without HOME; pushes; and ends on SHUTDOWN',
    async () => {
      const opt = unpackLayer(OWN);
      const layer = await RunningLayer.start((env) => runLayer(opt, { env }));
      expect(layer.lambda.registered).toEqual({ name: 'sluice', events: ['INVOKE', 'SHUTDOWN'] });
      expect((await layer.invokeWithPush('m 1\n')).status).toBe(200);
      expect(layer.receiver.deliveredValues).toEqual([1]);
      expect(await layer.shutDown()).toBe(0);
    },
  );

  itWithLayers('does not follow the NODE_OPTIONS of a function', async () => {
    const opt = unpackLayer(OWN);
    const hostile = { NODE_OPTIONS: '--no-such-option --require /nowhere.js' };
    const layer = await RunningLayer.start((env) => runLayer(opt, { env }), hostile);
    expect((await layer.invokeWithPush('m 2\n')).status).toBe(200);
    expect(await layer.shutDown()).toBe(0);
  });

  itWithLayers('has one executable, and fits into what Lambda takes', async () => {
    const opt = unpackLayer(OWN);
    expect(statSync(join(opt, 'extensions/sluice')).mode & 0o777).toBe(0o755);
    expect(statSync(layerFile(OWN)).size).toBeLessThan(LIMITS.zipped);
    const files = [
      'extensions/sluice',
      'sluice/LICENSE',
      'sluice/NODE-LICENSE',
      'sluice/THIRD-PARTY-LICENSES.txt',
    ];
    expect(
      execFileSync('unzip', ['-Z1', layerFile(OWN)], { encoding: 'utf8' })
        .trim()
        .split('\n'),
    ).toEqual(files);
    const bytes = files.reduce((sum, file) => sum + statSync(join(opt, file)).size, 0);
    // Others' layers and the function have to fit in beside it.
    expect(bytes).toBeLessThan(LIMITS.unpacked / 2);
  });
});

describe('the small layer', () => {
  itWithLayers('runs on the Node of a Node.js function', async () => {
    const opt = unpackLayer('node');
    const layer = await RunningLayer.start((env) => runLayer(opt, { env, nodeOfFunction: process.execPath }));
    expect(layer.lambda.registered).toEqual({ name: 'sluice', events: ['INVOKE', 'SHUTDOWN'] });
    expect((await layer.invokeWithPush('m 3\n')).status).toBe(200);
    expect(layer.receiver.deliveredValues).toEqual([3]);
    expect(await layer.shutDown()).toBe(0);
  });

  itWithLayers('stands by on a Node that is too old, says so, and lets the function live', async () => {
    const opt = unpackLayer('node');
    const { path, version } = olderNode();
    const renamed = { SLUICE_EXTENSION_NAME: 'renamed' };
    const layer = await RunningLayer.start((env) => runLayer(opt, { env, nodeOfFunction: path }), renamed);
    expect(layer.lambda.registered).toEqual({ name: 'renamed', events: ['SHUTDOWN'] });
    expect(JSON.parse(layer.output)).toMatchObject({
      level: 'error',
      event: 'extensionCannotStart',
      reason: `Cannot take pushes: expected a Node.js 24 function or a layer that brings its own Node, found Node ${version}`,
    });
    expect(await layer.shutDown()).toBe(0);
  });

  itWithLayers('is the same bytes each time it is built', async () => {
    const before = readFileSync(layerFile('node'));
    buildLayers('node');
    expect(readFileSync(layerFile('node')).equals(before)).toBe(true);
    expect(before.length).toBeLessThan(MEBIBYTE);
  });
});

describe('the layer of another architecture', () => {
  const EMULATOR = 'qemu-aarch64 -L /usr/aarch64-linux-gnu';
  const itEmulated = itAfter(async () => {
    if (machine() !== 'x86_64') throw new Error(`Cannot emulate arm64: expected x86_64, found ${machine()}`);
    if (process.env.EMULATE_ARM64 === undefined && findProgram('qemu-aarch64') === undefined)
      throw new Error(
        'Cannot emulate arm64: expected qemu-aarch64, found none (apt-get install qemu-user libstdc++6-arm64-cross)',
      );
    process.env.EMULATE_ARM64 ??= EMULATOR;
    buildLayers('arm64');
  });

  itEmulated('runs there, pushes, and ends on SHUTDOWN', async () => {
    const program = join(unpackLayer('arm64'), 'extensions/sluice');
    const [emulator, ...args] = process.env.EMULATE_ARM64!.split(' ');
    const layer = await RunningLayer.start((env) =>
      spawn(emulator!, [...args, program], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect((await layer.invokeWithPush('m 4\n')).status).toBe(200);
    expect(layer.receiver.deliveredValues).toEqual([4]);
    expect(await layer.shutDown()).toBe(0);
  });
});

it('an unknown layer is refused', () => {
  expect(() => buildLayers('arm')).toThrow(
    'Cannot build layers: expected some of x86_64, arm64, node, found arm',
  );
});
