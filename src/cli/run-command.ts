// `sluice`, with --config FILE or without: the collector itself.
import { readNamedConfig } from './named-config.ts';
import { runCollector } from './run-collector.ts';

/** Runs until a signal; returns the exit code; throws what keeps it from starting. */
export async function runCommand(file: string | undefined): Promise<number> {
  const { config, source } = readNamedConfig(file);
  return runCollector(config, source);
}
