// `sluice dev`: the collector before the embedded development backend.
import { runDevelopment } from '../dev.ts';
import { runCollector } from './run-collector.ts';

/** Runs until a signal; returns the exit code; throws what keeps it from starting. */
export function devCommand(): Promise<number> {
  return runDevelopment(runCollector);
}
