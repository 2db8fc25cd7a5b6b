// The texts of doubles in an arena: each double has its own, written once for each load.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { FloatTextCache } from '../../src/wire/float-text-cache.ts';

function loaded(maxRewritten = 1 << 16) {
  const arena = new ByteArena();
  const rendered: number[] = [];
  const cache = new FloatTextCache(arena, (value) => {
    rendered.push(value);
    return `<${Object.is(value, -0) ? '-0' : value}>`;
  });
  const load = () => {
    arena.load([Buffer.from('body')], 4, maxRewritten);
    cache.reset();
  };
  const text = (value: number) => {
    cache.use(value);
    return arena.bytes.toString('latin1', cache.start, cache.end);
  };
  load();
  return { arena, cache, rendered, load, text };
}

describe('the texts of doubles', () => {
  test('are those of the very double asked for', () => {
    const { load, text } = loaded();
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 50 }), (values) => {
        load();
        for (const value of [...values, ...values, 0, -0, NaN, Infinity])
          expect(text(value)).toBe(`<${Object.is(value, -0) ? '-0' : value}>`);
      }),
    );
  });

  test('are the same range while nothing is loaded', () => {
    const { cache, arena, text, rendered } = loaded();
    const ranges = [0.5, 1, NaN, 0.5, 1, NaN].map((value) => [text(value), cache.start, cache.end]);
    expect(ranges.slice(3)).toEqual(ranges.slice(0, 3));
    expect(rendered).toEqual([0.5, 1, NaN]);
    expect(arena.end).toBe(cache.end);
  });

  test('are written again for each load, but not made again', () => {
    const { arena, load, text, rendered } = loaded();
    const first = [text(0.5), text(2.5)];
    load();
    const { end } = arena;
    expect([text(0.5), text(2.5)]).toEqual(first);
    expect(arena.end - end).toBe('<0.5><2.5>'.length);
    expect(rendered).toEqual([0.5, 2.5]);
  });

  test('may be more than there are slots', () => {
    const { load, text } = loaded(1 << 20);
    for (let round = 0; round < 2; round++) {
      load();
      for (let i = 0; i < 5000; i++) expect(text(i / 7)).toBe(`<${i / 7}>`);
    }
  });
});
