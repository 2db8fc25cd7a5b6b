// Sluice before the newest Prometheus, with one of the two messages, and what came through as texts that are exact.
import { expect } from 'vitest';
import type { RunningSluice } from '../../support/running-sluice.ts';
import { waitForValue } from '../../support/wait-for-value.ts';
import type { EssentialPush } from './essential-pushes.ts';
import { type Bits, bitsOf, type ExactSeries, exactText, nameOf } from './exact-series.ts';
import { NewestPrometheus, type NewestPrometheusOptions } from './newest-prometheus.ts';
import { type BackendSettings, startSluiceWith } from './sluice.ts';

export type MessageVersion = 'V1.0' | 'V2.0';

export const TEXT = 'text/plain';
export const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';
export const PROTOBUF =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

export const EXEMPLAR_MS = 1_700_000_000_123;
/** Three exemplars, of which the last has no timestamp. */
export const EXEMPLARS_BODY = `# TYPE copied counter
copied_total 3 # {trace_id="a1",span_id="ü"} 0.67 1700000000.123
# TYPE took_seconds histogram
took_seconds_bucket{le="1.0"} 1 # {} 0.5 1700000000.123
took_seconds_bucket{le="+Inf"} 2 # {trace_id="c3"} 1e9
took_seconds_count 2
took_seconds_sum 1000000000.5
# EOF
`;

export interface NewestRoadOptions extends NewestPrometheusOptions {
  /** Further settings of the backend. */
  readonly backend?: Omit<BackendSettings, 'url'>;
  /** Settings of `push.pushgateway`. */
  readonly pushgateway?: Readonly<Record<string, unknown>>;
}

export interface NewestRoad {
  readonly prometheus: NewestPrometheus;
  readonly sluice: RunningSluice;
  /** Pushes the body to a group such as `job/backup` and expects it to be taken. */
  pushed(body: string | Uint8Array, contentType?: string, group?: string): Promise<void>;
  /** Waits until so many series are stored; returns all. */
  arrived(count: number): Promise<readonly ExactSeries[]>;
  /** Waits until a series of this name has just these samples; returns it. */
  has(name: string, bits: readonly Bits[]): Promise<ExactSeries>;
}

export async function startNewestRoad(
  messageVersion: MessageVersion,
  { backend, pushgateway, ...options }: NewestRoadOptions = {},
): Promise<NewestRoad> {
  const prometheus = await NewestPrometheus.start(options);
  // The default is left unsaid, as users leave it.
  const version = messageVersion === 'V1.0' ? {} : { messageVersion };
  const sluice = await startSluiceWith(
    [{ name: 'real', url: prometheus.writeUrl, ...version, ...backend }],
    {},
    pushgateway,
  );
  const pushed = async (body: string | Uint8Array, contentType = TEXT, group = 'job/exact') => {
    const target = `/pushgateway/metrics/${group}`;
    const { status, text } = await sluice.push(body, { target, headers: { 'content-type': contentType } });
    expect([status, text]).toEqual([202, '']);
  };
  const arrived = (count: number) =>
    waitForValue(
      () => prometheus.series(),
      ({ length }) => length >= count,
      `${count} stored series`,
    );
  const has = async (name: string, bits: readonly Bits[]) => {
    const found = await waitForValue(
      async () => (await prometheus.series()).filter((series) => nameOf(series) === name),
      ([series]) => series?.samples.map((sample) => sample.bits).join() === bits.join(),
      `${name} with ${bits}`,
    );
    return found[0]!;
  };
  return { prometheus, sluice, pushed, arrived, has };
}

/** The texts of series with all their values, in an order of their own. */
export function textsOf(series: readonly ExactSeries[]): readonly string[] {
  return series.map(({ labels, samples }) => exactText(labels, ...samples.map(({ bits }) => bits))).sort();
}

export function expectedTexts(pushes: readonly EssentialPush[]): readonly string[] {
  const series = pushes.flatMap((push) => push.series);
  return series.map(({ labels, value }) => exactText(labels, bitsOf(value))).sort();
}
