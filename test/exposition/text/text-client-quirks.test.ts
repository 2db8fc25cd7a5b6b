// What client libraries write in the text format beyond its plain cases, and OpenMetrics that comes undeclared.
import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { FamilyType } from '../../../src/exposition/family-table.ts';
import { bodyCases } from '../body-cases.ts';
import { readBody, readFamilies, sample, withExemplar } from '../read-body.ts';

const { takes } = bodyCases();
const m = sample('m', {}, 1);

describe('the text of', () => {
  takes(
    'Java, with a comma after the last label',
    '# HELP c_total Things.\n# TYPE c_total counter\nc_total{x="y",} 1.0\nc_total{x="z",} 2.0\n# HELP c_created Things.\n# TYPE c_created gauge\nc_created{x="y",} 1.7E9\n',
    sample('c_total', { x: 'y' }, 1),
    sample('c_total', { x: 'z' }, 2),
    sample('c_created', { x: 'y' }, 1.7e9),
  );
  takes(
    'Python, with _created as gauges next to a histogram',
    '# TYPE h histogram\nh_bucket{le="1.0"} 1.0\nh_count 1.0\nh_sum 0.5\n# TYPE h_created gauge\nh_created 1.7e+09\n',
    sample('h_bucket', { le: '1' }, 1),
    sample('h_count', {}, 1),
    sample('h_sum', {}, 0.5),
    sample('h_created', {}, 1.7e9),
  );
  takes('Ruby, with TYPE before HELP', '# TYPE m gauge\n# HELP m text\nm 1.0\n', m);
  for (const [token, value] of [
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['+Infinity', Infinity],
    ['INF', Infinity],
    ['Nan', NaN],
    ['NAN', NaN],
    ['nan', NaN],
  ] as const)
    takes(`Ruby or C++, with ${token}`, `m ${token}\n`, sample('m', {}, value));
  takes(
    'prom-client, with blank lines between families',
    '# TYPE m gauge\nm 1\n\n# TYPE n gauge\nn 1\n',
    m,
    sample('n', {}, 1),
  );
});

describe('OpenMetrics as text', () => {
  takes('# EOF and # UNIT as comments', '# TYPE m gauge\n# UNIT m seconds\nm 1\n# EOF\n', m);
  takes('# EOF with lines after it', 'm 1\n# EOF\nm 1\n', m, m);
  takes(
    'exemplars',
    '# TYPE c counter\nc_total{a="b"} 1 # {trace_id="x"} 1 1700000000.123\n# EOF\n',
    withExemplar(sample('c_total', { a: 'b' }, 1), { trace_id: 'x' }, 1, 1_700_000_000_123),
  );
  test('leaves a counter with _total untyped, since its TYPE names another family', () => {
    const families = readFamilies('# TYPE c counter\nc_total 1\n');
    expect([families.name(0), families.type[0]]).toEqual(['c', FamilyType.counter]);
    expect([families.name(1), families.type[1]]).toEqual(['c_total', FamilyType.unknown]);
  });
});

describe('what prom-client writes as OpenMetrics', () => {
  for (const format of ['openMetrics', 'text'] as const)
    test(`is taken as ${format}`, async () => {
      const body = await promClientBody();
      expect(body).toMatch(/# TYPE jobs counter\n.* # \{.*\n# EOF\n$/s);
      expect(readBody(body, { format })).toMatchObject([
        {
          metric: 'jobs_total',
          labels: { kind: 'a "b"\n' },
          value: 5,
          exemplar: { labels: { trace_id: 'abc' }, value: 5 },
        },
        { metric: 'seconds_bucket', labels: { le: '0.1' }, value: 0 },
        {
          metric: 'seconds_bucket',
          labels: { le: '1' },
          value: 1,
          exemplar: { labels: { trace_id: 'def' } },
        },
        { metric: 'seconds_bucket', labels: { le: '+Inf' }, value: 1 },
        { metric: 'seconds_sum', labels: {}, value: 0.5 },
        { metric: 'seconds_count', labels: {}, value: 1 },
      ]);
    });
});

async function promClientBody(): Promise<string> {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  const jobs = new Counter({
    name: 'jobs',
    help: 'Jobs.',
    labelNames: ['kind', 'trace_id'],
    enableExemplars: true,
    registers,
  });
  const seconds = new Histogram({
    name: 'seconds',
    help: 'How long.',
    labelNames: ['trace_id'],
    buckets: [0.1, 1],
    enableExemplars: true,
    registers,
  });
  jobs.inc({ labels: { kind: 'a "b"\n' }, value: 5, exemplarLabels: { trace_id: 'abc' } });
  seconds.observe({ labels: {}, value: 0.5, exemplarLabels: { trace_id: 'def' } });
  return registry.metrics();
}
