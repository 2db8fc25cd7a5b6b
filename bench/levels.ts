// What each level of acknowledgement costs: pushes a second and how long an answer takes, at 1, 16 and 256 connections, with
// the built program and a receiver that only answers, both on this machine.
//   npm run build && node bench/levels.ts [queued|stored|delivered ...]
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { pushInClosedLoop, quantile } from './closed-loop.ts';
import { tinyPayload } from './payloads.ts';
import { type Level, StartedSluice } from './started-sluice.ts';

const LEVELS: readonly Level[] = ['queued', 'stored', 'delivered'];
const CONNECTIONS = [1, 16, 256];
const WARMUP_SECONDS = 1;
const SECONDS = 4;

if (isMainThread) await measureLevels();
else await receive();

async function measureLevels(): Promise<void> {
  const levels = process.argv.length > 2 ? (process.argv.slice(2) as Level[]) : LEVELS;
  const worker = new Worker(new URL(import.meta.url));
  const [port] = (await once(worker, 'message')) as [number];
  for (const level of levels) {
    for (const connections of CONNECTIONS)
      console.log(await measure(level, connections, `http://127.0.0.1:${port}/api/v1/write`));
  }
  await worker.terminate();
}

async function measure(level: Level, connections: number, backendUrl: string): Promise<string> {
  const { text: body, samples } = tinyPayload(1);
  const sluice = await StartedSluice.start({ level, backendUrl });
  const { port } = sluice;
  await pushInClosedLoop({ port, connections, body, seconds: WARMUP_SECONDS });
  const { seconds, milliseconds, statuses } = await pushInClosedLoop({
    port,
    connections,
    body,
    seconds: SECONDS,
  });
  await sluice.stop();
  const ms = (part: number) => quantile(milliseconds, part).toFixed(2);
  return (
    `${level}, ${connections} connections: ${(milliseconds.length / seconds).toFixed(0)} pushes/s of ${samples} samples, ` +
    `p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, answers ${[...statuses].map((pair) => pair.join(': ')).join(', ')}`
  );
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
