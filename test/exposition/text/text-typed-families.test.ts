// Histogram and summary families: which samples belong to them, and how `le` and `quantile` are written.
import { describe, expect, test } from 'vitest';
import { Role } from '../../../src/exposition/family-table.ts';
import { bodyCases } from '../body-cases.ts';
import { readFamilies, sample } from '../read-body.ts';

const { refuses, takes } = bodyCases();

describe('a value of le and quantile', () => {
  const number = (name: string, found: string) =>
    `expected a number as value of label "${name}", found ${JSON.stringify(found)}`;
  for (const bad of ['0x1', '1_0', '', ' 1', '1 ', 'x', '1e400', '+NaN', '１']) {
    refuses(`le="${bad}" of a bucket`, `# TYPE h histogram\nh_bucket{le="${bad}"} 1\n`, 2, number('le', bad));
    refuses(
      `le="${bad}" of a gauge histogram`,
      `# TYPE h gaugehistogram\nh_bucket{le="${bad}"} 1\n`,
      2,
      number('le', bad),
    );
    refuses(`quantile="${bad}"`, `# TYPE s summary\ns{quantile="${bad}"} 1\n`, 2, number('quantile', bad));
  }
  refuses('a bad le of a _sum', '# TYPE h histogram\nh_sum{le="x"} 1\n', 2, number('le', 'x'));
  refuses(
    'a bad le in a later line',
    '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="x"} 1\n',
    3,
    number('le', 'x'),
  );
  refuses(
    'a bad le of the untyped line before',
    '# TYPE h histogram\nm{le="x"} 1\nh_bucket{le="x"} 1\n',
    3,
    number('le', 'x'),
  );
  takes('a bad le of a summary', '# TYPE s summary\ns{le="x"} 1\n', sample('s', { le: 'x' }, 1));
  takes(
    'a bad quantile of a histogram',
    '# TYPE h histogram\nh_sum{quantile="x"} 1\n',
    sample('h_sum', { quantile: 'x' }, 1),
  );
  takes(
    '_bucket of a summary as it is',
    '# TYPE s summary\ns_bucket{le="x"} 1\n',
    sample('s_bucket', { le: 'x' }, 1),
  );
  takes('a bucket without le', '# TYPE h histogram\nh_bucket 1\n', sample('h_bucket', {}, 1));
});

describe('the style of le and quantile', () => {
  const body = (label: string) => `# TYPE h histogram\nh_bucket{${label}} 1\n`;
  const renders = (style: 'canonical' | 'openmetrics' | 'verbatim', pushed: string, written: string) =>
    bodyCases({ bucketLabels: style }).takes(
      `${pushed} and writes ${written} (${style})`,
      body(`le="${pushed}"`),
      sample('h_bucket', { le: written }, 1),
    );
  renders('canonical', '1.0', '1');
  renders('canonical', '0.10', '0.1');
  renders('canonical', '1000000', '1e+06');
  renders('canonical', '0.00001', '1e-05');
  renders('canonical', 'inf', '+Inf');
  renders('canonical', 'NaN', 'NaN');
  renders('openmetrics', '1', '1.0');
  renders('openmetrics', '1e6', '1e+06');
  renders('openmetrics', '0.5', '0.5');
  renders('openmetrics', 'Inf', '+Inf');
  renders('verbatim', '1.0', '1.0');
  renders('verbatim', '01e0', '01e0');
  renders('verbatim', 'INF', '+Inf');
  takes(
    'each line in its own style',
    '# TYPE h histogram\nh_bucket{le="1.0",a="x"} 1\nh_bucket{le="1.0",a="x"} 2\nh_bucket{le="2",a="x"} 3\nm{le="1.0",a="x"} 4\n',
    ...(['1', '1', '2'] as const).map((le, i) => sample('h_bucket', { a: 'x', le }, i + 1)),
    sample('m', { a: 'x', le: '1.0' }, 4),
  );
  takes(
    'le in its place',
    '# TYPE h histogram\nh_bucket{a="x",le="1.0"} 1\nh_bucket{le="1.0",a="x"} 2\n',
    sample('h_bucket', { a: 'x', le: '1' }, 1),
    sample('h_bucket', { a: 'x', le: '1' }, 2),
  );
  takes(
    'an escaped value',
    '# TYPE h histogram\nh_bucket{le="1.0",a="\\n"} 1\n',
    sample('h_bucket', { a: '\n', le: '1' }, 1),
  );
  takes(
    'summaries',
    '# TYPE s summary\ns{quantile="0.50"} 1\ns{quantile="1e-1"} 2\n',
    sample('s', { quantile: '0.5' }, 1),
    sample('s', { quantile: '0.1' }, 2),
  );
});

