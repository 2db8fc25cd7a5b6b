// Start timestamps of counters and histograms before the storage of the newest Prometheus, which is asked to show them: it
// stores a zero at each.
import { describe, expect } from 'vitest';
import { bodyOf, Type } from '../exposition/protobuf/family-messages.ts';
import { bitsOf, nameOf } from './support/exact-series.ts';
import { itWithNewestPrometheus } from './support/newest-prometheus.ts';
import { type NewestRoad, OPEN_METRICS, PROTOBUF, startNewestRoad } from './support/newest-road.ts';

const it = itWithNewestPrometheus();

describe('start timestamps', () => {
  const startMs = Date.now() - 45_678;
  const start = { seconds: Math.floor(startMs / 1000), nanos: (startMs % 1000) * 1e6 };
  const ZERO = { timestampMs: startMs, bits: bitsOf(0) };

  /** Waits for the series `last`, so that all others are there; returns the first sample of each by its name. */
  async function firstSamples({ prometheus, pushed, has }: NewestRoad) {
    await pushed('last 1\n');
    await has('last', [bitsOf(1)]);
    const all = await prometheus.series();
    return (name: string) => all.filter((each) => nameOf(each) === name).map(({ samples }) => samples[0]);
  }

  it('of OpenMetrics arrive with counters, histograms and summaries, and gauges have none', async () => {
    const road = await startNewestRoad('V2.0', { startZeros: true });
    const seconds = startMs / 1000;
    await road.pushed(
      `# TYPE c counter
c_total 101.13
c_created ${seconds}
# TYPE h histogram
h_bucket{le="1.0"} 1
h_bucket{le="+Inf"} 2
h_count 2
h_sum 7
h_created ${seconds}
# TYPE s summary
s_count 2
s_sum 7
s_created ${seconds}
# TYPE g gauge
g 5
# EOF
`,
      OPEN_METRICS,
    );
    const first = await firstSamples(road);
    for (const name of ['c_total', 'h_count', 'h_sum', 's_count', 's_sum'])
      expect(first(name)).toEqual([ZERO]);
    expect(first('h_bucket')).toEqual([ZERO, ZERO]);
    expect(first('g').map((sample) => sample?.bits)).toEqual([bitsOf(5)]);
  });

  it('of protobuf arrive with counters and with native histograms', async () => {
    const road = await startNewestRoad('V2.0', { startZeros: true });
    const native = {
      ...{ sample_count: 2, sample_sum: 7, schema: 0, zero_threshold: 0.001, created_timestamp: start },
      positive_span: [{ offset: 0, length: 1 }],
      positive_delta: [2],
    };
    await road.pushed(
      bodyOf(
        { name: 'c', type: Type.counter, metric: [{ counter: { value: 3, created_timestamp: start } }] },
        { name: 'h', type: Type.histogram, metric: [{ histogram: native }] },
      ),
      PROTOBUF,
    );
    expect((await firstSamples(road))('c')).toEqual([ZERO]);
    const [histogram] = (await road.prometheus.series()).filter((each) => nameOf(each) === 'h');
    expect(histogram!.histograms.map(({ timestampMs, count }) => [timestampMs, count])).toEqual([
      [startMs, '0'],
      [expect.any(Number), '2'],
    ]);
  });
});
