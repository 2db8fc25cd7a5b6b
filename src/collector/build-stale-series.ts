// Builds what finds ended series, if the configuration has `staleness: onReplace`.
import type { Config } from '../config/config.ts';
import { StaleSeries } from '../staleness/stale-series.ts';
import type { IntakeEvents } from '../telemetry/events.ts';

/** Undefined if `staleness` is off. */
export function buildStaleSeries(config: Config, events: IntakeEvents): StaleSeries | undefined {
  const { push, remoteWrite, spool } = config;
  const { staleness, stalenessMaxMemory: maxMemoryBytes } = push.pushgateway;
  if (staleness === 'off') return undefined;
  const maxPushBytes = Math.min(
    ...remoteWrite.map(({ queueConfig }) => queueConfig.maxQueueSize),
    // If backends get different pushes, the spool has a copy for each.
    (spool?.maxSize ?? Infinity) / remoteWrite.length,
  );
  return new StaleSeries({ maxMemoryBytes, maxPushBytes }, events);
}
