import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentMap } from '../../src/wire/recent-map.ts';

test('an entry that was never set is not there', () => {
  expect(new RecentMap<string, number>(10).get('a')).toBeUndefined();
});

test('an entry holds the value set last, also after it has grown old', () => {
  const map = new RecentMap<string, number>(4);
  map.set('a', 1);
  map.set('b', 1);
  map.set('a', 2);
  map.set('b', 2);
  expect([map.get('a'), map.get('b')]).toEqual([2, 2]);
});

test('an entry that is used stays while others come and go', () => {
  const map = new RecentMap<string, number>(4);
  map.set('kept', 1);
  for (let i = 0; i < 100; i++) {
    map.set(`other ${i}`, i);
    expect(map.get('kept')).toBe(1);
  }
});

test('an entry is reported when it is dropped, and not before', () => {
  const reported: string[] = [];
  const map = new RecentMap<string, number>(4, (dropped) => reported.push(...dropped.keys()));
  for (const key of ['a', 'b', 'c']) map.set(key, 1);
  expect(reported).toEqual([]);
  map.set('d', 1);
  expect(reported).toEqual(['a', 'b']);
});

interface Use {
  readonly key: number;
  readonly isSet: boolean;
}

/** A map after these uses, with each key's value as it should be, and the keys in order of their last use. */
function replay(uses: readonly Use[], size: number) {
  const dropped: number[] = [];
  const map = new RecentMap<number, number>(size, (entries) => dropped.push(...entries.values()));
  const values = new Map<number, number>();
  let used: number[] = [];
  for (const [at, { key, isSet }] of uses.entries()) {
    if (isSet) {
      map.set(key, at);
      values.set(key, at);
    } else if (map.get(key) === undefined) continue;
    used = [...used.filter((other) => other !== key), key];
  }
  return { map, values, used, dropped };
}

test('after any uses, the half of the size used last is there, and never more than the size', () => {
  const use = fc.record({ key: fc.nat(20), isSet: fc.boolean() });
  fc.assert(
    fc.property(fc.array(use, { maxLength: 100 }), fc.integer({ min: 2, max: 12 }), (uses, size) => {
      const { values, used, dropped } = replay(uses, size);
      // Looking at an entry is a use: each key is asked for in a map of its own.
      const present = [...values.keys()].filter((key) => {
        const found = replay(uses, size).map.get(key);
        expect([values.get(key), undefined]).toContain(found);
        return found !== undefined;
      });
      expect(present).toEqual(expect.arrayContaining(used.slice(-(size >> 1))));
      expect(present.length).toBeLessThanOrEqual(size);
      const gone = [...values.keys()].filter((key) => !present.includes(key));
      expect(dropped).toEqual(expect.arrayContaining(gone.map((key) => values.get(key))));
    }),
  );
});
