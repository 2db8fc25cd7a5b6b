// Time from the start of the command to its `listening` event, and how much memory it takes when idle.
//   npm run build && node bench/start.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const RUNS = 11;
const IDLE_MS = 1500;
const COMMAND = fileURLToPath(new URL('../bin/sluice.js', import.meta.url));

const config = join(tmpdir(), `sluice-bench-start-${process.pid}.yaml`);
writeFileSync(
  config,
  'listenAddress: 127.0.0.1:0\nremoteWrite: [{ url: "http://127.0.0.1:9/api/v1/write" }]\n',
);
const milliseconds: number[] = [];
const mebibytes: number[] = [];
for (let i = 0; i < RUNS; i++) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [COMMAND, '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) if (String(chunk).includes('"listening"')) break;
  milliseconds.push(performance.now() - startedAt);
  await sleep(IDLE_MS);
  mebibytes.push(residentMiB(child.pid!));
  child.kill();
  await once(child, 'exit');
}
console.log(
  `start to listening: ${median(milliseconds).toFixed(0)} ms (${range(milliseconds)}), ${RUNS} runs`,
);
console.log(`idle resident: ${median(mebibytes).toFixed(0)} MiB (${range(mebibytes)})`);

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
}
