// The table of byte ranges against a plain map, for hashes as they come and for hashes that were made to collide.
import { describe, expect, test } from 'vitest';
import { hashRange, SLACK } from '../../src/wire/byte-ranges.ts';
import { CollisionError, RangeTable, type WhenColliding } from '../../src/wire/range-table.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';

type Hash = (hash: number) => number;

const BYTES = 1 << 20;
const SIZES = { firstEntries: 4, keptEntries: 64 } as const;

class TableUnderTest {
  readonly #bytes = Buffer.alloc(BYTES);
  readonly #owner = { view: viewOf(this.#bytes) };
  readonly #hash: Hash;
  readonly table: RangeTable;
  #end = 0;

  constructor(whenColliding: WhenColliding, hash: Hash = (hash) => hash) {
    this.table = new RangeTable(this.#owner, { ...SIZES, whenColliding });
    this.#hash = hash;
  }

  reset(): void {
    this.table.reset();
    this.#end = 0;
  }

  find(text: string): number {
    const bytes = Buffer.from(`-${text}${'-'.repeat(SLACK)}`, 'latin1');
    const view = viewOf(bytes);
    return this.table.find(this.#owner.view, view, 1, text.length, this.#hashOf(view, 1, text.length));
  }

  /** The number of the text, which is added if it is new. */
  take(text: string): number {
    const known = this.find(text);
    if (known >= 0) return known;
    const start = this.#end;
    this.#end += this.#bytes.write(text, start, 'latin1');
    return this.table.add(start, text.length, this.#hashOf(this.#owner.view, start, text.length));
  }

  #hashOf(view: DataView, start: number, length: number): number {
    return this.#hash(hashRange(view, start, length));
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function rollTexts(random: SeededRandom): string[] {
  const letters = random.pick(['ab', 'abcdefgh']);
  return Array.from({ length: random.pick([3, 40, 400]) }, () => random.text([...letters], 6, 1));
}

describe('the table of ranges', () => {
  test('knows no range before one is added', () => {
    expect(new TableUnderTest('refuse').find('a')).toBe(-1);
  });

  for (const whenColliding of ['refuse', 'use a map', 'leave out'] as const) {
    test(`numbers ranges as a map does, and starts over at each reset, if it would ${whenColliding}`, () => {
      const under = new TableUnderTest(whenColliding);
      holdsForSeeds(100, (random) => {
        under.reset();
        const model = new Map<string, number>();
        let leftOut = 0;
        for (const text of rollTexts(random)) {
          const number = under.take(text);
          // A few honest texts are hard to place, too.
          if (whenColliding === 'leave out' && number === -1 && !model.has(text)) leftOut++;
          else {
            if (!model.has(text)) model.set(text, model.size);
            expect(number).toBe(model.get(text));
          }
        }
        expect(leftOut).toBeLessThanOrEqual(model.size / 4);
        expect(under.table.count).toBe(model.size);
        for (const text of rollTexts(random)) expect(under.find(text)).toBe(model.get(text) ?? -1);
      });
    });
  }

  test('numbers ranges as a map does when a few have the same hash', () => {
    const under = new TableUnderTest('refuse', (hash) => hash & 1023);
    holdsForSeeds(50, (random) => {
      under.reset();
      const model = new Map<string, number>();
      for (const text of rollTexts(random)) {
        if (!model.has(text)) model.set(text, model.size);
        expect(under.take(text)).toBe(model.get(text));
      }
    });
  });

  test('gives back the memory of many ranges', () => {
    const under = new TableUnderTest('refuse');
    for (let i = 0; i < 1000; i++) under.take(`text ${i}`);
    expect(under.table.starts.length).toBeGreaterThanOrEqual(1000);
    under.reset();
    expect([under.table.starts.length, under.table.lengths.length, under.table.hashes.length]).toEqual([
      4, 4, 4,
    ]);
  });
});

describe('ranges made to collide', () => {
  const takeAll = (under: TableUnderTest, count: number) =>
    Array.from({ length: count }, (_, i) => under.take(`text ${i}`));
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

  test('are refused when there are many, and nothing is refused after a reset', () => {
    const under = new TableUnderTest('refuse', () => 7);
    expect(() => takeAll(under, 1000)).toThrow(CollisionError);
    expect(() => takeAll(under, 1000)).toThrow(
      'Cannot read exposition: expected names and labels that seldom share a hash, found too many that do',
    );
    under.reset();
    expect(takeAll(under, 33)).toEqual(numbers(33));
  });

  test('are refused when one of them is looked up again and again', () => {
    const under = new TableUnderTest('refuse', () => 7);
    takeAll(under, 100);
    const lookUp = () => {
      for (let i = 0; i < 1000; i++) under.find('text 99');
    };
    expect(lookUp).toThrow(CollisionError);
  });

  test('are numbered all the same if a map may be used', () => {
    const under = new TableUnderTest('use a map', () => 7);
    expect(takeAll(under, 3000)).toEqual(numbers(3000));
    expect(takeAll(under, 3000)).toEqual(numbers(3000));
    expect(under.find('another')).toBe(-1);
    under.reset();
    expect([under.find('text 5'), under.take('text 5')]).toEqual([-1, 0]);
  });

  test('are left out, all but a few, if they may be', () => {
    const under = new TableUnderTest('leave out', () => 7);
    expect(takeAll(under, 100)).toEqual([...numbers(32), ...Array.from({ length: 68 }, () => -1)]);
    expect(takeAll(under, 100).filter((number) => number >= 0)).toEqual(numbers(32));
    expect(under.table.count).toBe(32);
  });

  test('look-ups of a few steps are taken in any number', () => {
    const under = new TableUnderTest('refuse', () => 7);
    takeAll(under, 32);
    const lookUp = () => {
      for (let i = 0; i < 100_000; i++) under.find('text 31');
    };
    expect(lookUp).not.toThrow();
  });
});
