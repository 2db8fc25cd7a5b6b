// Known groups are bounded in bytes, and the group pushed least recently is forgotten first.
import { expect, test } from 'vitest';
import { type GroupSeries, KnownGroups } from '../../src/staleness/known-groups.ts';
import { seriesAfterPush } from '../../src/staleness/known-series.ts';
import { holdsForSeeds } from '../support/seeded-random.ts';
import { encodePush } from '../transcode/encoded-push.ts';

function setOf(series: number, labelBytes = 10): GroupSeries {
  const pushed = Array.from({ length: series }, (_, i) => ({
    name: 'm',
    i: String(i).padEnd(labelBytes, 'x'),
  }));
  return [seriesAfterPush(undefined, [], encodePush(pushed, 1))];
}

function groupsWithin(maxBytes: number) {
  let forgotten = 0;
  const groups = new KnownGroups(maxBytes, () => {
    forgotten++;
  });
  return { groups, forgotten: () => forgotten };
}

test('a group that alone is over the bound is not held, and what was known of it is dropped', () => {
  const { groups, forgotten } = groupsWithin(4000);
  groups.set('other', setOf(1));
  groups.set('a', setOf(1));
  groups.set('a', setOf(1000));
  expect(groups.get('a')).toBeUndefined();
  expect(groups.get('other')).toBeDefined();
  expect(forgotten()).toBe(1);
});

test('the group pushed least recently is forgotten; a group that is pushed again, even unchanged, is kept', () => {
  const { groups, forgotten } = groupsWithin(4000);
  const first = setOf(1);
  for (let i = 0; forgotten() === 0; i++) {
    groups.set('first', first);
    groups.set(`group ${i}`, setOf(1));
  }
  expect(groups.get('first')).toBe(first);
  expect(groups.get('group 0')).toBeUndefined();
  expect(groups.get('group 1')).toBeDefined();
});

test('a group without series takes no memory', () => {
  const { groups, forgotten } = groupsWithin(4000);
  groups.set('a', setOf(2));
  groups.set('a', setOf(0));
  expect([groups.get('a'), groups.heldBytes, groups.count, forgotten()]).toEqual([undefined, 0, 0, 0]);
});

test('backends that got the same share one object', () => {
  const { groups } = groupsWithin(1 << 20);
  const [set] = setOf(100);
  groups.set('a', [set!]);
  const one = groups.heldBytes;
  groups.set('a', [set!, set!, set!]);
  expect(groups.heldBytes - one).toBeLessThan(64);
  groups.set('a', [set!, ...setOf(100)]);
  expect(groups.heldBytes).toBeGreaterThan(1.8 * one);
});

test('groups with keys of any length are distinguished', () => {
  const { groups } = groupsWithin(1 << 20);
  const long = 'k'.repeat(100_000);
  for (const key of ['', 'k', long, `${long}k`]) groups.set(key, setOf(1));
  expect(groups.count).toBe(4);
  expect(groups.heldBytes).toBeLessThan(10_000);
});

test('whatever is pushed, the held bytes stay within the bound and are the sum of the groups', () => {
  holdsForSeeds(100, (random) => {
    const maxBytes = 2000 + random.nat(20_000);
    const { groups, forgotten } = groupsWithin(maxBytes);
    for (let i = 0; i < 60; i++) {
      groups.set(`group ${random.nat(12)}`, setOf(random.nat(40), 1 + random.nat(60)));
      if (random.nat(9) === 0) groups.delete(`group ${random.nat(12)}`);
      expect(groups.heldBytes).toBeLessThanOrEqual(maxBytes);
      expect(groups.heldBytes).toBeGreaterThanOrEqual(0);
    }
    for (let group = 0; group < 12; group++) groups.delete(`group ${group}`);
    expect([groups.heldBytes, groups.count]).toEqual([0, 0]);
    expect(forgotten()).toBeGreaterThanOrEqual(0);
  });
});
