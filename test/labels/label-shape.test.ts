// Lists of label names that are remembered, and those that must not be.
import { expect, test } from 'vitest';
import { MAX_SHAPES, ShapeTable, UNREMEMBERED } from '../../src/labels/label-shape.ts';

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

test('a list of names too long to be worth it gets no number that anything could be kept under', () => {
  const table = new ShapeTable();
  const long = namesOf('l'.repeat(5000));
  expect(table.add(1, long, new Int32Array(1)).id).toBe(UNREMEMBERED);
  expect(table.find(1, long)).toBeUndefined();
});

test('a remembered list is found again by its names, and by no others of the same hash', () => {
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
