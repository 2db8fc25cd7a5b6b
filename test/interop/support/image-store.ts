// Images of a test in a folder of their own, made by buildah. No daemon is needed, and nothing is left of them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface ImageConfig {
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd?: readonly string[] | null;
  readonly User: string;
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

export class ImageStore {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sluice-images-'));

  /** Makes an image of what `layOut` puts into an empty folder. */
  add(name: string, layOut: (root: string) => void): void {
    const root = mkdtempSync(join(this.#folder, 'root-'));
    layOut(root);
    const container = this.#buildah('from', 'scratch');
    this.#buildah('add', '--quiet', container, root, '/');
    this.#buildah('commit', '--quiet', '--rm', container, name);
    rmSync(root, { recursive: true });
  }

  /** Runs the repository's Dockerfile; its `npm ci` takes what this machine has fetched before. */
  build(name: string): void {
    const npmrc = join(this.#folder, 'npmrc');
    const setting = (key: string) => execFileSync('npm', ['config', 'get', key], QUIETLY).trim();
    writeFileSync(
      npmrc,
      `registry=${setting('registry')}\ncache=/npm-cache\nprefer-offline=true\naudit=false\n`,
    );
    const mounts = [`${npmrc}:/root/.npmrc:ro`, `${setting('cache')}:/npm-cache:O`];
    this.#buildah(
      ...['bud', '--pull-never', '--isolation', 'chroot', '--network', 'host', '--format', 'docker'],
      ...mounts.flatMap((mount) => ['--volume', mount]),
      ...['--tag', name, REPOSITORY],
    );
  }

  config(name: string): ImageConfig {
    const { Docker } = JSON.parse(this.#buildah('inspect', '--type', 'image', name));
    return Docker.config as ImageConfig;
  }

  /** The folder with the image's files; removed with the store. */
  mount(name: string): string {
    return this.#buildah('mount', this.#buildah('from', '--pull-never', name));
  }

  /** Of all layers, as a registry keeps them. */
  compressedBytes(name: string): number {
    const folder = join(this.#folder, 'pushed');
    mkdirSync(folder);
    this.#buildah('push', '--quiet', name, `dir:${folder}`);
    const file = readdirSync(folder).find((entry) => entry === 'manifest.json') ?? '';
    const { layers } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { layers: { size: number }[] };
    return layers.reduce((sum, { size }) => sum + size, 0);
  }

  remove(): void {
    this.#buildah('rm', '--all');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #buildah(command: string, ...args: readonly string[]): string {
    const place = ['--root', join(this.#folder, 'store'), '--runroot', join(this.#folder, 'run')];
    return execFileSync(
      'buildah',
      [...place, '--storage-driver', 'overlay', command, ...args],
      QUIETLY,
    ).trim();
  }
}

const QUIETLY = {
  encoding: 'utf8',
  timeout: TIMEOUT_MS,
  maxBuffer: MAX_OUTPUT_BYTES,
  stdio: 'pipe',
} as const;
