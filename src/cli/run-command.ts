// `sluice --config FILE`: the collector itself.
import { loadConfig } from '../config/load-config.ts';
import { runCollector } from './run-collector.ts';

/** Runs until a signal; returns the exit code; throws what keeps it from starting. */
export function runCommand(file: string): Promise<number> {
  return runCollector(loadConfig(file, process.env), file);
}
