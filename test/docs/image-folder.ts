// The image as far as it can be made without a container engine: the Dockerfile's COPY and RUN steps on temporary folders.
// The repository's own node_modules replace `npm ci`, and this machine's files replace Node's image.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Copy, copiesOf, onlyText, type Stage, textsOf } from './dockerfile.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const STEP_TIMEOUT_MS = 300_000;

export class ImageFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sluice-image-'));
  readonly #build: Stage;
  readonly #workDirectory: string;

  /** Runs the build stage, then copies what the final stage copies. */
  constructor(build: Stage, final: Stage) {
    this.#build = build;
    this.#workDirectory = onlyText(build, 'WORKDIR');
    mkdirSync(this.path('/tmp'), { recursive: true });
    this.#runBuild();
    for (const copy of copiesOf(final)) this.#copyToImage(copy);
  }

  /** Where a path of the image is on this machine. */
  path(inImage: string): string {
    return join(this.#folder, 'image', inImage);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #runBuild(): void {
    const directory = this.#inBuild(this.#workDirectory);
    for (const { sources, target } of copiesOf(this.#build)) {
      for (const source of sources)
        copyAs(join(REPOSITORY, source), join(directory, target), sources.length > 1);
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'));
    for (const step of textsOf(this.#build, 'RUN')) {
      if (!step.startsWith('npm ci')) this.#runStep(step, directory);
    }
  }

  #runStep(step: string, cwd: string): void {
    const env = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` };
    execFileSync('sh', ['-e', '-c', step], { cwd, env, timeout: STEP_TIMEOUT_MS });
  }

  #copyToImage({ from, sources, target }: Copy): void {
    for (const source of sources) {
      if (source === '/usr/local/bin/node') this.#linkNode(target);
      else if (from === 'runtime') this.#copyFromHere(source, target);
      else {
        const path = from === undefined ? join(REPOSITORY, source) : this.#inBuild(source);
        copyAs(path, this.path(target), target.endsWith('/'));
      }
    }
  }

  /** As in Docker, a pattern that nothing matches copies nothing. */
  #copyFromHere(pattern: string, target: string): void {
    for (const path of globSync(pattern)) copyAs(path, this.path(target), true);
  }

  /** The binary is 150 MB: a link does. */
  #linkNode(target: string): void {
    mkdirSync(dirname(this.path(target)), { recursive: true });
    symlinkSync(process.execPath, this.path(target));
  }

  #inBuild(path: string): string {
    return join(this.#folder, 'build', path);
  }
}

/** As COPY does: of a folder its content, a file into `target` if that is a folder. */
function copyAs(source: string, target: string, targetIsFolder: boolean): void {
  const intoFolder = statSync(source).isFile() && (targetIsFolder || target.endsWith('/'));
  cpSync(source, intoFolder ? join(target, basename(source)) : target, {
    recursive: true,
    dereference: true,
  });
}
