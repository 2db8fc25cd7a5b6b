// Random choices that one seed decides: for large structures, for which a generator of fast-check for each choice would cost
// too much. fast-check chooses the seed and prints it when a test fails; SEED repeats it (vitest.config.ts).
import fc from 'fast-check';

export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 up to, not including, `below` (mulberry32). */
  nat(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** From 0 up to, not including, 1, as Math.random. */
  fraction(): number {
    return this.nat(2 ** 30) / 2 ** 30;
  }

  coin(): boolean {
    return this.nat(2) === 0;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('BUG: nothing to pick from');
    return items[this.nat(items.length)]!;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = this.nat(i + 1);
      [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
    }
    return mixed;
  }

  /** At most `most` of the items, in any order. */
  some<T>(items: readonly T[], most = items.length): T[] {
    return this.shuffled(items).slice(0, this.nat(Math.min(most, items.length) + 1));
  }

  /** Up to `longest` of the letters. */
  text(letters: readonly string[], longest: number, shortest = 0): string {
    const length = shortest + this.nat(longest - shortest + 1);
    return Array.from({ length }, () => this.pick(letters)).join('');
  }

  /** A double with any bits. */
  double(): number {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, this.nat(2 ** 32));
    view.setUint32(4, this.nat(2 ** 32));
    return view.getFloat64(0);
  }
}

/** Of `all` cases of a random run, how many are tried: all of them in CI or with SEED, a third elsewhere. */
export function cases(all: number): number {
  const { CI, SEED } = process.env;
  return CI === undefined && SEED === undefined ? Math.ceil(all / 3) : all;
}

/** Checks that something holds whatever is chosen, for many seeds (`cases` of `allRuns`). */
export function holdsForSeeds(allRuns: number, holds: (random: SeededRandom) => void): void {
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => holds(new SeededRandom(seed))),
    { numRuns: cases(allRuns) },
  );
}

/** Replaces Math.random, with the same numbers in every run. */
export function seededFractions(seed = 1): () => number {
  const random = new SeededRandom(seed);
  return () => random.fraction();
}
