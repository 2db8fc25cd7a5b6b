// A container of an image, run by runc as an orchestrator of careful people would: its user, a root file system that cannot
// be written to, no capability, no new privileges. The network is that of the test. It never outlives its test.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';
import type { ImageConfig } from './image-store.ts';

export interface ContainerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As after the name of the image in `docker run`. */
  readonly args?: readonly string[];
  readonly mounts?: readonly Mount[];
}

export interface Mount {
  readonly source: string;
  readonly destination: string;
  readonly isWritable?: boolean;
}

export interface Executed {
  readonly status: number | null;
  readonly output: string;
}

const EXEC_TIMEOUT_MS = 20_000;

export class RunningContainer {
  readonly #state = new TemporaryFolder().path;
  readonly #id = `sluice-${randomUUID()}`;
  output = '';
  ending: number | undefined;

  constructor(root: string, config: ImageConfig, options: ContainerOptions = {}) {
    const bundle = new TemporaryFolder();
    bundle.write('config.json', JSON.stringify(specification(root, config, options)));
    const child = spawn('runc', [...this.#place(), 'run', '--bundle', bundle.path, this.#id], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    const ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.ending = code ?? -1;
        resolve();
      });
    });
    onTestFinished(async () => {
      if (this.ending === undefined) spawnSync('runc', [...this.#place(), 'delete', '--force', this.#id]);
      await ended;
    });
  }

  /** Host and port, once it has logged them. */
  async address(): Promise<string> {
    const found = () => /"address":"([^"]+)","event":"listening"/.exec(this.output)?.[1];
    await waitUntil(() => found() !== undefined || this.ending !== undefined, 'a listening container');
    const address = found();
    if (address === undefined) throw new Error(`Cannot start container: it ended with\n${this.output}`);
    return address;
  }

  /** Runs a command next to the program, as health checks are run. */
  execute(command: readonly string[], env: Readonly<Record<string, string>> = {}): Executed {
    const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const args = [...this.#place(), 'exec', ...variables, this.#id, ...command];
    const { status, stdout, stderr } = spawnSync('runc', args, {
      encoding: 'utf8',
      timeout: EXEC_TIMEOUT_MS,
    });
    return { status, output: stdout + stderr };
  }

  /** As `docker stop` begins; returns the exit code. */
  async stop(): Promise<number | undefined> {
    execFileSync('runc', [...this.#place(), 'kill', this.#id, 'TERM']);
    return this.end();
  }

  async end(): Promise<number | undefined> {
    await waitUntil(() => this.ending !== undefined, 'the end of the container');
    return this.ending;
  }

  #place(): string[] {
    return ['--root', join(this.#state, 'runc')];
  }
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md */
function specification(root: string, config: ImageConfig, { env = {}, args, mounts = [] }: ContainerOptions) {
  const [uid, gid] = config.User.split(':').map(Number);
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: [...config.Entrypoint, ...(args ?? config.Cmd ?? [])],
      env: [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      cwd: '/',
      capabilities: {},
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      ...mounts.map(({ source, destination, isWritable = false }) => ({
        destination,
        type: 'bind',
        source,
        options: ['bind', isWritable ? 'rw' : 'ro'],
      })),
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
  };
}
