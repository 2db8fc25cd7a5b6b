// A road with `staleness: onReplace`, and what its receiver got of markers, judged by the bits on the wire.
import { expect } from 'vitest';
import { type HttpAnswer, PUSH_TARGET, sendHttp } from './http-client.ts';
import { type Road, type RoadOptions, startRoad } from './road-setup.ts';
import { type BitSample, STALE_BITS, sampleBits } from './sample-bits.ts';
import type { ScriptedReceiver } from './scripted-receiver.ts';
import { waitUntil } from './wait-until.ts';

export interface StaleRoad extends Road {
  /** Expects the push to be taken. */
  put(body: string | Uint8Array, target?: string): Promise<void>;
  post(body: string | Uint8Array, target?: string): Promise<void>;
  delete(target?: string): Promise<HttpAnswer>;
  /** Expects exactly these series to have got exactly one marker each, and none else, when all has come through. */
  expectMarkers(...series: readonly string[]): Promise<void>;
}

const FENCE_TARGET = '/pushgateway/metrics/job/fence';

export async function startStaleRoad(
  options: RoadOptions & { push?: Readonly<Record<string, unknown>> } = {},
) {
  const { push, config, ...others } = options;
  const pushgateway = { staleness: 'onReplace', onDelete: 'markStale', ...push };
  const road = await startRoad({ ...others, config: { push: { pushgateway }, ...config } });
  const { collector, receiver } = road;
  const sent = async (method: 'PUT' | 'POST', body: string | Uint8Array, target = PUSH_TARGET) => {
    const { status, text } = await collector.push(body, { method, target });
    expect([status, text]).toEqual([202, '']);
  };
  let fences = 0;
  const expectMarkers = async (...series: readonly string[]) => {
    await road.pushed('fence 1\n', FENCE_TARGET);
    fences++;
    await waitUntil(() => timestampsOf(receiver, 'fence{job="fence"}').length === fences, 'the fence');
    expect(markers(receiver).map((marker) => marker.series)).toEqual(series);
    expect(await road.metric('sluice_stale_markers_total')).toBe(series.length);
  };
  const stale: StaleRoad = {
    ...road,
    put: (body, target) => sent('PUT', body, target),
    post: (body, target) => sent('POST', body, target),
    delete: (target = PUSH_TARGET) => sendHttp(collector.address, { method: 'DELETE', target }),
    expectMarkers,
  };
  return stale;
}

/** Samples of the requests that were answered with success, in order. */
export function deliveredSamples(receiver: ScriptedReceiver): readonly BitSample[] {
  return receiver.requests
    .filter(({ step: { status = 204 } }) => status < 300)
    .flatMap(({ body }) => sampleBits(body));
}

export function markers(receiver: ScriptedReceiver): readonly BitSample[] {
  return deliveredSamples(receiver).filter(({ bits }) => bits === STALE_BITS);
}

/** When the samples of a series were stamped, in order. */
export function timestampsOf(receiver: ScriptedReceiver, wanted: string): readonly number[] {
  return deliveredSamples(receiver)
    .filter(({ series }) => series === wanted)
    .map(({ timestampMs }) => timestampMs);
}
