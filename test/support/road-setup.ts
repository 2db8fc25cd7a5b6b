// A receiver and a collector before it, and the ways of looking at what went through.

import { startReceiver } from './delivery-setup.ts';
import { metricValue } from './metric-value.ts';
import { type BackendFields, backendFields, type Fields, roadConfig } from './road-config.ts';
import { type CollectorOptions, type RunningCollector, startCollector } from './running-collector.ts';
import type { ScriptedReceiver, Step } from './scripted-receiver.ts';
import { seriesText } from './series-text.ts';
import { waitForValue } from './wait-for-value.ts';
import { waitUntil } from './wait-until.ts';

export interface RoadOptions extends CollectorOptions {
  readonly script?: readonly Step[];
  readonly config?: Fields;
  readonly backend?: BackendFields;
  /** Path and query of the backend's URL. */
  readonly urlTarget?: string;
}

export interface Road {
  readonly receiver: ScriptedReceiver;
  readonly collector: RunningCollector;
  /** Pushes the body and expects it to be taken. */
  pushed(body: string | Uint8Array, target?: string): Promise<void>;
  /** Waits until so many series have been delivered; returns them as lines, in order. */
  delivered(count: number): Promise<readonly string[]>;
  /** The value of one of Sluice's own series. */
  metric(series: string): Promise<number>;
  /** Waits until nothing is queued any more. */
  drained(): Promise<void>;
}

export async function startRoad(options: RoadOptions = {}): Promise<Road> {
  const receiver = await startReceiver(options.script);
  const backend = backendFields(receiver.url(options.urlTarget), options.backend);
  const collector = await startCollector(roadConfig([backend], options.config), options);
  const pushed = async (body: string | Uint8Array, target?: string) => {
    const { status, text } = await collector.push(body, target === undefined ? {} : { target });
    if (status !== 202 || text !== '') throw new Error(`Cannot push: expected 202, got ${status} ${text}`);
  };
  const delivered = async (count: number) => {
    await waitUntil(() => receiver.delivered.length >= count, `${count} delivered series`);
    return receiver.delivered.map(seriesText);
  };
  const metric = async (series: string) => metricValue(await collector.metrics(), series);
  const drained = async () => {
    const queued = () => metric('sluice_queue_bytes{backend="primary"}');
    await waitForValue(queued, (bytes) => bytes === 0, 'an empty queue');
  };
  return { receiver, collector, pushed, delivered, metric, drained };
}
