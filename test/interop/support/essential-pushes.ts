// What every backend must show after the same pushes: bodies, and the series that they mean.
import { expect } from 'vitest';
import type { StoredSeries } from './stored-series.ts';

export interface ExpectedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface EssentialPush {
  readonly group: string;
  readonly body: string;
  readonly series: readonly ExpectedSeries[];
}

const ODD_TEXT = 'back\\slash "quoted" line\nend ünïcode 🚰 /a,b={c}';

export const FAMILIES: EssentialPush = {
  group: 'job/families/instance/db-1',
  body: `# HELP it_records_total Records copied.
# TYPE it_records_total counter
it_records_total{table="users",shard="1"} 1027
it_records_total{shard="2",table="users"} 3
# TYPE it_temperature gauge
it_temperature -12.5
it_untyped{odd="back\\\\slash \\"quoted\\" line\\nend ünïcode 🚰 /a,b={c}",empty=""} 0.1
# TYPE it_duration histogram
it_duration_bucket{le="0.10"} 3
it_duration_bucket{le="1.0"} 7
it_duration_bucket{le="1000000"} 9
it_duration_sum 17.25
it_duration_count 10
# TYPE it_size summary
it_size{quantile="0.50"} 4.5
it_size{quantile="0.99"} 80
it_size_sum 400
it_size_count 30
`,
  series: [
    series('it_records_total', { table: 'users', shard: '1' }, 1027),
    series('it_records_total', { table: 'users', shard: '2' }, 3),
    series('it_temperature', {}, -12.5),
    series('it_untyped', { odd: ODD_TEXT }, 0.1),
    series('it_duration_bucket', { le: '0.1' }, 3),
    series('it_duration_bucket', { le: '1' }, 7),
    series('it_duration_bucket', { le: '1e+06' }, 9),
    series('it_duration_bucket', { le: '+Inf' }, 10),
    series('it_duration_sum', {}, 17.25),
    series('it_duration_count', {}, 10),
    series('it_size', { quantile: '0.5' }, 4.5),
    series('it_size', { quantile: '0.99' }, 80),
    series('it_size_sum', {}, 400),
    series('it_size_count', {}, 30),
  ],
};

/** The grouping key wins over the body, in whatever way the path spells it. */
export const GROUPING: EssentialPush = {
  group: 'job@base64/YS9i/path@base64/L3Zhci90bXA/zone/a%2Fb/empty@base64/=',
  body: 'it_grouped{job="inner",zone="inner",empty="inner",own="kept"} 5\n',
  series: [
    {
      labels: { __name__: 'it_grouped', job: 'a/b', path: '/var/tmp', zone: 'a/b', own: 'kept' },
      value: 5,
    },
  ],
};

function series(name: string, labels: Readonly<Record<string, string>>, value: number): ExpectedSeries {
  return { labels: { __name__: name, job: 'families', instance: 'db-1', ...labels }, value };
}

/** A stored series with its one sample. */
export function single({ labels, samples }: StoredSeries): ExpectedSeries {
  expect(samples, JSON.stringify(labels)).toHaveLength(1);
  return { labels, value: samples[0]!.value };
}

/** A text for each series that does not depend on any order, and their order. */
export function sorted(all: readonly ExpectedSeries[]): readonly string[] {
  return all
    .map(({ labels, value }) => `${JSON.stringify(Object.entries(labels).sort())} ${exactText(value)}`)
    .sort();
}

/** Distinguishes minus zero from zero. */
function exactText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
