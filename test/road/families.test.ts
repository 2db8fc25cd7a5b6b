// Families become series: exact values, canonical bucket labels, one time for all.
import { expect, test } from 'vitest';
import { startRoad } from '../support/road-setup.ts';

const FAMILIES = `# HELP h A histogram.
# TYPE h histogram
h_bucket{le="1.0"} 1
h_bucket{le="2"} 2
h_bucket{le="+Inf"} 2
h_sum 3
h_count 2
# TYPE s summary
s{quantile="0.50"} 1
s{quantile="0.9"} 2
s{quantile="0.99"} 3
s_sum 6
s_count 3
# TYPE c_total counter
c_total 7
# TYPE g gauge
g -8
# TYPE u untyped
u 9
plain{le="1.0",quantile="0.50"} 10
`;

const SERIES = [
  'h_bucket{job="j",le="1"} 1',
  'h_bucket{job="j",le="2"} 2',
  'h_bucket{job="j",le="+Inf"} 2',
  'h_sum{job="j"} 3',
  'h_count{job="j"} 2',
  's{job="j",quantile="0.5"} 1',
  's{job="j",quantile="0.9"} 2',
  's{job="j",quantile="0.99"} 3',
  's_sum{job="j"} 6',
  's_count{job="j"} 3',
  'c_total{job="j"} 7',
  'g{job="j"} -8',
  'u{job="j"} 9',
  'plain{job="j",le="1.0",quantile="0.50"} 10',
];

test('every part of every family arrives with its value, and all with one timestamp', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  await pushed(FAMILIES, '/pushgateway/metrics/job/j');
  expect(await delivered(SERIES.length)).toEqual(SERIES);
  const times = receiver.delivered.flatMap(({ samples }) => samples.map(({ timestampMs }) => timestampMs));
  expect(new Set(times).size).toBe(1);
});

test.each([
  ['openmetrics', '1.0', '2.0', '0.5'],
  ['verbatim', '1.0', '2', '0.50'],
])('bucketLabels: %s writes le and quantile its own way', async (bucketLabels, one, two, median) => {
  const { pushed, delivered } = await startRoad({ config: { push: { pushgateway: { bucketLabels } } } });
  await pushed(FAMILIES, '/pushgateway/metrics/job/j');
  const lines = await delivered(SERIES.length);
  expect(lines.slice(0, 3)).toEqual([
    `h_bucket{job="j",le="${one}"} 1`,
    `h_bucket{job="j",le="${two}"} 2`,
    'h_bucket{job="j",le="+Inf"} 2',
  ]);
  expect(lines[5]).toBe(`s{job="j",quantile="${median}"} 1`);
});

test('a missing +Inf bucket is made from the count, for every label set', async () => {
  const { receiver, pushed, delivered } = await startRoad();
  const body = [
    '# TYPE h histogram',
    'h_bucket{a="1",le="1"} 1',
    'h_sum{a="1"} 3',
    'h_count{a="1"} 1e9',
    'h_sum{a="2"} 0',
    'h_count{a="2"} 0',
    '',
  ].join('\n');
  await pushed(body, '/pushgateway/metrics/job/j');
  expect([...(await delivered(7))].sort()).toEqual([
    'h_bucket{a="1",job="j",le="+Inf"} 1000000000',
    'h_bucket{a="1",job="j",le="1"} 1',
    'h_bucket{a="2",job="j",le="+Inf"} 0',
    'h_count{a="1",job="j"} 1000000000',
    'h_count{a="2",job="j"} 0',
    'h_sum{a="1",job="j"} 3',
    'h_sum{a="2",job="j"} 0',
  ]);
  const times = receiver.delivered.flatMap(({ samples }) => samples.map(({ timestampMs }) => timestampMs));
  expect(new Set(times).size).toBe(1);
});
