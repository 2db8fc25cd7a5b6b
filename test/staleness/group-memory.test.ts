// The memory of groups: bounded in bytes, and it forgets those first that were not pushed for longest.
import { expect, test } from 'vitest';
import { GroupMemory, type GroupSeries } from '../../src/staleness/group-memory.ts';
import { rememberSeries } from '../../src/staleness/remembered-series.ts';
import { holdsForSeeds } from '../support/seeded-random.ts';
import { encodePush } from '../transcode/encoded-push.ts';

function setOf(series: number, labelBytes = 10): GroupSeries {
  const pushed = Array.from({ length: series }, (_, i) => ({
    name: 'm',
    i: String(i).padEnd(labelBytes, 'x'),
  }));
  return [rememberSeries(undefined, [], encodePush(pushed, 1))];
}

function memoryOf(maxBytes: number) {
  let forgotten = 0;
  const memory = new GroupMemory(maxBytes, () => {
    forgotten++;
  });
  return { memory, forgotten: () => forgotten };
}

test('a group that alone is over the bound is not held, nor is what was known of it', () => {
  const { memory, forgotten } = memoryOf(4000);
  memory.set('other', setOf(1));
  memory.set('a', setOf(1));
  memory.set('a', setOf(1000));
  expect(memory.get('a')).toBeUndefined();
  expect(memory.get('other')).toBeDefined();
  expect(forgotten()).toBe(1);
});

test('the group not pushed for longest gives way; one that is pushed again, also unchanged, is kept', () => {
  const { memory, forgotten } = memoryOf(4000);
  const first = setOf(1);
  for (let i = 0; forgotten() === 0; i++) {
    memory.set('first', first);
    memory.set(`group ${i}`, setOf(1));
  }
  expect(memory.get('first')).toBe(first);
  expect(memory.get('group 0')).toBeUndefined();
  expect(memory.get('group 1')).toBeDefined();
});

test('a group without series takes no room', () => {
  const { memory, forgotten } = memoryOf(4000);
  memory.set('a', setOf(2));
  memory.set('a', setOf(0));
  expect([memory.get('a'), memory.heldBytes, memory.count, forgotten()]).toEqual([undefined, 0, 0, 0]);
});

test('backends that got the same share their memory', () => {
  const { memory } = memoryOf(1 << 20);
  const [set] = setOf(100);
  memory.set('a', [set!]);
  const one = memory.heldBytes;
  memory.set('a', [set!, set!, set!]);
  expect(memory.heldBytes - one).toBeLessThan(64);
  memory.set('a', [set!, ...setOf(100)]);
  expect(memory.heldBytes).toBeGreaterThan(1.8 * one);
});

test('groups with keys of any length are told apart', () => {
  const { memory } = memoryOf(1 << 20);
  const long = 'k'.repeat(100_000);
  for (const key of ['', 'k', long, `${long}k`]) memory.set(key, setOf(1));
  expect(memory.count).toBe(4);
  expect(memory.heldBytes).toBeLessThan(10_000);
});

test('whatever is pushed, what is held stays within the bound, and is the sum of its groups', () => {
  holdsForSeeds(100, (random) => {
    const maxBytes = 2000 + random.nat(20_000);
    const { memory, forgotten } = memoryOf(maxBytes);
    for (let i = 0; i < 60; i++) {
      memory.set(`group ${random.nat(12)}`, setOf(random.nat(40), 1 + random.nat(60)));
      if (random.nat(9) === 0) memory.delete(`group ${random.nat(12)}`);
      expect(memory.heldBytes).toBeLessThanOrEqual(maxBytes);
      expect(memory.heldBytes).toBeGreaterThanOrEqual(0);
    }
    for (let group = 0; group < 12; group++) memory.delete(`group ${group}`);
    expect([memory.heldBytes, memory.count]).toEqual([0, 0]);
    expect(forgotten()).toBeGreaterThanOrEqual(0);
  });
});
