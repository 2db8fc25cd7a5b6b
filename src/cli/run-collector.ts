// Runs a collector from its start to the signal that asks for its stop.
import { Collector } from '../collector.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../telemetry/clock.ts';
import { openLog } from '../telemetry/log.ts';
import { programVersion } from '../version.ts';
import { EXIT } from './exit-codes.ts';

/** One Ctrl-C comes twice where npm or the launcher passes on what the terminal has sent to all of them. */
const TWIN_SIGNAL_MS = 200;

/** Runs until a signal; returns the exit code. `onListening` is told the bound address. */
export async function runCollector(
  config: Config,
  file?: string,
  onListening?: (address: string) => void,
): Promise<number> {
  const log = await openLog(config.logging);
  const version = programVersion();
  const clock = systemClock();
  const collector = new Collector(config, { log, clock, random: Math.random, version });
  // Before anybody can know that it is there: a signal that nobody hears kills.
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

/** The signal that asks for a stop. A later one does not wait for anything; the handlers stay, so that it is heard. */
function firstSignal(monotonicMs: () => number): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const hear = (signal: NodeJS.Signals) => {
      if (firstMs === undefined) {
        firstMs = monotonicMs();
        resolve(signal);
      } else if (signal !== 'SIGINT' || monotonicMs() - firstMs > TWIN_SIGNAL_MS) process.exit(EXIT.lost);
    };
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, hear);
  });
}
