// The index of a push's series against a plain map.
import { describe, expect, test } from 'vitest';
import { SeriesIndex } from '../../src/remotewrite/series-index.ts';
import { OutputBuffer } from '../../src/wire/output-buffer.ts';
import { holdsForSeeds, SeededRandom } from '../support/seeded-random.ts';

type Hash = (key: string) => number;

describe('the series index', () => {
  const hashes: Readonly<Record<string, Hash>> = {
    'hashes that differ': (key) =>
      [...key].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), 7) | 0,
    'hashes that are all equal': () => 5,
    'hashes whose low bits are equal': (key) => (key.length << 20) | 3,
    'negative hashes': (key) => -1 - key.length,
  };
  for (const [what, hash] of Object.entries(hashes)) {
    test(`answers as a map does, with ${what}, reused`, () => {
      const under = new IndexUnderTest();
      holdsForSeeds(100, (random) => under.check(random, hash, random.pick([5, 60, 300]), 40));
    });
  }

  test('answers as a map does while it grows, and after it was large', () => {
    const under = new IndexUnderTest();
    const random = new SeededRandom(3);
    for (const count of [127, 128, 129, 5000, 10, 100_000, 10, 129])
      under.check(random, hashes['hashes that differ']!, count, count * 2);
  });
});

class IndexUnderTest {
  readonly #out = new OutputBuffer(1 << 26);
  readonly #index = new SeriesIndex(this.#out);

  check(random: SeededRandom, hash: Hash, adds: number, keys: number): void {
    this.#out.reset();
    this.#index.reset();
    const newest = new Map<string, number>();
    for (let i = 0; i < adds; i++) {
      const key = `k${random.nat(keys)}${random.pick(['', 'x'])}`;
      const ownTimestampMs = random.pick([NaN, 5, 5, random.nat(10), -random.nat(10)]);
      const last = newest.get(key);
      const isTaken = last === undefined || ownTimestampMs > last;
      if (isTaken) newest.set(key, ownTimestampMs);
      if (this.#add(key, hash(key), ownTimestampMs) !== isTaken)
        expect.fail(`${key} at ${ownTimestampMs} after ${last}`);
    }
    expect(this.#index.count).toBe(newest.size);
    for (let i = 0; i < 20; i++) {
      const key = `k${random.nat(keys + 5)}${random.pick(['', 'x'])}`;
      expect(this.#has(key, hash(key)), key).toBe(newest.has(key));
    }
  }

  /** Asks for the key in a buffer of its own, at some place of it. */
  #has(key: string, hash: number): boolean {
    const bytes = Buffer.from(`---${key}--------`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.#index.has(view, 3, key.length, hash);
  }

  #add(key: string, hash: number, ownTimestampMs: number): boolean {
    const out = this.#out;
    out.reserve(key.length);
    const start = out.length;
    out.length += out.bytes.write(key, start, 'latin1');
    return this.#index.add(start, out.length, hash, ownTimestampMs);
  }
}
