// Runs a collector from its start to the signal or request that asks for its stop.
import { Collector } from '../collector.ts';
import type { Config } from '../config/config.ts';
import { readNamedConfig } from '../config/environment-config.ts';
import { systemClock } from '../telemetry/clock.ts';
import { openLog } from '../telemetry/log.ts';
import { programVersion } from '../version.ts';
import { EXIT } from './command-ending.ts';

/** One Ctrl-C arrives twice if npm or the launcher passes on what the terminal has sent to all of them. */
const REPEATED_SIGNAL_MS = 200;

/** Runs with the configuration in `file`, or without one with that of the environment. As `runCollector`. */
export function runNamedConfig(file: string | undefined): Promise<number> {
  const { config, source } = readNamedConfig(file, process.env);
  return runCollector(config, source);
}

/** Runs until a signal; returns the exit code; throws what keeps it from starting. Calls `onListening` with the bound address. */
export async function runCollector(
  config: Config,
  file?: string,
  onListening?: (address: string) => void,
): Promise<number> {
  const log = await openLog(config.logging);
  const version = programVersion();
  const clock = systemClock();
  const collector = new Collector(config, { log, clock, random: Math.random, version });
  // Before anyone can know that it runs: a signal without a handler kills the program.
  const signalled = firstSignal(() => clock.monotonicMs());
  collector.events.starting({ version, config: file });
  const address = await collector.start();
  onListening?.(address);
  const signal = await Promise.race([signalled, collector.quitAsked]);
  collector.events.stopping({ signal });
  const { lostSamples } = await collector.stop();
  collector.events.stopped({ lostSamples });
  return lostSamples > 0 ? EXIT.lost : EXIT.fine;
}

/** The signal that asks for a stop. A later signal ends the program at once; the handlers stay for that. */
function firstSignal(monotonicMs: () => number): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const hear = (signal: NodeJS.Signals) => {
      if (firstMs === undefined) {
        firstMs = monotonicMs();
        resolve(signal);
      } else if (signal !== 'SIGINT' || monotonicMs() - firstMs > REPEATED_SIGNAL_MS) process.exit(EXIT.lost);
    };
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, hear);
  });
}
