// Sluice before the storage of the newest Prometheus, by remote write 2.0: what it has beyond 1.0, and the way back to 1.0.
import { describe, expect } from 'vitest';
import { bodyOf, Type } from '../exposition/protobuf/family-messages.ts';
import { metricValue } from '../support/metric-value.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { bitsOf, type ExactSeries, nameOf } from './support/exact-series.ts';
import { itWithNewestPrometheus } from './support/newest-prometheus.ts';
import { OPEN_METRICS, PROTOBUF, startNewestRoad } from './support/newest-road.ts';

const it = itWithNewestPrometheus();
const VERSION_2 = {
  contentType: 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  version: '2.0.0',
};
const VERSION_1 = { contentType: 'application/x-protobuf', version: '0.1.0' };

describe('a sample that is too late', () => {
  it('is counted as the one of 201 that was not written, and nothing is sent twice', async () => {
    const { prometheus, sluice, pushed, arrived } = await startNewestRoad('V2.0');
    await pushed('first 1\n');
    await arrived(1);
    const good = Array.from({ length: 200 }, (_, i) => `many{i="${i}"} ${i}\n`);
    await pushed(`too_late 1 1000\n${good.join('')}`);
    await arrived(201);
    await pushed('last 1\n');
    await arrived(202);
    const requests = await prometheus.requests();
    expect(requests.map(({ status, samples }) => [status, samples])).toEqual([
      [204, '1'],
      [400, '200'],
      [204, '1'],
    ]);
    const counted = async (series: string) => metricValue(await sluice.metrics(), series);
    await waitForValue(
      () => counted('sluice_samples_sent_total{backend="real"}'),
      (sent) => sent === 202,
      'the last answer',
    );
    expect(await counted('sluice_samples_dropped_total{backend="real",reason="status_400"}')).toBe(1);
    expect(sluice.command.stdout).toContain('out of bounds');
  });
});

describe('an exemplar that is too late', () => {
  it('takes no sample with it, and nothing is sent twice', async () => {
    const { prometheus, sluice, pushed, has } = await startNewestRoad('V2.0');
    const withExemplar = (value: number, seconds: number) =>
      `# TYPE c counter\nc_total ${value} # {trace_id="t${value}"} 1 ${seconds}\n# EOF\n`;
    await pushed(withExemplar(1, 1_700_000_002), OPEN_METRICS);
    await has('c_total', [bitsOf(1)]);
    await pushed(withExemplar(2, 1_700_000_001), OPEN_METRICS);
    await has('c_total', [1, 2].map(bitsOf));
    await pushed('last 1\n');
    await has('last', [bitsOf(1)]);
    expect((await prometheus.requests()).map(({ status, samples }) => [status, samples])).toEqual([
      [204, '1'],
      [400, '1'],
      [204, '1'],
    ]);
    const metrics = await sluice.metrics();
    expect(metrics).not.toMatch(/^sluice_samples_dropped_total\{.*\} [^0]/m);
    expect(metricValue(metrics, 'sluice_exemplars_rejected_total{backend="real"}')).toBe(1);
    expect(await sluice.stop()).toBe(0);
  });
});

describe('an exemplar of a native histogram', () => {
  it('arrives with the first push of its series', async () => {
    const timestampMs = Date.now() - 1000;
    const exemplar = { label: [{ name: 'trace_id', value: 't' }], value: 0.7 };
    const histogram = {
      ...{ sample_count: 2, sample_sum: 7, schema: 0, zero_threshold: 0.001 },
      positive_span: [{ offset: 0, length: 1 }],
      positive_delta: [2],
      exemplars: [{ ...exemplar, timestamp: { seconds: Math.floor(timestampMs / 1000) } }],
    };
    const { pushed, arrived } = await startNewestRoad('V2.0');
    await pushed(bodyOf({ name: 'h', type: Type.histogram, metric: [{ histogram }] }), PROTOBUF);
    const [series] = await arrived(1);
    expect(series?.histograms).toHaveLength(1);
    expect(series?.exemplars).toEqual([
      {
        labels: { trace_id: 't' },
        bits: bitsOf(0.7),
        timestampMs: Math.floor(timestampMs / 1000) * 1000,
      },
    ]);
  });
});

