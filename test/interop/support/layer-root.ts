// A layer as Lambda mounts it: /opt, read-only, in a root directory that has nothing but the shared libraries of Amazon Linux'
// kind, /proc and /tmp. There is no shell in it, HOME is not set, and the user is one of Lambda's.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

export interface LayerRun {
  readonly env: Readonly<Record<string, string>>;
  /** What is at /var/lang/bin/node, as in a Node.js function: a file. */
  readonly nodeOfFunction?: string;
}

const ROOT = new URL('../../../', import.meta.url);
const USER = '993:990';
/** From the mounts on, everything is replaced by the extension: a signal reaches it, and no process is left. */
const ENTER = `
  opt=$1 root=$2 node=$3
  shift 3
  mount --bind "$opt" "$root/opt"
  mount -o remount,bind,ro "$root/opt"
  mount --bind /proc "$root/proc"
  mount --bind "$node" "$root/var/lang/bin/node"
  exec env -i "$@" "$(command -v chroot)" --userspec=${USER} "$root" /opt/extensions/sluice
`;

/** Builds layers, of Lambda's names of architectures or `node`; what the build says. */
export function buildLayers(...names: readonly string[]): string {
  return execFileSync(process.execPath, ['packaging/lambda-layers.ts', ...names], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

export function layerFile(name: string): string {
  return fileURLToPath(new URL(`lambda/out/sluice-lambda-${name}.zip`, ROOT));
}

/** Unpacks a layer with a program that is not ours; returns the folder that becomes /opt. */
export function unpackLayer(name: string): string {
  const opt = new TemporaryFolder().path;
  // The folder is for its owner alone, and Lambda's user is another.
  chmodSync(opt, 0o755);
  execFileSync('unzip', ['-q', layerFile(name), '-d', opt]);
  return opt;
}

export function runLayer(opt: string, { env, nodeOfFunction }: LayerRun): ChildProcess {
  const root = emptyRoot([nodeOfFunction ?? join(opt, 'extensions/sluice')]);
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const node = nodeOfFunction ?? '/dev/null';
  const args = ['--mount', 'sh', '-euc', ENTER, 'sh', opt, root, node, ...assignments];
  return spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** With the libraries that these programs name. */
function emptyRoot(programs: readonly string[]): string {
  const root = new TemporaryFolder().path;
  chmodSync(root, 0o755);
  for (const folder of ['opt', 'proc', 'tmp', 'var/lang/bin'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/dev/null', join(root, 'var/lang/bin/node'));
  for (const library of programs.flatMap(librariesOf)) {
    const copy = join(root, library);
    mkdirSync(dirname(copy), { recursive: true });
    if (!existsSync(copy)) copyFileSync(realpathSync(library), copy);
    chmodSync(copy, 0o755);
  }
  return root;
}

function librariesOf(program: string): string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...lines.matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library!);
}
