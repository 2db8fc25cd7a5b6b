// Kills a program under load, many times, and says what became of what it had acknowledged.
//   node packaging/bundle.mjs && node test/chaos/kill.ts --level stored --backend all

import { runKillExperiment } from './kill-experiment.ts';
import { KILL_USAGE, type KillOptions, parseKillOptions } from './kill-options.ts';
import { describeRuns, faultsOfRun } from './kill-report.ts';
import { describeGone, runPushgatewayKills } from './pushgateway-experiment.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else if (options.peer === 'pushgateway') console.log(describeGone(await runPushgatewayKills(options)));
else process.exitCode = await killForEachMood(options);

function readOptions(): KillOptions | undefined {
  try {
    return parseKillOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${KILL_USAGE}`);
    return undefined;
  }
}

async function killForEachMood(chosen: KillOptions): Promise<number> {
  const { peer, level, connections, seed } = chosen;
  console.log(`${peer}${peer === 'sluice' ? ` ${level}` : ''}, ${connections} connections, seed ${seed}`);
  const broken: string[] = [];
  for (const moods of chosen.runs) {
    const runs = await runKillExperiment(chosen, moods);
    console.log(describeRuns(runs));
    broken.push(...runs.flatMap((run) => faultsOfRun(chosen, run)));
  }
  for (const sentence of broken) console.log(`BROKEN ${sentence}`);
  return broken.length > 0 ? 1 : 0;
}
