// Starts each command of the image once, so that V8's compiled code of the bundle is kept: `node packaging/compile-cache.mjs
// FOLDER`, next to bin/ and dist/. Node uses such a folder if it was made by the same version, for the same architecture and
// processor features, and lies at the same relative path from the program. Otherwise Node compiles as without it.
import { spawn } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const TIMEOUT_MS = 60_000;
const PROGRAM = fileURLToPath(new URL('../bin/sluice.js', import.meta.url));

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Cannot write the compile cache: expected a folder, found none');
await run([]);
for (const command of ['push', 'wait-ready']) await run([command, '--help']);
makeReadable(folder);

/** Until it ends by itself or listens; Node writes what it has compiled when a program ends. */
async function run(args) {
  const env = {
    NODE_COMPILE_CACHE: resolve(folder),
    NODE_COMPILE_CACHE_PORTABLE: '1',
    LISTEN_ADDRESS: '127.0.0.1:0',
    REMOTE_WRITE_URL: 'http://127.0.0.1:9/',
  };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, timeout: TIMEOUT_MS });
  let output = '';
  let isTold = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
      if (isTold || !output.includes('"event":"listening"')) return;
      // Once: what it says while it stops comes here too, and another signal at its very end would kill it.
      isTold = child.kill('SIGTERM');
    });
  }
  const code = await new Promise((end, fail) => child.once('error', fail).once('close', end));
  if (code === 0) return;
  const what = `sluice ${args.join(' ')}`.trim();
  throw new Error(
    `Cannot write the compile cache: expected ${what} to end with 0, found ${code}:\n${output}`,
  );
}

/** Node writes for the user who runs it alone. */
function makeReadable(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  if (files.length === 0) throw new Error('Cannot write the compile cache: expected files in it, found none');
  chmodSync(path, 0o755);
  for (const entry of entries) chmodSync(join(entry.parentPath, entry.name), entry.isFile() ? 0o444 : 0o755);
}
