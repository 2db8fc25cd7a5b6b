// What a second Sluice behind a load balancer adds: pushes a second, and the processor time that a push costs each of the
// programs, with one and with two behind HAProxy and nginx as deploy/load-balancing sets them up. Load, balancer, backend and
// Sluice share this machine, so each Sluice gets a fifth of a processor, as with a CPU limit of Kubernetes: then Sluice, and
// not the machine, is what is short, with one and with two. Needs root.
//   npm run build && node bench/scaling.ts [haproxy|nginx ...]
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { pushInClosedLoop, quantile } from './closed-loop.ts';
import { limitCpu } from './cpu-share.ts';
import { typicalPayload } from './payloads.ts';
import { StartedSluice } from './started-sluice.ts';

const CONNECTIONS = 64;
/** Of one processor, for each Sluice. */
const SHARE = 0.2;
const WARMUP_SECONDS = 1;
const SECONDS = 5;
const BALANCER_PORT = 20_930;
/** Of /proc/PID/stat, user and system time: hundredths of a second on Linux. */
const TICKS_A_SECOND = 100;

const FILES = { haproxy: 'haproxy.cfg', nginx: 'nginx.conf' } as const;
type BalancerName = keyof typeof FILES;

if (isMainThread) await measureAll();
else await receive();

async function measureAll(): Promise<void> {
  const names = process.argv.length > 2 ? (process.argv.slice(2) as BalancerName[]) : [...keysOf(FILES)];
  console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)} before the start`);
  const worker = new Worker(new URL(import.meta.url));
  const [port] = (await once(worker, 'message')) as [number];
  const backendUrl = `http://127.0.0.1:${port}/api/v1/write`;
  console.log(await measure('direct', 1, backendUrl));
  for (const name of names) for (const count of [1, 2]) console.log(await measure(name, count, backendUrl));
  await worker.terminate();
}

async function measure(name: BalancerName | 'direct', count: number, backendUrl: string): Promise<string> {
  const sluices = await Promise.all(
    Array.from({ length: count }, () => StartedSluice.start({ level: 'queued', backendUrl })),
  );
  const ports = sluices.map(({ port }) => port);
  const limits = sluices.map(({ pid }) => limitCpu(pid, SHARE));
  const balancer = name === 'direct' ? undefined : await startBalancer(name, ports);
  try {
    return `${name}, ${count} Sluice: ${await load(balancer, sluices)}`;
  } finally {
    balancer?.stop();
    await Promise.all(sluices.map((sluice) => sluice.stop()));
    for (const endLimit of limits) endLimit();
  }
}

async function load(balancer: Balancer | undefined, sluices: readonly StartedSluice[]): Promise<string> {
  const { text: body, samples } = typicalPayload(1);
  const port = balancer ? BALANCER_PORT : sluices[0]!.port;
  const options = { port, connections: CONNECTIONS, body };
  await pushInClosedLoop({ ...options, seconds: WARMUP_SECONDS });
  const pids = sluices.map(({ pid }) => pid);
  const before = [cpuSeconds(pids), cpuSeconds(balancer ? [balancer.pid] : [])];
  const { seconds, milliseconds, statuses } = await pushInClosedLoop({ ...options, seconds: SECONDS });
  const after = [cpuSeconds(pids), cpuSeconds(balancer ? [balancer.pid] : [])];
  const pushes = milliseconds.length;
  const cost = after.map((cpu, i) => (((cpu - before[i]!) / pushes) * 1e6).toFixed(0));
  return (
    `${(pushes / seconds).toFixed(0)} pushes/s of ${samples} samples, p50 ${quantile(milliseconds, 0.5).toFixed(1)} ms, ` +
    `p99 ${quantile(milliseconds, 0.99).toFixed(1)} ms, processor time a push: Sluice ${cost[0]} µs, balancer ${cost[1]} µs, ` +
    `Sluice busy ${(after[0]! - before[0]!).toFixed(1)} of ${seconds.toFixed(1)} s, answers ${[...statuses].map((pair) => pair.join(': ')).join(', ')}`
  );
}

interface Balancer {
  readonly pid: number;
  stop(): void;
}

async function startBalancer(name: BalancerName, ports: readonly number[]): Promise<Balancer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const file = join(folder, FILES[name]);
  writeFileSync(file, configured(name, ports));
  const single = `daemon off; master_process off; pid ${folder}/nginx.pid;`;
  const args =
    name === 'haproxy' ? ['-db', '-f', file] : ['-p', folder, '-c', file, '-e', 'stderr', '-g', single];
  const child: ChildProcess = spawn(name, args, { stdio: 'ignore' });
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  while (!(await listens())) await setTimeout(20);
  return { pid: child.pid!, stop };
}

/** With one Sluice the other one's line is taken out. */
function configured(name: BalancerName, [first, second]: readonly number[]): string {
  const text = readFileSync(new URL(`../deploy/load-balancing/${FILES[name]}`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => second !== undefined || !line.includes(':3032'));
  return lines
    .join('\n')
    .replace(':3030', `:${BALANCER_PORT}`)
    .replace(':3031', `:${first}`)
    .replace(':3032', `:${second}`);
}

function listens(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(BALANCER_PORT, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined)).once('error', () => resolve(false));
  });
}

/** What all threads of these have used so far. */
function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  }, 0);
}

function keysOf(files: typeof FILES): readonly BalancerName[] {
  return Object.keys(files) as BalancerName[];
}

/** In the worker: the backend. */
async function receive(): Promise<void> {
  const server = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(204).end()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  parentPort?.postMessage((server.address() as AddressInfo).port);
}