describe('metadata', () => {
  const BODY = `# TYPE copied_bytes counter
# UNIT copied_bytes bytes
# HELP copied_bytes Bytes \\\\ copied.\\nAll of them.
copied_bytes_total 1
# TYPE temperature gauge
# HELP temperature Now.
temperature 3
# TYPE took_seconds histogram
# UNIT took_seconds seconds
took_seconds_bucket{le="1.0"} 1
took_seconds_bucket{le="+Inf"} 2
took_seconds_count 2
took_seconds_sum 7
# TYPE size summary
size{quantile="0.5"} 1
size_sum 2
size_count 2
# TYPE build info
build_info{version="1"} 1
other 1
# EOF
`;
  const EXPECTED = {
    copied_bytes_total: { type: 'counter', help: 'Bytes \\ copied.\nAll of them.', unit: 'bytes' },
    temperature: { type: 'gauge', help: 'Now.', unit: '' },
    took_seconds_bucket: { type: 'histogram', help: '', unit: 'seconds' },
    took_seconds_count: { type: 'histogram', help: '', unit: 'seconds' },
    took_seconds_sum: { type: 'histogram', help: '', unit: 'seconds' },
    size: { type: 'summary', help: '', unit: '' },
    size_sum: { type: 'summary', help: '', unit: '' },
    size_count: { type: 'summary', help: '', unit: '' },
    build_info: { type: 'info', help: '', unit: '' },
    other: { type: 'unknown', help: '', unit: '' },
  };
  const metadataOf = (series: readonly ExactSeries[]) =>
    Object.fromEntries(series.map((each) => [nameOf(each), each.metadata]));

  it('is with every series, of every family, also of later pushes and of other groups', async () => {
    const { prometheus, pushed, arrived } = await startNewestRoad('V2.0');
    await pushed(BODY, OPEN_METRICS);
    expect(metadataOf(await arrived(11))).toEqual(EXPECTED);
    for (let round = 0; round < 3; round++) await pushed(BODY, OPEN_METRICS);
    for (let job = 0; job < 8; job++) await pushed(BODY, OPEN_METRICS, `job/other_${job}`);
    const all = await arrived(9 * 11);
    for (let job = 0; job < 8; job++)
      expect(metadataOf(all.filter(({ labels }) => labels.job === `other_${job}`))).toEqual(EXPECTED);
    await pushed('last 1\n');
    await arrived(9 * 11 + 1);
    const first = (await prometheus.series()).filter(({ labels }) => labels.job === 'exact');
    expect(metadataOf(first)).toMatchObject(EXPECTED);
  });
});

describe('a receiver of 1.0 only', () => {
  it('gets what it refused with 415 at once as 1.0, and from then on only that', async () => {
    const { prometheus, sluice, pushed, arrived } = await startNewestRoad('V2.0', { accept: 'v1' });
    await pushed('a 1\n');
    await arrived(1);
    await pushed('b 2\n');
    await pushed('c 3\n', undefined, 'job/other');
    await arrived(3);
    const [first, ...others] = await prometheus.requests();
    expect(first).toMatchObject({ ...VERSION_2, status: 415 });
    for (const request of others) expect(request).toMatchObject({ ...VERSION_1, status: 204 });
    expect(others.map(({ attempt }) => attempt)).toEqual(others.map(() => ''));
    const fallbacks = sluice.logs().filter(({ event }) => event === 'messageVersionFellBack');
    expect(fallbacks).toHaveLength(1);
  });

  it('gets nothing if messageVersionFallback is off, and the log says why', async () => {
    const { prometheus, sluice, pushed } = await startNewestRoad('V2.0', {
      accept: 'v1',
      backend: { messageVersionFallback: false },
    });
    await pushed('a 1\n');
    const { reason, samples } = await sluice.logged('blockDropped');
    expect({ reason, samples }).toEqual({ reason: 'status_415', samples: 1 });
    expect(await prometheus.series()).toEqual([]);
    expect(await prometheus.requests()).toMatchObject([{ ...VERSION_2, status: 415 }]);
  });
});

describe('every request', () => {
  it('has the headers of 2.0 and is answered with how much was written', async () => {
    const { prometheus, pushed, arrived } = await startNewestRoad('V2.0', { accept: 'v2' });
    await pushed('# TYPE c counter\nc_total 1 # {trace_id="t"} 1\n# EOF\n', OPEN_METRICS);
    await arrived(1);
    const written = { status: 204, samples: '1', histograms: '0', exemplars: '1' };
    expect(await prometheus.requests()).toEqual([{ ...VERSION_2, attempt: '', ...written }]);
  });
});
