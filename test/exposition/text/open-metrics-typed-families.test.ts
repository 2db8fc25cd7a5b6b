// What the type of an OpenMetrics family makes of its samples: family, part, and the text of `le` and `quantile`.
import { describe, expect, test } from 'vitest';
import { FamilyType, Role } from '../../../src/exposition/family-table.ts';
import { bodyCases } from '../body-cases.ts';
import { readFamilies, sample } from '../read-body.ts';

const FORMAT = { format: 'openMetrics', requiresEof: false } as const;
const { refuses, takes } = bodyCases(FORMAT);

const SUFFIXES = ['', '_total', '_created', '_bucket', '_count', '_sum', '_gcount', '_gsum', '_info'];

describe('the samples of a family', () => {
  const owns = (type: string, parts: Readonly<Record<string, number>>) =>
    test(`of type ${type} are ${Object.keys(parts).map((part) => `x${part}`)}`, () => {
      for (const suffix of SUFFIXES) {
        const families = readFamilies(`# TYPE x ${type}\nx${suffix} 1\n`, FORMAT);
        const owned = parts[suffix];
        const expected = owned === undefined ? ['x', `x${suffix}`] : ['x', 'x'];
        const entry = families.count - 1;
        expect([suffix, families.name(0), families.name(families.owner[entry]!)]).toEqual([
          suffix,
          ...expected,
        ]);
        expect([suffix, families.role[entry]]).toEqual([suffix, owned ?? Role.own]);
        expect(families.type[families.owner[entry]!]).toBe(
          owned === undefined ? FamilyType.unknown : families.type[0],
        );
      }
    });
  const { own, count, sum, bucket, created } = Role;
  owns('counter', { '': own, _total: own, _created: created });
  owns('gauge', { '': own });
  owns('histogram', { '': own, _bucket: bucket, _count: count, _sum: sum, _created: created });
  owns('gaugehistogram', { '': own, _bucket: bucket, _gcount: count, _gsum: sum });
  owns('summary', { '': own, _count: count, _sum: sum, _created: created });
  owns('info', { '': own, _info: own });
  owns('stateset', { '': own });
  owns('unknown', { '': own });
});

describe('le and quantile', () => {
  const number = (name: string, found: string) =>
    `expected a number as value of label "${name}", found "${found}"`;
  refuses('an le that is no number', '# TYPE h histogram\nh_bucket{le="x"} 1\n', 2, number('le', 'x'));
  refuses('an le of a gauge histogram', '# TYPE h gaugehistogram\nh_bucket{le=""} 1\n', 2, number('le', ''));
  refuses(
    'a quantile that is no number',
    '# TYPE s summary\ns{quantile="0x1"} 1\n',
    2,
    number('quantile', '0x1'),
  );
  const renders = (
    bucketLabels: 'canonical' | 'openmetrics' | 'verbatim',
    pushed: string,
    written: string,
  ) => {
    const cases = bodyCases({ ...FORMAT, bucketLabels });
    const what = `${pushed} and writes ${written} (${bucketLabels})`;
    cases.takes(
      `an le of ${what}`,
      `# TYPE h histogram\nh_bucket{le="${pushed}"} 1\n`,
      sample('h_bucket', { le: written }, 1),
    );
    cases.takes(
      `an le of a gauge histogram of ${what}`,
      `# TYPE h gaugehistogram\nh_bucket{le="${pushed}"} 1\n`,
      sample('h_bucket', { le: written }, 1),
    );
    cases.takes(
      `a quantile of ${what}`,
      `# TYPE s summary\ns{quantile="${pushed}"} 1\n`,
      sample('s', { quantile: written }, 1),
    );
  };
  renders('canonical', '1.0', '1');
  renders('canonical', '1e+06', '1e+06');
  renders('canonical', '+Inf', '+Inf');
  renders('openmetrics', '1', '1.0');
  renders('openmetrics', 'inf', '+Inf');
  renders('verbatim', '1.00', '1.00');
  takes(
    'le outside of typed families',
    'm{le="x",quantile="y"} 1\n',
    sample('m', { le: 'x', quantile: 'y' }, 1),
  );
  takes('le of a counter', '# TYPE c counter\nc_total{le="1.0"} 1\n', sample('c_total', { le: '1.0' }, 1));
});

describe('what types say about their samples is not checked:', () => {
  const value = (what: string, type: string, ...lines: readonly (readonly [line: string, value: number])[]) =>
    test(what, () => {
      const body = `# TYPE x ${type}\n${lines.map(([line]) => `${line}\n`).join('')}`;
      const read = bodyCases(FORMAT).read(body);
      expect(typeof read === 'string' ? read : read.map((one) => one.value)).toEqual(
        lines.map(([, number]) => number),
      );
    });
  value('a counter of the bare name', 'counter', ['x 1', 1]);
  value('a counter below zero, or NaN', 'counter', ['x_total -1', -1], ['x_total{a="b"} NaN', NaN]);
  value('a histogram without +Inf', 'histogram', ['x_bucket{le="1"} 5', 5], ['x_count 6', 6]);
  value('buckets that fall', 'histogram', ['x_bucket{le="2"} 5', 5], ['x_bucket{le="1"} 6', 6]);
  value('a bucket without le', 'histogram', ['x_bucket 5', 5]);
  value('half counts', 'histogram', ['x_count 5.5', 5.5]);
  value('a quantile above one', 'summary', ['x{quantile="2"} 1', 1]);
  value('a negative summary', 'summary', ['x_sum -1', -1], ['x_count -1', -1]);
  value('an info of two', 'info', ['x_info{a="b"} 2', 2]);
  value('a state of two', 'stateset', ['x{x="a"} 2', 2]);
  value('a state without its label', 'stateset', ['x 1', 1]);
});
