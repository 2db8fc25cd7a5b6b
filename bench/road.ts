// The whole road on loopback: HTTP in, remote write out to a receiver that only answers.
//   node bench/road.ts [tiny|typical|large]

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { Collector } from '../src/collector.ts';
import { configFromObject } from '../src/config/check-config.ts';
import { systemClock } from '../src/telemetry/clock.ts';
import { createLog } from '../src/telemetry/log.ts';
import { largePayload, tinyPayload, typicalPayload } from './payloads.ts';

const CLASSES = { tiny: tinyPayload, typical: typicalPayload, large: largePayload } as const;
const CONNECTIONS = { tiny: 32, typical: 32, large: 4 } as const;
const SECONDS = 4;
const WARMUP_SECONDS = 2;

type ClassName = keyof typeof CLASSES;

if (process.send) await drive();
else
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CLASSES))
    await measure(name as ClassName);

/** Runs Sluice in this process and the driver in another, and prints what a push costs this one. */
async function measure(name: ClassName): Promise<void> {
  const receiver = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(204).end()),
  );
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as { port: number };
  const config = configFromObject({
    listenAddress: '127.0.0.1:0',
    remoteWrite: [{ url: `http://127.0.0.1:${port}/api/v1/write` }],
  });
  const log = createLog('silent', { write: () => undefined });
  const collector = new Collector(config, {
    log,
    clock: systemClock(),
    random: Math.random,
    version: 'bench',
  });
  const driver = fork(fileURLToPath(import.meta.url), [name, await collector.start()]);
  await phase(driver, WARMUP_SECONDS);
  const cpu = process.cpuUsage();
  const { pushes, refused } = await phase(driver, SECONDS);
  const { user, system } = process.cpuUsage(cpu);
  driver.kill();
  const { lostSamples } = await collector.stop();
  receiver.close();
  const samples = pushes * CLASSES[name](0).samples;
  console.log(
    `${name}: ${(pushes / SECONDS).toFixed(0)} pushes/s, ${(samples / SECONDS / 1e6).toFixed(2)} M samples/s, ` +
      `${((user + system) / pushes).toFixed(1)} us CPU a push (receiver included), refused ${refused}, lost ${lostSamples}`,
  );
}

async function phase(driver: ChildProcess, seconds: number): Promise<{ pushes: number; refused: number }> {
  driver.send(seconds);
  const [result] = await once(driver, 'message');
  return result;
}

/** In the driver's process: pushes in a closed loop over kept connections for the given time. */
async function drive(): Promise<void> {
  const [name, address] = process.argv.slice(2) as [ClassName, string];
  const bodies = Array.from({ length: 16 }, (_, i) => CLASSES[name](i).text);
  const pool = new Pool(`http://${address}`, { connections: CONNECTIONS[name] });
  for await (const [seconds] of messages()) {
    const until = Date.now() + seconds * 1000;
    let pushes = 0;
    let refused = 0;
    const loop = async (connection: number) => {
      for (let i = connection; Date.now() < until; i += CONNECTIONS[name]) {
        const path = `/pushgateway/metrics/job/bench/instance/runner-${i % 100}`;
        const { statusCode, body } = await pool.request({ method: 'POST', path, body: bodies[i % 16]! });
        await body.dump();
        if (statusCode === 202) pushes++;
        else refused++;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS[name] }, (_, i) => loop(i)));
    process.send?.({ pushes, refused });
  }
}

async function* messages(): AsyncGenerator<[number]> {
  for (;;) yield (await once(process, 'message')) as [number];
}
