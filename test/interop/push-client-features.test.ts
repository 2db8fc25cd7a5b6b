// What single clients can do beyond the four metrics, against a real Sluice that sends to a real Prometheus: native
// histograms, exemplars, and the Delete() that many jobs end with.
import { describe, expect } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import type { RunningSluice } from '../support/running-sluice.ts';
import { GO, pushWithGo } from './clients/go/client.ts';
import { JAVA_PROMETHEUS_METRICS, pushWithJava } from './clients/java-prometheus-metrics/client.ts';
import { PROM_CLIENT_OPENMETRICS } from './clients/prom-client/client.ts';
import type { ClientReport, PushRun } from './clients/push-client.ts';
import { fetchApi } from './support/fetch-text.ts';
import { itWithClient } from './support/it-with-client.ts';
import { Prometheus } from './support/prometheus.ts';
import { startSluice, startSluiceWith } from './support/sluice.ts';

type Push = (run: Omit<PushRun, 'verb'>) => Promise<ClientReport>;

const OBSERVATIONS = [0.05, 0.5, 5, 50];
const DONE: ClientReport = { ok: true, error: '' };

describe('native histograms', () => {
  const arrive = (
    client: { readonly title: string; prepare(): Promise<string> },
    push: Push,
    names: readonly string[],
  ) =>
    describe(client.title, () => {
      const it = itWithClient(client);
      it('arrive with every observation in its own bucket, and without classic buckets', async () => {
        const prometheus = await Prometheus.start({ features: ['native-histograms'] });
        const sluice = await startSluice({ url: prometheus.writeUrl });
        expect(await push(runFor(sluice))).toEqual(DONE);
        expect(await sluice.stop()).toBe(0);
        const found = await storedHistograms(prometheus, `{job="job",__name__=~"${names.join('|')}"}`);
        expect(found.map(({ name }) => name).sort()).toEqual([...names].sort());
        for (const { histogram } of found) expectObservations(histogram);
        for (const name of names) expect(await prometheus.stored(`${name}_bucket`)).toEqual([]);
        expect(await prometheus.rejections()).toEqual([]);
      });
    });
  arrive(GO, (run) => pushWithGo('push-native', run), ['clients_native_seconds']);
  arrive(JAVA_PROMETHEUS_METRICS, (run) => pushWithJava('push-native', run), [
    'clients_native_seconds',
    'clients_duration_seconds',
  ]);
});

describe('a histogram of Java that is both classic and native', () => {
  const it = itWithClient(JAVA_PROMETHEUS_METRICS);
  const storedWith = async (settings: Readonly<Record<string, unknown>>) => {
    const prometheus = await Prometheus.start({ features: ['native-histograms'] });
    const sluice = await startSluice({ url: prometheus.writeUrl, ...settings });
    expect(await pushWithJava('push-native', runFor(sluice))).toEqual(DONE);
    expect(await sluice.stop()).toBe(0);
    const native = await storedHistograms(prometheus, 'clients_duration_seconds');
    const classic = await prometheus.stored('clients_duration_seconds_bucket');
    expect(await prometheus.rejections()).toEqual([]);
    return { native, bounds: classic.map(({ labels }) => labels.le ?? '').sort() };
  };

  it('arrives as both if sendClassicHistograms says so', async () => {
    const { native, bounds } = await storedWith({ sendClassicHistograms: true });
    expect(native).toHaveLength(1);
    expectObservations(native[0]?.histogram);
    expect(bounds).toEqual(['+Inf', '0.1', '1', '10']);
  });

  it('arrives as a classic one if sendNativeHistograms is off', async () => {
    const { native, bounds } = await storedWith({ sendNativeHistograms: false });
    expect(native).toEqual([]);
    expect(bounds).toEqual(['+Inf', '0.1', '1', '10']);
  });
});

