// `sluice check`: reports whether a configuration can be used, with every problem and warning.
import { Collector } from '../collector.ts';
import { configWarnings } from '../config/config-warnings.ts';
import { readNamedConfig } from '../config/environment-config.ts';
import { systemClock } from '../telemetry/clock.ts';
import { createLog } from '../telemetry/log.ts';
import { programVersion } from '../version.ts';
import { EXIT } from './command-ending.ts';

/** Returns the exit code; throws what the configuration has wrong. */
export function checkCommand(file: string | undefined): number {
  const { config, source } = readNamedConfig(file, process.env);
  // Building the stations opens every file that the configuration names.
  new Collector(config, {
    log: silentLog(),
    clock: systemClock(),
    random: Math.random,
    version: programVersion(),
  });
  for (const warning of configWarnings(config)) process.stderr.write(`${source}: warning: ${warning}\n`);
  process.stdout.write(`${source}: can be used\n`);
  return EXIT.fine;
}

function silentLog() {
  return createLog('silent', { write: () => undefined });
}
