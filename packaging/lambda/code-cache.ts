// The code cache of the bundle: V8's compiled functions, made by the very Node that will load them. Made under fixed seeds
// and without threads, so that the same bundle gives the same bytes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const REPEATABLE = ['--predictable', '--hash-seed=1', '--random-seed=1'];
/** Where a code cache has the hash of V8's flags (SerializedCodeData in V8's code-serializer.h). */
const FLAG_HASH = { start: 12, end: 16 } as const;
const TRIES = 4;
const PRINT_FLAG_HASH = `process.stdout.write(new (require('node:vm').Script)('').createCachedData())`;

/**
 * `node` is the command that runs the layer's Node, with an emulator in front if it is for another architecture. Throws
 * if that Node would not take the cache.
 */
export function makeCodeCache(node: readonly string[], bundle: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-layer-'));
  const file = (name: string) => join(folder, name);
  try {
    writeFileSync(file('lambda.cjs'), bundle);
    retried(() =>
      run(node, [...REPEATABLE, at('../../lambda/start/warm-up.cjs'), file('lambda.cjs'), file('made')]),
    );
    const cache = asIfWithoutFlags(node, readFileSync(file('made')));
    writeFileSync(file('lambda.cache'), cache);
    run(node, [at('../../lambda/start/check-cache.cjs'), file('lambda.cjs'), file('lambda.cache')]);
    return cache;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The flags that make it repeatable change nothing in what it holds, but V8 would refuse it because of them. */
function asIfWithoutFlags(node: readonly string[], cache: Buffer): Buffer {
  const plain = run(node, ['-e', PRINT_FLAG_HASH]);
  plain.copy(cache, FLAG_HASH.start, FLAG_HASH.start, FLAG_HASH.end);
  return cache;
}

/** The extension gives Lambda two seconds for an answer, which an emulator on a busy machine may overrun. */
function retried(make: () => void): void {
  for (let left = TRIES; ; left--) {
    try {
      return make();
    } catch (error) {
      if (left === 1) throw error;
    }
  }
}

function run([command, ...before]: readonly string[], args: readonly string[]): Buffer {
  // The builder's own addresses and options of Node must not affect the build.
  return execFileSync(command!, [...before, ...args], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
}
