// What is remembered of the series of each group, where `staleness` asks for it.
import type { Config } from '../config/config.ts';
import { StaleSeries } from '../staleness/stale-series.ts';
import type { IntakeEvents } from '../telemetry/events.ts';

/** Undefined where `staleness` is off. */
export function buildStaleSeries(config: Config, events: IntakeEvents): StaleSeries | undefined {
  const { push, remoteWrite, spool } = config;
  const { staleness, stalenessMaxMemory: maxMemoryBytes } = push.pushgateway;
  if (staleness === 'off') return undefined;
  const maxPushBytes = Math.min(
    ...remoteWrite.map(({ queueConfig }) => queueConfig.maxQueueSize),
    // Where backends get different ones, each has its copy there.
    (spool?.maxSize ?? Infinity) / remoteWrite.length,
  );
  return new StaleSeries({ maxMemoryBytes, maxPushBytes }, events);
}
