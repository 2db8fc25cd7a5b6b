// Opens the spool as the log of delivery, and counts what it does. For a configuration that has a spool.
import type { SpoolConfig } from '../config/config.ts';
import type { OpenLog } from '../delivery/delivery.ts';
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

/** The result rejects with an Error that names the directory if another program uses it. */
export function spoolOpener(config: SpoolConfig, { metrics, log, clock, random }: OpenSpoolDeps): OpenLog {
  return async (listener) => {
    const spoolMetrics = metrics.addSpool();
    const events = new LoggedSpoolEvents(log, spoolMetrics, clock);
    const spool = await Spool.open(config, listener, { events, clock, random });
    spoolMetrics.observe(() => spool.reading());
    return spool;
  };
}
