// The Dockerfile, really built, and the image, really run in a container: as its user, with a root file system that cannot be
// written to. Only the two images that it begins with are stand-ins, made of the same programs and libraries.
import { chownSync, globSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { parseDockerfile } from '../docs/dockerfile.ts';
import { readDocument } from '../docs/markdown.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { sendHttp, sendPush } from '../support/http-client.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type ImageConfig, ImageStore } from './support/image-store.ts';
import { itAfter } from './support/it-after.ts';
import { findProgram } from './support/programs.ts';
import { type ContainerOptions, RunningContainer } from './support/running-container.ts';
import { layOutBaseImage, layOutNodeImage } from './support/stand-in-images.ts';

const NAME = 'localhost/sluice:test';
const NOBODY = 65532;
const MAX_COMPRESSED_BYTES = 90e6;
const FREE_PORT = { LISTEN_ADDRESS: '127.0.0.1:0' };

let store: ImageStore;
let config: ImageConfig;

const it = itAfter(async () => {
  for (const name of ['buildah', 'runc', 'npm'])
    if (findProgram(name) === undefined)
      throw new Error(
        `Cannot build the image: expected ${name} on the PATH, found none (apt-get install ${name})`,
      );
  const [build, , final] = parseDockerfile(readDocument('Dockerfile'));
  store = new ImageStore();
  store.add(`docker.io/library/${build?.image}`, layOutNodeImage);
  store.add(final?.image ?? '', layOutBaseImage);
  store.build(NAME);
  config = store.config(NAME);
});
// Without programs to build with there is none.
afterAll(() => (store as ImageStore | undefined)?.remove());

function run(options: ContainerOptions = {}): RunningContainer {
  // Each has its own files: where something was mounted, an empty file is left.
  return new RunningContainer(store.mount(NAME), config, {
    ...options,
    env: { ...FREE_PORT, ...options.env },
  });
}

function healthCheck(container: RunningContainer, env: Record<string, string>): number | null {
  const [form, ...command] = config.Healthcheck.Test;
  expect(form).toBe('CMD');
  return container.execute(command, env).status;
}

it('the image says its user, port, version and source', async () => {
  expect([config.User, Object.keys(config.ExposedPorts)]).toEqual([`${NOBODY}:${NOBODY}`, ['3030/tcp']]);
  expect(config.Labels).toMatchObject({
    'org.opencontainers.image.version': JSON.parse(readDocument('package.json')).version,
    'org.opencontainers.image.source': expect.stringMatching(/^https:/),
    'org.opencontainers.image.revision': 'unknown',
  });
});

it('the image stays well below 90 MB compressed', async () => {
  const bytes = store.compressedBytes(NAME);
  console.info(`The image has ${(bytes / 1e6).toFixed(1)} MB compressed.`);
  expect(bytes).toBeLessThan(MAX_COMPRESSED_BYTES);
});

it('the image has no shell, no package manager, no source map, and the licences of all that it has', async () => {
  const root = store.mount(NAME);
  const commands = globSync(`${root}/{usr/bin,usr/sbin,usr/local/bin}/*`).map((path) => basename(path));
  expect(commands.filter((name) => /sh$|^(?:busybox|npm|apt|dpkg)/.test(name))).toEqual([]);
  expect(commands).toContain('node');
  const files = readdirSync(join(root, 'app'), { recursive: true }).map(String);
  expect(files.filter((name) => /\.map$|node_modules|lambda/.test(name))).toEqual([]);
  for (const name of ['LICENSE', 'node/LICENSE', 'dist/THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json'])
    expect(readFileSync(join(root, 'app', name), 'utf8')).not.toBe('');
});

it('without an address or a file the container ends with 1 and says what it wants', async () => {
  const container = run();
  expect(await container.end()).toBe(1);
  expect(container.output).toBe(
    'sluice: Cannot start: expected --config FILE, the file /etc/sluice/collector.yaml or the environment ' +
      'variable REMOTE_WRITE_URL, found none of them (a trial needs no backend: sluice dev)\n',
  );
});

it('with an address alone it takes a push, delivers it, is healthy, and ends with 0 at SIGTERM', async () => {
  const receiver = await startReceiver();
  const container = run({ env: { REMOTE_WRITE_URL: receiver.url(), ACKNOWLEDGE: 'delivered' } });
  const address = await container.address();
  expect((await sendPush(address, 'm 1\n')).status).toBe(200);
  expect(receiver.deliveredValues).toEqual([1]);
  expect(healthCheck(container, { LISTEN_ADDRESS: address })).toBe(0);
  expect(await container.stop()).toBe(0);
  expect(container.output).toContain('"event":"stopped"');
});

