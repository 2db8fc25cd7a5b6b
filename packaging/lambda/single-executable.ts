// One file that is Node and the extension: no interpreter is looked for, no shell is needed, and the function's NODE_OPTIONS
// are not followed. https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { loadedPart } from './loaded-part.ts';
import { fileOfPackage } from './pinned-package.ts';

export interface ExecutableParts {
  /** Of the release that is to run, for the architecture that is to run it. */
  readonly program: Buffer;
  /** The same release for the machine that builds: a file. */
  readonly builder: string;
  readonly bundle: Buffer;
  /** Empty: none. */
  readonly codeCache: Buffer;
}

/** What Node looks for to know that it carries a program. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** A push is small: a young generation of 1 MiB instead of 16 saves memory that the function pays for. */
const NODE_OPTIONS = ['--max-semi-space-size=1'];

type Inject = (file: string, name: string, blob: Buffer, options: { sentinelFuse: string }) => Promise<void>;

export async function singleExecutable(parts: ExecutableParts): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-layer-'));
  try {
    const output = join(folder, 'sluice');
    const blob = await preparedBlob(folder, parts);
    writeFileSync(output, loadedPart(parts.program));
    await injector(folder)(output, 'NODE_SEA_BLOB', blob, { sentinelFuse: FUSE });
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function preparedBlob(
  folder: string,
  { builder, bundle, codeCache }: ExecutableParts,
): Promise<Buffer> {
  const file = (name: string) => join(folder, name);
  await build({
    entryPoints: [fileURLToPath(new URL('../../lambda/start/single.cjs', import.meta.url))],
    outfile: file('start.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
  });
  writeFileSync(file('lambda.cjs'), bundle);
  writeFileSync(file('lambda.cache'), codeCache);
  const config = {
    // These names are kept in the blob: relative ones are the same in every build.
    main: 'start.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    execArgv: NODE_OPTIONS,
    execArgvExtension: 'none',
    assets: { 'lambda.cjs': 'lambda.cjs', 'lambda.cache': 'lambda.cache' },
  };
  writeFileSync(file('config.json'), JSON.stringify(config));
  execFileSync(builder, ['--experimental-sea-config', 'config.json'], {
    cwd: folder,
    env: {},
    stdio: 'pipe',
  });
  return readFileSync(file('blob'));
}

/** Unpacks postject into a file, from which it can be loaded. */
function injector(folder: string): Inject {
  const library = join(folder, 'postject');
  mkdirSync(library);
  writeFileSync(join(library, 'api.js'), fileOfPackage('postject', 'dist/api.js'));
  return (createRequire(join(library, 'api.js'))('./api.js') as { inject: Inject }).inject;
}
