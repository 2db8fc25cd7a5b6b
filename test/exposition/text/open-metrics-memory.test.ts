// What a hostile OpenMetrics body costs: time that grows with its length alone, and no memory kept for the next.
import { describe, expect, test } from 'vitest';
import { ExpositionError } from '../../../src/exposition/exposition-error.ts';
import { OPEN_METRICS } from '../../../src/exposition/text/open-metrics.ts';
import { TextParser } from '../../../src/exposition/text/text-parser.ts';
import { ByteArena } from '../../../src/wire/byte-arena.ts';

const MIB = 1 << 20;
const SMALL = Buffer.from('m 1\n');

/** Repeats what `make` gives until the body has `bytes`. */
function bodyOf(bytes: number, make: (i: number) => string): Buffer {
  const lines: string[] = [];
  for (let length = 0; length < bytes; length += lines.at(-1)!.length) lines.push(make(lines.length));
  return Buffer.from(lines.join(''));
}

function newParser() {
  const arena = new ByteArena();
  const parser = new TextParser(arena, { utf8Names: true, bucketLabels: 'canonical' }, OPEN_METRICS);
  return { arena, parser };
}

function readAll({ arena, parser }: ReturnType<typeof newParser>, body: Buffer): void {
  arena.load([body], body.length, 2 * body.length);
  try {
    parser.start();
    while (parser.next());
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error;
  }
  arena.trim();
}

describe('a body of 4 MiB', () => {
  const cases: readonly (readonly [what: string, make: (i: number) => string])[] = [
    ['families', (i) => `m${i} 1\n`],
    ['declared families', (i) => `# TYPE m${i} histogram\nm${i}_count 1\n`],
    ['families with names of one ending', (i) => `# TYPE m${i}_bucket_bucket counter\n`],
    ['label names', (i) => `m{l${i}="x"} 1\n`],
    ['exemplars with names of their own', (i) => `m 1 # {l${i}="x"} 1\n`],
    ['escapes', () => 'm{a="\\n\\n\\n\\n\\n\\n\\n\\n"} 1 # {a="\\n\\n\\n\\n"} 1\n'],
    ['digits', () => `m ${'1'.repeat(2000)} ${'1'.repeat(2000)}e-1990\n`],
    ['one HELP', (i) => (i === 0 ? '# HELP m ' : 'x'.repeat(1000))],
    ['one name', (i) => (i === 0 ? '' : 'x'.repeat(1000))],
    ['one label value', (i) => (i === 0 ? 'm{a="' : 'x'.repeat(1000))],
    ['one timestamp', (i) => (i === 0 ? 'm 1 ' : '1'.repeat(1000))],
  ];
  for (const [what, make] of cases)
    test(`of ${what} leaves the arena and the tables small`, () => {
      const reused = newParser();
      readAll(reused, bodyOf(4 * MIB, make));
      expect(reused.arena.bytes.length).toBeLessThanOrEqual(4 * MIB);
      readAll(reused, SMALL);
      expect(reused.parser.families.hash.length).toBeLessThanOrEqual(64);
    });
});
