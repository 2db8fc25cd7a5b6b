// The labels of a series: which order they get, and which lists of names are kept.

import { describe, expect, test } from 'vitest';
import { LabelSet, MAX_LABELS, MAX_SHAPES, NOT_KEPT, ShapeTable } from '../../src/labels/label-set.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { holdsForSeeds } from '../support/seeded-random.ts';

/** One set, filled again and again with names at any place of the arena. */
class SetUnderTest {
  readonly #arena = new ByteArena();
  readonly labels = new LabelSet(this.#arena);

  fill(names: readonly string[], padding = ''): void {
    const body = Buffer.from(padding + names.join(padding));
    this.#arena.load([body], body.length, 0);
    this.labels.count = names.length;
    let at = 0;
    names.forEach((name, i) => {
      at += padding.length;
      this.labels.nameStart[i] = at;
      this.labels.nameEnd[i] = at += Buffer.byteLength(name);
    });
  }

  get sorted(): string[] {
    return Array.from(this.labels.shape.order, (at) => this.labels.nameOf(at));
  }
}

function byBytes(names: readonly string[]): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

describe('a label set', () => {
  test('finds a name that occurs twice, among few and among many', () => {
    const under = new SetUnderTest();
    for (const count of [2, 5, 31, 32, 33, MAX_LABELS]) {
      for (const twice of [0, (count - 1) >> 1, count - 2]) {
        const names = Array.from({ length: count }, (_, i) => `n${i === count - 1 ? twice : i}`);
        under.fill(names);
        expect(under.labels.recall()).toBe(false);
        expect(under.labels.nameOf(under.labels.settle())).toBe(`n${twice}`);
        expect(under.labels.recall()).toBe(false);
      }
    }
  });

  test('sorts names by their bytes and recalls them, at any place, in that order only', () => {
    const under = new SetUnderTest();
    const pool = [
      'Z',
      '_',
      '__',
      '_a',
      'a',
      'aa',
      'ab',
      'b',
      'é',
      '\uff21',
      '\u{1f600}',
      'job',
      'jobs',
      ...Array.from({ length: 60 }, (_, i) => `l${i}`),
    ];
    holdsForSeeds(500, (random) => {
      const names = random.some(pool);
      under.fill(names);
      if (!under.labels.recall()) expect(under.labels.settle()).toBe(-1);
      expect(under.sorted).toEqual(byBytes(names));
      const { shape } = under.labels;
      under.fill(names, '-'.repeat(random.nat(5)));
      expect(under.labels.recall()).toBe(true);
      expect(under.labels.shape).toBe(shape);
    });
  });

  test('tells names apart that join to the same text', () => {
    const under = new SetUnderTest();
    for (const names of [['ab', 'c'], ['a', 'bc'], ['abc'], ['c', 'ab']]) {
      under.fill(names);
      expect(under.labels.recall()).toBe(false);
      expect(under.labels.settle()).toBe(-1);
      expect(under.sorted).toEqual(byBytes(names));
    }
  });

  test('stays right when more shapes come than are kept', () => {
    const under = new SetUnderTest();
    for (let i = 0; i < 3 * MAX_SHAPES; i++) {
      const names = [`z${i % (MAX_SHAPES + 7)}`, 'a', `b${i}`];
      under.fill(names);
      if (!under.labels.recall()) under.labels.settle();
      expect(under.labels.shape.id).toBeLessThan(MAX_SHAPES);
      expect(under.sorted).toEqual(byBytes(names));
    }
    under.labels.clear();
    expect([under.labels.count, under.sorted]).toEqual([0, []]);
  });

  test('does not keep names that are very long', () => {
    const under = new SetUnderTest();
    under.fill(['x'.repeat(5000), 'a']);
    expect([under.labels.settle(), under.labels.recall()]).toEqual([-1, false]);
  });

  test('finds a label by its whole name', () => {
    const under = new SetUnderTest();
    under.fill(['lee', 'l', 'le']);
    expect(['le', 'l', 'lee', 'leee', ''].map((name) => under.labels.indexOf(Buffer.from(name)))).toEqual([
      2, 1, 0, -1, -1,
    ]);
  });
});

function namesOf(...names: string[]) {
  const bytes = Buffer.from(names.join(''));
  const nameEnd = new Int32Array(names.length);
  let end = 0;
  for (const [i, name] of names.entries()) {
    end += name.length;
    nameEnd[i] = end;
  }
  const nameStart = Int32Array.from(names, (name, i) => nameEnd[i]! - name.length);
  return { bytes, count: names.length, nameStart, nameEnd };
}

test('a list of names that is too long gets no number, so nothing is cached for it', () => {
  const table = new ShapeTable();
  const long = namesOf('l'.repeat(5000));
  expect(table.add(1, long, new Int32Array(1)).id).toBe(NOT_KEPT);
  expect(table.find(1, long)).toBeUndefined();
});

test('a known list is found again by its names, and by no others of the same hash', () => {
  const table = new ShapeTable();
  const shape = table.add(7, namesOf('a', 'bc'), Int32Array.of(0, 1));
  expect(table.find(7, namesOf('a', 'bc'))).toBe(shape);
  expect(table.find(7, namesOf('ab', 'c'))).toBeUndefined();
});

test('numbers stay below the bound however many lists there are', () => {
  const table = new ShapeTable();
  for (let i = 0; i < 3 * MAX_SHAPES; i++) {
    const { id } = table.add(i, namesOf(`l${i}`), new Int32Array(1));
    expect(id).toBeLessThan(MAX_SHAPES);
  }
});
