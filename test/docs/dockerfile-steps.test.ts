// The Dockerfile without a container engine: what it copies is there, its build steps work, and the files of its final
// stage alone start, take a push, deliver it, answer the health check and stop, without writing a file.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { sendPush } from '../support/http-client.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';
import {
  copiesOf,
  environmentOf,
  execForm,
  onlyText,
  parseDockerfile,
  type Stage,
  textsOf,
} from './dockerfile.ts';
import { ImageFolder } from './image-folder.ts';
import { readDocument } from './markdown.ts';

const BUILD_TIMEOUT_MS = 600_000;
const STAGES = parseDockerfile(readDocument('Dockerfile'));
const [BUILD, RUNTIME, FINAL] = STAGES as [Stage, Stage, Stage];
const PACKAGE = JSON.parse(readDocument('package.json'));

it('runs steps on the platform of the builder only, so that another one needs no emulation', () => {
  const shown = STAGES.map((stage) => [stage.name, stage.platform, textsOf(stage, 'RUN').length > 0]);
  expect(shown).toEqual([
    ['build', '$BUILDPLATFORM', true],
    ['runtime', undefined, false],
    [undefined, undefined, false],
  ]);
});

describe('what is copied', () => {
  const fromContext = STAGES.flatMap(copiesOf).filter(({ from }) => from === undefined);
  const sources = [...new Set(fromContext.flatMap((copy) => copy.sources))];

  it('is in a fresh checkout', () => {
    const ignored = readDocument('.gitignore')
      .split('\n')
      .map((line) => line.replace(/\/$/, ''));
    expect(sources.filter((source) => ignored.includes(source))).toEqual([]);
    expect(sources.filter((source) => !existsSync(new URL(`../../${source}`, import.meta.url)))).toEqual([]);
  });

  it('is all that .dockerignore lets through', () => {
    const lines = readDocument('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines.slice(1).sort()).toEqual(sources.map((source) => `!${source}`).sort());
  });
});

describe('the image', () => {
  it('is built with the Node that the project is tested with', () => {
    expect(BUILD.image).toMatch(new RegExp(`^node:${PACKAGE.devDependencies.node}-[a-z]+-slim$`));
    expect(RUNTIME.image).toBe(BUILD.image);
  });

  it('runs as a numeric user who is not root', () => {
    const [, user, group] = /^(\d+):(\d+)$/.exec(onlyText(FINAL, 'USER')) ?? [];
    expect(Number(user)).toBeGreaterThan(0);
    expect(Number(group)).toBeGreaterThan(0);
  });

  it('needs no shell: every command of the final stage has the exec form', () => {
    for (const name of ['ENTRYPOINT', 'HEALTHCHECK']) execForm(onlyText(FINAL, name));
    expect(textsOf(FINAL, 'RUN')).toEqual([]);
  });

  it('takes arguments as those of the command, and none means the environment', () => {
    expect(execForm(onlyText(FINAL, 'ENTRYPOINT'))).toEqual(['node', '/app/bin/sluice.js']);
    expect(textsOf(FINAL, 'CMD')).toEqual([]);
    expect(environmentOf(FINAL).SLUICE_DEFAULT_CONFIG_FILE).toBe('/etc/sluice/collector.yaml');
  });

  it('is stopped by a signal that the program takes, and says its port and version', () => {
    expect(onlyText(FINAL, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(onlyText(FINAL, 'EXPOSE')).toBe('3030');
    expect(onlyText(FINAL, 'LABEL')).toContain(`org.opencontainers.image.version="${PACKAGE.version}"`);
  });
});

describe.runIf(process.platform === 'linux')('the files of the final stage', () => {
  let image: ImageFolder;
  beforeAll(() => {
    image = new ImageFolder(BUILD, FINAL);
  }, BUILD_TIMEOUT_MS);
  afterAll(() => image.remove());

  /** A command of the image as it is here: paths in the image's folder, `node` by its PATH. */
  const command = (name: string): string[] =>
    execForm(onlyText(FINAL, name)).map((word) => {
      if (word === 'node') return image.path('/usr/local/bin/node');
      return word.startsWith('/') ? image.path(word) : word;
    });
  const environment = (): Record<string, string> => {
    const set = environmentOf(FINAL);
    return {
      ...set,
      LD_LIBRARY_PATH: image.path(set.LD_LIBRARY_PATH ?? ''),
      NODE_COMPILE_CACHE: image.path(set.NODE_COMPILE_CACHE ?? ''),
      TMPDIR: image.path('/tmp'),
    };
  };
  const files = () => readdirSync(image.path('/'), { recursive: true }).map(String).sort();
  const isHealthy = (address: string): number | null => {
    const [node = '', ...args] = command('HEALTHCHECK');
    return spawnSync(node, args, { env: { ...environment(), LISTEN_ADDRESS: address }, timeout: 15_000 })
      .status;
  };

  it('hold every path that the commands name', () => {
    const paths = command('ENTRYPOINT').filter((word) => word.startsWith('/'));
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('are the program and nothing for development', () => {
    expect(files().filter((name) => /node_modules|\.map$|\.ts$/.test(name))).toEqual([]);
    expect(files().filter((name) => name.startsWith('app/') && name.split('/').length === 2)).toEqual([
      'app/LICENSE',
      'app/bin',
      'app/compile-cache',
      'app/dist',
      'app/package.json',
      'app/sbom.cdx.json',
    ]);
  });

  it('have a bill of materials of every package in the bundle, with Node and what is built into it', () => {
    const read = (path: string) => readFileSync(image.path(path), 'utf8');
    const sbom = JSON.parse(read('/app/sbom.cdx.json'));
    expect([sbom.bomFormat, sbom.specVersion]).toEqual(['CycloneDX', '1.5']);
    const packages = new Map<string, Component>(sbom.components.map((c: Component) => [c.purl, c]));
    const licensed = read('/app/dist/THIRD-PARTY-LICENSES.txt').matchAll(/^(\S+) (\d+\.\d+\.\S*) \(/gm);
    const names = [...licensed].map(
      ([, name = '', version]) => `pkg:npm/${name.replace('@', '%40')}@${version}`,
    );
    expect(names.length).toBeGreaterThan(50);
    expect([...packages.keys()].slice(0, -1).sort()).toEqual(names.sort());
    expect(packages.get(`pkg:generic/node@${PACKAGE.devDependencies.node}`)?.components).toContainEqual(
      expect.objectContaining({ name: 'openssl', version: process.versions.openssl }),
    );
    for (const name of Object.keys(PACKAGE.dependencies))
      expect(names.join()).toContain(`/${name.replace('@', '%40')}@`);
  });

  it('bring every shared library of Node that does not belong to glibc', () => {
    const listed = spawnSync('ldd', [process.execPath], { encoding: 'utf8', timeout: 15_000 }).stdout;
    const wanted = [...listed.matchAll(/^\s+(\S+) => /gm)].map(([, name = '']) => name);
    const ofGlibc = /^lib(?:c|m|dl|pthread|rt|resolv)\.so\.\d+$/;
    expect(readdirSync(image.path('/usr/local/lib')).sort()).toEqual(
      wanted.filter((name) => !ofGlibc.test(name)).sort(),
    );
  });

  it('start, deliver a push, pass the health check, stop with 0 and write no file', async () => {
    const receiver = await startReceiver();
    const before = files();
    const sluice = start({
      LISTEN_ADDRESS: '127.0.0.1:0',
      REMOTE_WRITE_URL: receiver.url(),
      REMOTE_WRITE_TOKEN_FILE: new TemporaryFolder().write('token', 'secret'),
      SLUICE_DEFAULT_CONFIG_FILE: image.path('/etc/sluice/collector.yaml'),
    });
    await waitUntil(
      () => sluice.address() !== undefined || sluice.child.exitCode !== null,
      'a listening Sluice',
    );
    expect(sluice.output()).toContain('"event":"listening"');
    const address = sluice.address() ?? '';
    expect(isHealthy(address)).toBe(0);
    expect((await sendPush(address, 'm 1\n')).status).toBe(202);
    await waitUntil(() => receiver.delivered.length === 1, 'the pushed series');
    sluice.child.kill('SIGTERM');
    await waitUntil(() => sluice.child.exitCode !== null, 'the end of Sluice');
    expect([sluice.child.exitCode, isHealthy(address)]).toEqual([0, 1]);
    expect(files()).toEqual(before);
  });

  it('end with a message if neither a file nor an address is given', async () => {
    const sluice = start({ LISTEN_ADDRESS: '127.0.0.1:0', SLUICE_DEFAULT_CONFIG_FILE: '/nowhere/c.yaml' });
    await waitUntil(() => sluice.child.exitCode !== null, 'the end of Sluice');
    expect(sluice.output()).toBe(
      'sluice: Cannot start: expected --config FILE, the file /nowhere/c.yaml or the environment variable ' +
        'REMOTE_WRITE_URL, found none of them (a trial needs no backend: sluice dev)\n',
    );
    expect(sluice.child.exitCode).toBe(1);
  });

  /** Runs the image's command; ended with the test. */
  function start(env: Record<string, string>): Started {
    const [node = '', ...args] = command('ENTRYPOINT');
    const child = spawn(node, args, { cwd: image.path('/'), env: { ...environment(), ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    onTestFinished(() => void child.kill('SIGKILL'));
    const address = () => /"address":"([^"]+)","event":"listening"/.exec(output)?.[1];
    return { child, output: () => output, address };
  }
});

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly components?: readonly Component[];
}

interface Started {
  readonly child: ChildProcess;
  /** Standard output and standard error. */
  readonly output: () => string;
  readonly address: () => string | undefined;
}
