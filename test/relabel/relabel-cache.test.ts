// The cache of what rules made, against a map: what it knows is right, and it never holds more than it may.
import { describe, expect, test } from 'vitest';
import { RelabelCache, RelabelResult } from '../../src/relabel/relabel-cache.ts';
import { hashRange, SLACK } from '../../src/wire/byte-ranges.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';

const NOTHING = Buffer.alloc(0);

/** Labels with slack after them, and their view. */
function padded(text: string) {
  const bytes = Buffer.alloc(text.length + SLACK, 0xee);
  bytes.write(text, 'latin1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { labels: bytes.subarray(0, text.length), view, hash: hashRange(view, 0, text.length) };
}

class CacheUnderTest {
  readonly #cache: RelabelCache;
  readonly #hash: ((hash: number) => number) | undefined;

  constructor(maxBytes: number, hash?: (hash: number) => number) {
    this.#cache = new RelabelCache(maxBytes);
    this.#hash = hash;
  }

  add(text: string, result: RelabelResult, made: string): void {
    const { labels, hash } = padded(text);
    this.#cache.add(labels, this.#hash?.(hash) ?? hash, result, Buffer.from(made, 'latin1'));
  }

  /** RelabelResult and what was made; undefined if the labels are not known. */
  find(text: string): [RelabelResult, string] | undefined {
    const { labels, view, hash } = padded(text);
    const cache = this.#cache;
    const series = cache.find(view, 0, labels.length, this.#hash?.(hash) ?? hash);
    if (series < 0) return undefined;
    const start = cache.madeStart(series);
    const made = cache.bytes.toString('latin1', start, start + cache.madeLength(series));
    if (made !== '') expect(cache.madeHash(series)).toBe(padded(made).hash);
    return [cache.result(series), made];
  }

  get heldBytes(): number {
    return this.#cache.bytes.length;
  }
}

describe('the relabel cache', () => {
  test('knows nothing at first', () => {
    expect(new CacheUnderTest(1 << 20).find('a')).toBeUndefined();
  });

  test('does not keep a series that would push many others out', () => {
    const under = new CacheUnderTest(6400);
    under.add('x'.repeat(60), RelabelResult.changed, 'y'.repeat(41));
    expect(under.find('x'.repeat(60))).toBeUndefined();
    under.add('x'.repeat(60), RelabelResult.changed, 'y'.repeat(40));
    expect(under.find('x'.repeat(60))).toEqual([RelabelResult.changed, 'y'.repeat(40)]);
  });

  test('starts over when it is full, and never holds more than it may', () => {
    const under = new CacheUnderTest(100_000);
    const key = (i: number) => `${i}-`.padEnd(50, 'k');
    for (let i = 0; i < 10_000; i++) {
      under.add(key(i), RelabelResult.changed, `made ${i}`);
      expect(under.find(key(i))).toEqual([RelabelResult.changed, `made ${i}`]);
    }
    expect(under.heldBytes).toBeLessThanOrEqual(100_000 + SLACK);
    expect(under.find(key(0))).toBeUndefined();
  });

  test('keeps no more than a few series whose hashes are the same', () => {
    const under = new CacheUnderTest(1 << 20, () => 7);
    for (let i = 0; i < 100; i++) under.add(`key ${i}`, RelabelResult.dropped, '');
    const known = Array.from({ length: 100 }, (_, i) => under.find(`key ${i}`)).filter(
      (found) => found !== undefined,
    );
    expect(known).toEqual(Array.from({ length: 32 }, () => [RelabelResult.dropped, '']));
  });

  test('answers as a map does, or not at all', () => {
    holdsForSeeds(50, (random) => checkAgainstMap(random));
  });
});

function checkAgainstMap(random: SeededRandom): void {
  const under = new CacheUnderTest(
    random.pick([5000, 1 << 20]),
    random.coin() ? (hash) => hash & 15 : undefined,
  );
  const model = new Map<string, [RelabelResult, string]>();
  let known = 0;
  for (let i = 0; i < 600; i++) {
    const text = random.text(['a', 'b', 'c'], 6, 1);
    const found = under.find(text);
    if (found !== undefined) {
      known++;
      expect(found).toEqual(model.get(text));
      continue;
    }
    const result = random.pick([
      RelabelResult.unchanged,
      RelabelResult.changed,
      RelabelResult.dropped,
      RelabelResult.nameless,
    ]);
    const made = result === RelabelResult.changed ? random.text(['x', 'y', 'z'], 9, 1) : NOTHING.toString();
    under.add(text, result, made);
    model.set(text, [result, made]);
  }
  expect(known).toBeGreaterThan(20);
}
