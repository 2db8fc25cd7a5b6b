// Sluice before the storage of the newest Prometheus, by remote write 1.0 and 2.0: what is pushed is stored bit for bit.
import { describe, expect } from 'vitest';
import { SeededRandom } from '../support/seeded-random.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { HISTOGRAM_FAMILIES, nativeHistogramBody } from './corpus/native-histograms.ts';
import { FAMILIES, GROUPING } from './support/essential-pushes.ts';
import { type Bits, bitsOf, type ExactSeries, nameOf } from './support/exact-series.ts';
import { itWithNewestPrometheus } from './support/newest-prometheus.ts';
import {
  EXEMPLAR_MS,
  EXEMPLARS_BODY,
  expectedTexts,
  type MessageVersion,
  OPEN_METRICS,
  PROTOBUF,
  startNewestRoad,
  textsOf,
} from './support/newest-road.ts';

const it = itWithNewestPrometheus();
const ORDINARY_NAN: Bits = '7ff8000000000001';
const VERSIONS: readonly MessageVersion[] = ['V1.0', 'V2.0'];

describe('a receiver of 2.0 only', () => {
  it('gets nothing by 1.0, and the log says why', async () => {
    const { prometheus, sluice, pushed } = await startNewestRoad('V1.0', { accept: 'v2' });
    await pushed('a 1\n');
    const { reason, samples } = await sluice.logged('blockDropped');
    expect({ reason, samples }).toEqual({ reason: 'status_415', samples: 1 });
    expect(await prometheus.series()).toEqual([]);
    expect(await prometheus.requests()).toMatchObject([
      { contentType: 'application/x-protobuf', status: 415 },
    ]);
  });
});

describe.each(VERSIONS)('with messageVersion %s', (messageVersion) => {
  const start = (options = {}) => startNewestRoad(messageVersion, options);

  it('one sample that is too late takes none of the other 200 with it, and the next push arrives', async () => {
    const { sluice, pushed, arrived } = await start();
    await pushed('first 1\n');
    await arrived(1);
    const good = Array.from({ length: 200 }, (_, i) => `many{i="${i}"} ${i}\n`);
    await pushed([...good.slice(0, 77), 'too_late 1 1000\n', ...good.slice(77)].join(''));
    await pushed('last 1\n');
    const stored = await arrived(202);
    expect(stored.map(nameOf)).not.toContain('too_late');
    const many = stored.filter((series) => nameOf(series) === 'many');
    expect(many.map(onlyBits).sort()).toEqual(good.map((_, i) => bitsOf(i)).sort());
    expect(await sluice.stop()).toBe(0);
  });

  it('all families and labels arrive exactly', async () => {
    const { prometheus, sluice, pushed, arrived } = await start();
    const pushes = [FAMILIES, GROUPING];
    for (const { body, group } of pushes) await pushed(body, 'text/plain; version=0.0.4', group);
    const expected = expectedTexts(pushes);
    expect(textsOf(await arrived(expected.length))).toEqual(expected);
    expect(await sluice.stop()).toBe(0);
    const requests = await prometheus.requests();
    expect(new Set(requests.map(({ status }) => status))).toEqual(new Set([204]));
  });

  it('values arrive bit for bit, and with the timestamp of the body', async () => {
    const { pushed, arrived } = await start();
    const timestampMs = Date.now() - 60_123;
    const random = new SeededRandom(4043);
    const doubles = Array.from({ length: 300 }, () => random.double());
    const values = [0, -0, 5e-324, 2 ** -1022, Number.MAX_VALUE, -Infinity, Infinity, 0.1 + 0.2, ...doubles];
    const texts = [...values.map(valueText), 'NaN', '9007199254740993'];
    const bits = [...values.map(ordinaryBits), ORDINARY_NAN, bitsOf(2 ** 53)];
    await pushed(texts.map((text, i) => `exact{i="${i}"} ${text} ${timestampMs}\n`).join(''));
    const stored = await arrived(texts.length);
    const byNumber = stored.toSorted((a, b) => Number(a.labels.i) - Number(b.labels.i));
    expect(byNumber.map(({ samples }) => samples)).toEqual(bits.map((each) => [{ timestampMs, bits: each }]));
  });

  it('a series pushed again and again keeps every value, in order', async () => {
    const { pushed, has } = await start();
    for (let value = 0; value < 50; value++) await pushed(`again ${value}\n`);
    await has(
      'again',
      Array.from({ length: 50 }, (_, i) => bitsOf(i)),
    );
  });

  it('a sample within the out-of-order window is stored in its place', async () => {
    const { pushed, has } = await start({ outOfOrderWindow: '10m' });
    const timestampMs = Date.now() - 300_000;
    await pushed('late 2\n');
    await has('late', [bitsOf(2)]);
    await pushed(`late 1 ${timestampMs}\n`);
    const { samples } = await has('late', [1, 2].map(bitsOf));
    expect(samples[0]!.timestampMs).toBe(timestampMs);
  });

  it('native histograms arrive with every bucket, whole and float, counter and gauge', async () => {
    const { pushed, arrived } = await start();
    const timestampMs = Date.now() - 1234;
    await pushed(nativeHistogramBody(timestampMs), PROTOBUF);
    const stored = await arrived(HISTOGRAM_FAMILIES.length);
    const found = Object.fromEntries(stored.map((series) => [nameOf(series), series.histograms]));
    expect(found).toEqual(
      Object.fromEntries(HISTOGRAM_FAMILIES.map(({ name, stored }) => [name, [{ timestampMs, ...stored }]])),
    );
    expect(stored.flatMap(({ samples }) => samples)).toEqual([]);
  });

  it('exemplars arrive with their series, labels, value and time', async () => {
    const { prometheus, pushed } = await start();
    await pushed(EXEMPLARS_BODY, OPEN_METRICS);
    const all = await waitForValue(
      () => prometheus.series(),
      (series) => series.flatMap(({ exemplars }) => exemplars).length === 3,
      'the exemplars',
    );
    const own = (name: string, le?: string) =>
      all.find(({ labels }) => labels.__name__ === name && labels.le === le);
    expect(own('copied_total')?.exemplars).toEqual([
      { labels: { trace_id: 'a1', span_id: 'ü' }, bits: bitsOf(0.67), timestampMs: EXEMPLAR_MS },
    ]);
    const bucket = own('took_seconds_bucket', '1');
    expect(bucket?.exemplars).toEqual([{ labels: {}, bits: bitsOf(0.5), timestampMs: EXEMPLAR_MS }]);
    const last = own('took_seconds_bucket', '+Inf');
    // Without its own time it has that of its sample.
    const { timestampMs } = last!.samples[0]!;
    expect(last?.exemplars).toEqual([{ labels: { trace_id: 'c3' }, bits: bitsOf(1e9), timestampMs }]);
  });
});

function onlyBits({ samples }: ExactSeries): Bits {
  expect(samples).toHaveLength(1);
  return samples[0]!.bits;
}

/** As the exposition writes it; JavaScript's digits read back as the same double. */
function valueText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return String(value).replace('Infinity', 'Inf');
}

/** Every NaN of a body is the ordinary one. */
function ordinaryBits(value: number): Bits {
  return Number.isNaN(value) ? ORDINARY_NAN : bitsOf(value);
}
