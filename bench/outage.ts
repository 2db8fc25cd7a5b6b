// Memory and disk after an outage of an hour at 1,000 pushes/s, scaled: a part of the pushes, as fast as they are answered,
// with the bound on the queue scaled alike. Nothing listens where the backend should be.
//   npm run build && node bench/outage.ts [queued|stored ...]
import { pushInClosedLoop } from './closed-loop.ts';
import { tinyPayload } from './payloads.ts';
import { type Level, StartedSluice } from './started-sluice.ts';

const SCALE = 20;
const PUSHES = (3600 * 1000) / SCALE;
const QUEUE_MIB = 64;
const CONNECTIONS = 16;
const MAX_SECONDS = 300;
/** The discard port, where nothing listens. */
const BACKEND_URL = 'http://127.0.0.1:9/api/v1/write';

for (const level of process.argv.length > 2
  ? (process.argv.slice(2) as Level[])
  : (['queued', 'stored'] as const))
  console.log(await measure(level));

async function measure(level: Level): Promise<string> {
  const maxQueueSize = Math.round((QUEUE_MIB * 1024 * 1024) / SCALE);
  const sluice = await StartedSluice.start({ level, backendUrl: BACKEND_URL, queueConfig: { maxQueueSize } });
  const idle = sluice.mebibytes('VmRSS');
  const { text: body, samples } = tinyPayload(1);
  const statuses = new Map<number, number>();
  const resident: string[] = [];
  const startedAt = performance.now();
  for (let quarter = 0; quarter < 4; quarter++) {
    const { port } = sluice;
    const result = await pushInClosedLoop({
      port,
      connections: CONNECTIONS,
      body,
      seconds: MAX_SECONDS,
      maxPushes: PUSHES / 4,
    });
    for (const [status, count] of result.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
    resident.push(sluice.mebibytes('VmRSS').toFixed(0));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const answers = [...statuses].map(([status, count]) => `${status}: ${count}`).join(', ');
  const memory =
    `resident MiB: idle ${idle.toFixed(0)}, after each quarter ${resident.join(', ')}, ` +
    `at most ${sluice.mebibytes('VmHWM').toFixed(0)}`;
  const spool = sluice.spoolMebibytes().toFixed(1);
  await sluice.stop();
  return (
    `${level}, 1/${SCALE} of an hour at 1,000 pushes/s: ${PUSHES} pushes of ${samples} samples in ${seconds.toFixed(0)} s, ` +
    `queue of ${(maxQueueSize / 1024 / 1024).toFixed(1)} MiB, answers ${answers}; ${memory}, ${spool} MiB on disk`
  );
}
