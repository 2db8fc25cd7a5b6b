#!/usr/bin/env node
// The `sluice` command. Runs the built program on this Node, or on the Node that came with `npm ci` if this one is too old.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const OLDEST_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) {
  module.enableCompileCache?.();
  stopWithLauncher();
  await import('../dist/sluice.js');
} else {
  runOnBundledNode();
}

/** When an older Node started this one and has ended, signals no longer reach this process. */
function stopWithLauncher() {
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

function runOnBundledNode() {
  const node = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(node)) {
    console.error(`sluice needs Node ${OLDEST_MAJOR} or later; this is ${process.version}`);
    process.exit(1);
  }
  // The channel ends when this process dies, so that the child never outlives the command. In a process group of its own
  // the child gets a Ctrl-C in the terminal once, from here: a second one would make it give up what is queued.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`sluice cannot start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
