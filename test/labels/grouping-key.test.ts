// Grouping keys and the fixed labels they make.
import { describe, expect, test } from 'vitest';
import { type FixedLabels, fixLabels, LayoutNumbers } from '../../src/labels/fixed-labels.ts';
import { makeGroupingKey } from '../../src/labels/grouping-key.ts';

type Labels = Readonly<Record<string, string>>;

const map = (labels: Labels) => new Map(Object.entries(labels));

describe('a grouping key', () => {
  const key = (labels: Labels) => makeGroupingKey(map(labels), {}, new LayoutNumbers());

  test('is equal for equal labels in any order, with or without empty ones', () => {
    const one = key({ job: 'j', a: '1', b: '2' });
    for (const labels of [
      { b: '2', job: 'j', a: '1' },
      { job: 'j', a: '1', c: '', b: '2' },
    ]) {
      expect([key(labels).canonical, key(labels).hash]).toEqual([one.canonical, one.hash]);
    }
  });

  test('differs if a label does, even if the joined texts are equal', () => {
    const all: Labels[] = [
      { job: 'j' },
      { job: 'j', a: '1' },
      { job: 'ja', a: '1' },
      { job: 'j', a1: '' },
      { job: 'j","a', b: '1' },
      { job: 'j', '","a': '1' },
      { job: 'j', a: '1', b: '' },
    ];
    const canonicals = all.map((labels) => key(labels).canonical);
    expect(new Set(canonicals).size).toBe(5);
    expect(canonicals[3]).toBe(canonicals[0]);
    expect(canonicals[6]).toBe(canonicals[1]);
  });

  test('spreads near keys evenly over shards', () => {
    for (const shards of [2, 4, 7]) {
      const counts = new Array<number>(shards).fill(0);
      for (let i = 0; i < 7000; i++) {
        const { hash } = key({ job: 'batch', instance: `10.0.0.${i}` });
        expect(hash).toBe(hash >>> 0);
        counts[hash % shards]!++;
      }
      for (const count of counts)
        expect(Math.abs(count - 7000 / shards)).toBeLessThan((0.15 * 7000) / shards);
    }
  });
});

describe('fixed labels', () => {
  const layouts = new LayoutNumbers();
  const fix = (grouping: Labels, defaults: Labels = {}) => fixLabels(map(grouping), defaults, layouts);
  const fields = ({ starts, ends, bytes }: FixedLabels) =>
    Array.from(starts, (start, i) => bytes.toString('hex', start, ends[i]));

  test('are sorted by bytes, the empty ones without bytes, defaults without a value left out', () => {
    const { names, overrides, ...rest } = fix(
      { job: 'j', Z: '1', '\u{1f600}': '', '\uff21': 'x' },
      { _a: 'd', e: '', job: 'never' },
    );
    expect(names.map(String)).toEqual(['Z', '_a', 'job', '\uff21', '\u{1f600}']);
    expect(overrides).toEqual([true, false, true, true, true]);
    expect(fields({ names, overrides, ...rest })).toEqual([
      '0a060a015a120131',
      '0a070a025f61120164',
      '0a080a036a6f6212016a',
      '0a080a03efbca1120178',
      '',
    ]);
  });

  test('take the place of a default even if they are empty', () => {
    const { names, overrides } = fix({ job: 'j', a: '' }, { a: 'd' });
    expect([names.map(String), overrides]).toEqual([
      ['a', 'job'],
      [true, true],
    ]);
  });

  test('have one layout exactly if names and precedence are the same', () => {
    const { layout } = fix({ job: 'j', a: '1' });
    expect(fix({ a: '', job: 'other' }).layout).toBe(layout);
    for (const other of [
      fix({ job: 'j' }),
      fix({ job: 'j' }, { a: '1' }),
      fix({ job: 'j', b: '1' }),
      fix({ job: 'j', A: '1' }),
    ])
      expect(other.layout).not.toBe(layout);
    const joined = [
      fix({ 'a !b': '1' }),
      fix({ a: '1', b: '2' }),
      fix({ 'a","b': '1' }),
      fix({ 'a,b': '1' }),
    ];
    expect(new Set(joined.map((fixed) => fixed.layout)).size).toBe(joined.length);
  });

  test('never get a number that others had, also beyond the bound', () => {
    const numbers = new LayoutNumbers();
    const given = Array.from({ length: 3000 }, (_, i) => numbers.numberOf(`n${i}`));
    expect(new Set(given).size).toBe(3000);
    expect(given).not.toContain(numbers.numberOf('n0'));
    expect(numbers.numberOf('n2999')).toBe(given[2999]);
  });
});
