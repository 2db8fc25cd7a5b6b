// Puts the spool behind delivery, where the configuration has one, and counts what it does.
import type { SpoolConfig } from '../config/config.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { Spool } from '../delivery/spool/spool.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { LoggedSpoolEvents } from '../telemetry/spool-events.ts';

export interface OpenSpoolDeps {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Rejects with an Error that names the directory where another program has it. */
export async function openSpool(
  delivery: Delivery,
  config: SpoolConfig | undefined,
  { metrics, log, clock, random }: OpenSpoolDeps,
): Promise<void> {
  if (config === undefined) return;
  const spoolMetrics = metrics.addSpool();
  const events = new LoggedSpoolEvents(log, spoolMetrics, clock);
  await delivery.openSpool(async (sink) => {
    const spool = await Spool.open(config, sink, { events, clock, random });
    spoolMetrics.observe(() => spool.reading());
    metrics.observeBacklogs(() => delivery.readings());
    return spool;
  });
}