describe('exemplars', () => {
  const arrive = (name: string, client: { prepare(): Promise<string> }, push: Push) =>
    describe(name, () => {
      const it = itWithClient(client);
      it('arrive with their labels and value', async () => {
        const prometheus = await Prometheus.start({ features: ['exemplar-storage'] });
        const sluice = await startSluice({ url: prometheus.writeUrl });
        expect(await push(runFor(sluice))).toEqual(DONE);
        expect(await sluice.stop()).toBe(0);
        expect(await storedExemplars(prometheus, 'clients_requests_total')).toEqual([
          { labels: { trace_id: '4bf92f3577b34da6' }, value: '3' },
        ]);
      });
    });
  arrive('Go client_golang, protobuf', GO, (run) => pushWithGo('push-exemplar', run));
  arrive('Go client_golang, OpenMetrics', GO, (run) => pushWithGo('push-openmetrics', run));
  arrive(PROM_CLIENT_OPENMETRICS.title, PROM_CLIENT_OPENMETRICS, (run) =>
    PROM_CLIENT_OPENMETRICS.push({ ...run, verb: 'push' }),
  );
});

describe('Delete() of Go client_golang', () => {
  const it = itWithClient(GO);
  const withSetting = async (settings: Readonly<Record<string, unknown>>) => {
    const receiver = await startReceiver();
    const sluice = await startSluiceWith([{ name: 'real', url: receiver.url() }], {}, settings);
    const report = await pushWithGo('delete', runFor(sluice));
    expect(await sluice.stop()).toBe(0);
    expect(receiver.delivered).toEqual([]);
    return report;
  };

  it('fails with the reason, since Sluice keeps nothing', async () => {
    const { ok, error } = await withSetting({});
    expect(ok).toBe(false);
    expect(error).toContain('unexpected status code 405');
    expect(error).toContain('keeps nothing, so there is nothing to delete');
  });

  it('succeeds if onDelete is ignore', async () => {
    expect(await withSetting({ onDelete: 'ignore' })).toEqual(DONE);
  });
});

interface StoredHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets: readonly (readonly [boundaries: number, lower: string, upper: string, count: string])[];
}

function runFor(sluice: RunningSluice): Omit<PushRun, 'verb'> {
  return { baseUrl: `http://${sluice.address}/pushgateway`, job: 'job', grouping: { instance: 'i1' } };
}

async function storedHistograms(prometheus: Prometheus, selector: string) {
  interface Answer {
    result: { metric: Record<string, string>; histogram?: [number, StoredHistogram] }[];
  }
  const url = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(selector)}`;
  const { result } = await fetchApi<Answer>(url);
  return result.map(({ metric, histogram }) => ({ name: metric.__name__ ?? '', histogram: histogram?.[1] }));
}

/** Each bucket is narrow, and holds one of the observations. */
function expectObservations(histogram: StoredHistogram | undefined): void {
  expect(histogram).toMatchObject({ count: '4', sum: '55.55' });
  const buckets = histogram?.buckets ?? [];
  expect(buckets).toHaveLength(OBSERVATIONS.length);
  for (const [i, [, lower, upper, count]] of buckets.entries()) {
    expect(Number(lower)).toBeLessThanOrEqual(OBSERVATIONS[i]!);
    expect(Number(upper)).toBeGreaterThanOrEqual(OBSERVATIONS[i]!);
    expect(Number(upper) / Number(lower)).toBeLessThan(1.2);
    expect(count).toBe('1');
  }
}

async function storedExemplars(prometheus: Prometheus, query: string) {
  type Answer = { exemplars: { labels: Record<string, string>; value: string }[] }[];
  const seconds = Date.now() / 1000;
  const range = `start=${seconds - 600}&end=${seconds + 60}`;
  const found = await fetchApi<Answer>(`${prometheus.url}/api/v1/query_exemplars?query=${query}&${range}`);
  return found.flatMap(({ exemplars }) => exemplars.map(({ labels, value }) => ({ labels, value })));
}
