// Families of MetricFamily messages: whose values are of their type, which meet under one name, and which collide.
import { describe, expect, test } from 'vitest';
import { protobufCases } from './cases.ts';
import {
  bodyOf,
  delimit,
  field,
  oneMetric,
  type PlainMessage,
  Type,
  varintField,
} from './family-messages.ts';
import { ProtobufBench } from './read-messages.ts';

const { refuses, takes } = protobufCases();

const NAME = field(1, Buffer.from('m'));

describe('the value of a metric', () => {
  const fits = (type: number, metric: PlainMessage, wanted: string, found: string) =>
    refuses(
      `${found} in a family of type ${type}`,
      oneMetric('m', type, metric),
      'family "m", metric 1',
      `expected ${wanted} as the metric's value, found ${found}`,
    );
  fits(Type.counter, { gauge: {} }, 'a counter', 'a gauge');
  fits(Type.gauge, { counter: {} }, 'a gauge', 'a counter');
  fits(Type.gauge, { gauge: {}, counter: {} }, 'a gauge', 'a counter');
  fits(Type.summary, { histogram: {} }, 'a summary', 'a histogram');
  fits(Type.untyped, { gauge: {} }, 'an untyped value', 'a gauge');
  fits(Type.histogram, { summary: {} }, 'a histogram', 'a summary');
  fits(Type.gaugeHistogram, { untyped: {} }, 'a histogram', 'an untyped value');
  for (const [type, wanted] of [
    [Type.counter, 'a counter'],
    [Type.gauge, 'a gauge'],
    [Type.summary, 'a summary'],
    [Type.untyped, 'an untyped value'],
    [Type.histogram, 'a histogram'],
  ] as const)
    fits(type, {}, wanted, 'none');
  for (const type of [6, 99])
    refuses(
      `type ${type}`,
      delimit(Buffer.concat([NAME, varintField(3, type)])),
      'family "m"',
      `expected a type from 0 to 5 of the family, found ${type}`,
    );
  refuses(
    'type -1',
    delimit(Buffer.concat([NAME, varintField(3, 2n ** 64n - 1n)])),
    'family "m"',
    'expected a type from 0 to 5 of the family, found -1',
  );
  for (const time of ['9007199254740992', '-9007199254740992', '9223372036854775807', '-9223372036854775808'])
    refuses(
      `a time of ${time}`,
      oneMetric('m', 0, { timestamp_ms: time, counter: {} }),
      'family "m", metric 1',
      `expected a timestamp within 2^53 milliseconds, found ${time}`,
    );
});

describe('families', () => {
  const only = (name: string, type: number, kind: string) => ({ name, type, metric: [{ [kind]: {} }] });
  const twoTypes = 'expected one type for "m", found a family of the same name and another type';
  refuses(
    'one name with two types',
    bodyOf(only('m', Type.gauge, 'gauge'), only('m', Type.counter, 'counter')),
    'family "m"',
    twoTypes,
  );
  refuses(
    'one name with two types, without metrics',
    bodyOf({ name: 'm', type: 1 }, { name: 'm', type: 2 }),
    'family "m"',
    twoTypes,
  );
  takes(
    'one name twice',
    bodyOf(only('m', Type.gauge, 'gauge'), only('n', Type.gauge, 'gauge'), only('m', Type.gauge, 'gauge')),
    'm{} 0',
    'n{} 0',
    'm{} 0',
  );
  const collides = (what: string, name: string, ...families: readonly PlainMessage[]) =>
    refuses(
      what,
      bodyOf(...families),
      `family "${name}", metric 1`,
      `expected no family named like a part of a histogram or summary, found "${name}"`,
    );
  collides(
    'x_count after histogram x',
    'x_count',
    only('x', Type.histogram, 'histogram'),
    only('x_count', Type.gauge, 'gauge'),
  );
  collides(
    'x_count before histogram x',
    'x_count',
    only('x_count', Type.gauge, 'gauge'),
    only('x', Type.histogram, 'histogram'),
  );
  collides(
    'x_bucket next to gauge histogram x',
    'x_bucket',
    only('x_bucket', Type.gauge, 'gauge'),
    only('x', Type.gaugeHistogram, 'histogram'),
  );
  collides(
    'x_sum next to summary x',
    'x_sum',
    only('x', Type.summary, 'summary'),
    only('x_sum', Type.gauge, 'gauge'),
  );
  collides(
    'histogram x_count next to summary x',
    'x_count',
    only('x', Type.summary, 'summary'),
    only('x_count', Type.histogram, 'histogram'),
  );
  takes(
    'x_bucket next to summary x',
    bodyOf(only('x', Type.summary, 'summary'), only('x_bucket', Type.gauge, 'gauge')),
    'x_sum{} 0',
    'x_count{} 0',
    'x_bucket{} 0',
  );
  takes(
    'x_count next to a histogram x without metrics',
    bodyOf({ name: 'x', type: Type.histogram }, only('x_count', Type.gauge, 'gauge')),
    'x_count{} 0',
  );
  takes(
    'x_total next to histogram x',
    bodyOf(only('x', Type.histogram, 'histogram'), only('x_total', Type.counter, 'counter')),
    'x_bucket{le="+Inf"} 0',
    'x_sum{} 0',
    'x_count{} 0',
    'x_total{} 0',
  );
});

describe('what is said of a family', () => {
  /** HELP and UNIT as the table has them; undefined if there is none. */
  function described(...families: readonly PlainMessage[]) {
    const bench = new ProtobufBench();
    expect(typeof bench.read(bodyOf(...families))).toBe('object');
    const { arena, parser } = bench;
    const text = (start: number, end: number) =>
      start < 0 ? undefined : arena.bytes.toString('utf8', start, end);
    const { families: table } = parser;
    return Array.from({ length: table.count }, (_, i) => [
      table.name(i),
      table.type[i],
      text(table.helpStart[i]!, table.helpEnd[i]!),
      text(table.unitStart[i]!, table.unitEnd[i]!),
    ]);
  }

  test('is its type, HELP and UNIT', () => {
    expect(described({ name: 'm', help: 'a "help"\n', type: Type.gauge, unit: 'bytes' })).toEqual([
      ['m', 2, 'a "help"\n', 'bytes'],
    ]);
  });

  test('is nothing if the fields are absent or empty', () => {
    expect(described({ name: 'm' }, { name: 'n', help: '', unit: '' })).toEqual([
      ['m', 1, undefined, undefined],
      ['n', 1, undefined, undefined],
    ]);
  });

  test('is not what was said of the family before', () => {
    expect(described({ name: 'm', type: Type.gauge, help: 'a', unit: 'x' }, { name: 'n' })).toEqual([
      ['m', 2, 'a', 'x'],
      ['n', 1, undefined, undefined],
    ]);
  });

  test('is that of the first if a family comes twice', () => {
    const families = [
      { name: 'm' },
      { name: 'm', help: 'a', unit: 'x' },
      { name: 'm', help: 'b', unit: 'y' },
    ];
    expect(described(...families)).toEqual([['m', 1, 'a', 'x']]);
  });
});