describe('the parts of a family', () => {
  /** Checks the samples' families and roles, by the order in which their names came. */
  function belongs(
    what: string,
    body: string,
    ...expected: readonly (readonly [name: string, owner: string, role: number])[]
  ): void {
    test(`counts ${what}`, () => {
      const families = readFamilies(body);
      const found = Array.from({ length: families.count }, (_, i) => [
        families.name(i),
        families.name(families.owner[i]!),
        families.role[i],
      ]);
      expect(found).toEqual(expected);
    });
  }
  const lines = (...names: string[]) => names.map((name) => `${name} 1\n`).join('');
  belongs(
    'bucket, sum and count to a histogram',
    `# TYPE h histogram\n${lines('h_bucket', 'h_sum', 'h_count')}`,
    ['h', 'h', Role.own],
    ['h_bucket', 'h', Role.bucket],
    ['h_sum', 'h', Role.sum],
    ['h_count', 'h', Role.count],
  );
  belongs(
    'the same to a gauge histogram',
    `# TYPE h gauge_histogram\n${lines('h_count', 'h_bucket')}`,
    ['h', 'h', Role.own],
    ['h_count', 'h', Role.count],
    ['h_bucket', 'h', Role.bucket],
  );
  belongs(
    'sum and count to a summary, no bucket',
    `# TYPE s summary\n${lines('s', 's_sum', 's_count', 's_bucket')}`,
    ['s', 's', Role.own],
    ['s_sum', 's', Role.sum],
    ['s_count', 's', Role.count],
    ['s_bucket', 's_bucket', Role.own],
  );
  belongs(
    'other suffixes to nothing',
    `# TYPE h histogram\n${lines('h_total', 'h_created', 'h_gcount', 'h_gsum', 'hh_sum')}`,
    ['h', 'h', Role.own],
    ...['h_total', 'h_created', 'h_gcount', 'h_gsum', 'hh_sum'].map(
      (name) => [name, name, Role.own] as const,
    ),
  );
  belongs(
    'suffixes of untyped families to nothing',
    `# TYPE m gauge\n${lines('m_sum', 'm_count')}`,
    ['m', 'm', Role.own],
    ['m_sum', 'm_sum', Role.own],
    ['m_count', 'm_count', Role.own],
  );
  belongs(
    'a part of a part to nothing',
    `# TYPE h histogram\n${lines('h_sum', 'h_sum_count')}`,
    ['h', 'h', Role.own],
    ['h_sum', 'h', Role.sum],
    ['h_sum_count', 'h_sum_count', Role.own],
  );
});

describe('a suffix collision', () => {
  const collides = (what: string, body: string, line: number, name: string) =>
    refuses(
      what,
      body,
      line,
      `expected TYPE of a family before all of its samples, found "${name}" before it`,
    );
  collides(
    'x_count before the TYPE of histogram x',
    'x_count 1\n# TYPE x histogram\nx_sum 1\n',
    1,
    'x_count',
  );
  collides('x_bucket before it', 'x_bucket 1\n# TYPE x histogram\nx_sum 1\n', 1, 'x_bucket');
  collides(
    'x_sum before the TYPE of summary x',
    'x_sum 1\n# TYPE x summary\nx{quantile="1"} 1\n',
    1,
    'x_sum',
  );
  collides('a typed x_sum', '# TYPE x_sum gauge\n# TYPE x summary\nx 1\nx_sum 1\n', 4, 'x_sum');
  takes(
    'x_bucket before the TYPE of summary x',
    'x_bucket 1\n# TYPE x summary\nx 1\n',
    sample('x_bucket', {}, 1),
    sample('x', {}, 1),
  );
  takes(
    'x_sum before the TYPE of a family without samples',
    'x_sum 1\n# TYPE x summary\n',
    sample('x_sum', {}, 1),
  );
  takes('only HELP before it', '# HELP x_sum t\n# TYPE x summary\nx 1\n', sample('x', {}, 1));
  takes('x_sum next to an untyped x', 'x_sum 1\nx 1\n', sample('x_sum', {}, 1), sample('x', {}, 1));
});