it('what is queued is delivered when it is stopped', async () => {
  const receiver = await startReceiver();
  const container = run({ env: { REMOTE_WRITE_URL: receiver.url() } });
  expect((await sendPush(await container.address(), 'm 2\n')).status).toBe(202);
  expect(await container.stop()).toBe(0);
  expect(receiver.deliveredValues).toEqual([2]);
});

it('the health check fails if nothing answers', async () => {
  const receiver = await startReceiver();
  const container = run({ env: { REMOTE_WRITE_URL: receiver.url() } });
  await container.address();
  expect(healthCheck(container, { LISTEN_ADDRESS: '127.0.0.1:1' })).toBe(1);
});

it('it is not root, and nothing can be written anywhere', async () => {
  const receiver = await startReceiver();
  const container = run({ env: { REMOTE_WRITE_URL: receiver.url() } });
  await container.address();
  const writeEverywhere = `
    const { writeFileSync } = require('node:fs');
    const tried = ['', 'tmp', 'app', 'app/dist', 'etc', 'home', 'usr/local/lib', 'dev', 'var/lib'].map((folder) => {
      try { writeFileSync('/' + folder + '/new', ''); return 'written'; } catch { return 'refused'; }
    });
    console.log(JSON.stringify([process.getuid(), process.getgid(), ...new Set(tried)]));`;
  const { output } = container.execute(['node', '-e', writeEverywhere]);
  expect(JSON.parse(output)).toEqual([NOBODY, NOBODY, 'refused']);
});

it('a start and the health check find their code compiled, and have nothing to add to it', async () => {
  const env = { REMOTE_WRITE_URL: 'https://metrics.test/w', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  const container = run({ env });
  const address = await container.address();
  const health = container.execute(config.Healthcheck.Test.slice(1), { ...env, LISTEN_ADDRESS: address });
  expect(health.status).toBe(0);
  expect(await container.stop()).toBe(0);
  for (const output of [container.output, health.output]) {
    expect(output).toContain('/app/dist/sluice.js was accepted');
    // Node would try to store what it had to compile, and fail.
    expect(output.match(/^.*(?:was not initialized|was rejected|failed).*$/m)?.[0]).toBe(undefined);
  }
});

it('a file mounted at /etc/sluice/collector.yaml is used', async () => {
  const receiver = await startReceiver();
  const text = `listenAddress: \${LISTEN_ADDRESS}\nremoteWrite: [{ url: "${receiver.url()}" }]\nlabels: { defaults: { from: file } }\n`;
  const source = new TemporaryFolder().write('collector.yaml', text);
  const container = run({ mounts: [{ source, destination: '/etc/sluice/collector.yaml' }] });
  expect((await sendPush(await container.address(), 'm 3\n')).status).toBe(202);
  expect(container.output).toContain('"config":"/etc/sluice/collector.yaml"');
  await waitUntil(() => receiver.delivered.length === 1, 'the pushed series');
  expect(receiver.delivered[0]?.labels).toContainEqual(['from', 'file']);
});

/** As a container engine makes one: with the owner of what the image has at that path. */
function newVolume(path: string): string {
  const { uid, gid } = statSync(join(store.mount(NAME), path));
  const volume = join(new TemporaryFolder().path, 'volume');
  mkdirSync(volume);
  chownSync(volume, uid, gid);
  return volume;
}

it('arguments are those of the command', async () => {
  const container = run({ args: ['check'], env: { REMOTE_WRITE_URL: 'https://metrics.test/w' } });
  expect(await container.end()).toBe(0);
  expect(container.output).toBe('environment: can be used\n');
});

it('with a volume for the spool a push is on disk before it is answered', async () => {
  const receiver = await startReceiver();
  const directory = '/var/lib/sluice';
  const source = newVolume(directory);
  const container = run({
    env: { REMOTE_WRITE_URL: receiver.url(), SPOOL_DIRECTORY: directory },
    mounts: [{ source, destination: directory, isWritable: true }],
  });
  const address = await container.address();
  expect((await sendPush(address, 'm 4\n')).status).toBe(202);
  await waitUntil(() => receiver.deliveredValues.length === 1, 'the stored push');
  expect(readdirSync(source).length).toBeGreaterThan(0);
  expect((await sendHttp(address, { target: '/-/ready' })).text).toBe('OK\n');
});
