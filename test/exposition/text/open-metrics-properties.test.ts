// OpenMetrics as a whole: what is written is read back, a cut body is refused, and any bytes are read or refused.
import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { ExpositionError } from '../../../src/exposition/exposition-error.ts';
import { cutEof, OPEN_METRICS } from '../../../src/exposition/text/open-metrics.ts';
import { TextParser } from '../../../src/exposition/text/text-parser.ts';
import { isLabelName, isMetricName } from '../../../src/wire/ascii.ts';
import { ByteArena } from '../../../src/wire/byte-arena.ts';
import { holdsForSeeds, type SeededRandom } from '../../support/seeded-random.ts';
import { mutate } from '../../transcode/mutate.ts';
import { currentSample, type ReadSample } from '../read-body.ts';
import { writtenOpenMetrics } from './written-open-metrics.ts';

/** One parser, reused for all bodies as the transcoder does. */
class ReusedParser {
  readonly arena = new ByteArena();
  readonly parser: TextParser;

  constructor(utf8Names: boolean) {
    this.parser = new TextParser(this.arena, { utf8Names, bucketLabels: 'canonical' }, OPEN_METRICS);
  }

  /** The samples, or the message; `check` sees the parser at each sample. */
  read(body: Uint8Array, requiresEof: boolean, check?: () => void): readonly ReadSample[] | string {
    const { arena, parser } = this;
    arena.load([body], body.length, 2 * body.length);
    parser.lacksEof = !cutEof(arena) && requiresEof;
    const samples: ReadSample[] = [];
    try {
      parser.start();
      while (parser.next()) {
        check?.();
        samples.push(currentSample(parser));
      }
      return samples;
    } catch (error) {
      if (error instanceof ExpositionError) return error.message;
      throw error;
    }
  }
}

describe('a body that is written', () => {
  test('is read with every name, label, value, time and exemplar as they were', () => {
    const reused = new ReusedParser(false);
    let exemplars = 0;
    holdsForSeeds(3000, (random) => {
      const { text, samples } = writtenOpenMetrics(random);
      expect(reused.read(Buffer.from(`${text}# EOF${random.pick(['\n', ''])}`), true), text).toEqual(samples);
      exemplars += samples.filter(({ exemplar }) => exemplar).length;
    });
    expect(exemplars).toBeGreaterThan(1000);
  });

  test('is refused when it is cut anywhere but in its last line feed, or gives the lines before the cut if # EOF is not required', () => {
    const reused = new ReusedParser(false);
    holdsForSeeds(30, (random) => {
      const { text, samples } = writtenOpenMetrics(random);
      const whole = Buffer.from(`${text}# EOF\n`);
      const ends = lineEnds(Buffer.from(text));
      for (let end = 0; end <= whole.length; end++) {
        const cut = whole.subarray(0, end);
        const isWhole = end >= whole.length - 1;
        const strict = reused.read(cut, true);
        expect([end, typeof strict === 'string']).toEqual([end, !isWhole]);
        const lenient = reused.read(cut, false);
        const isTaken = isWhole || end === 0 || ends.includes(end);
        expect([end, typeof lenient === 'string']).toEqual([end, !isTaken]);
        if (isTaken) expect(lenient).toEqual(samples.slice(0, lenient.length));
      }
    });
  });
});

for (const utf8Names of [false, true]) {
  describe(`a damaged body with utf8Names: ${utf8Names}`, () => {
    const reused = new ReusedParser(utf8Names);
    /** Whether it is taken; throws if it is neither refused in a known way nor sound. */
    const isTaken = (body: Buffer): boolean => {
      const read = reused.read(body, false, () => expectSound(reused, utf8Names));
      // Rewritten values were given room for twice the body.
      expect(reused.arena.end - reused.arena.bodyEnd).toBeLessThanOrEqual(2 * body.length + 8);
      if (typeof read !== 'string') return read.length > 0;
      expect(read).toMatch(/^Cannot parse exposition line [1-9][0-9]*: expected .*, found [^\n]*$/);
      return false;
    };
    const survives = (what: string, numRuns: number, bodyOf: (random: SeededRandom) => Buffer) =>
      test(`of ${what} is refused or sound`, () => {
        let taken = 0;
        holdsForSeeds(numRuns, (random) => {
          if (isTaken(bodyOf(random))) taken++;
        });
        expect(taken).toBeGreaterThan(0);
        expect(taken).toBeLessThan(numRuns);
      });
    survives('families', 4000, (random) => mutate(random, Buffer.from(writtenOpenMetrics(random).text)));
    survives('one line', 8000, (random) =>
      mutate(random, Buffer.from('m{a="b",c="d"} 1.5 5 # {a="b"} 2 1.7e+09\nm{a="x"} 1 # {a="b"} 2\n')),
    );
    survives('empty labels', 2000, (random) =>
      mutate(
        random,
        Buffer.from('m{a="",b="x"} 1\nm{a="",b="y"} 2 # {a="",b="x"} 2\nm{a="",b="y"} 3 # {a=""} 3\n'),
      ),
    );
    survives('names in quotes', 4000, (random) =>
      mutate(
        random,
        Buffer.from(
          '# TYPE "h" histogram\n{"h_bucket","le"="1.0"} 1 # {"a"="\\x"} 2\nh_bucket{"le"="2",a="\\n"} 1\n',
        ),
      ),
    );
    test('of random bytes is refused', () => {
      holdsForSeeds(2000, (random) => {
        isTaken(Buffer.from(Array.from({ length: random.nat(60) }, () => random.nat(256))));
      });
    });
  });
}

/** What every consumer of a label set relies on. */
function expectSound({ arena: { bytes }, parser }: ReusedParser, utf8Names: boolean): void {
  const { labels, exemplars } = parser;
  const isGood = (start: number, end: number, isClassic: typeof isLabelName) =>
    isUtf8(bytes.subarray(start, end)) && (utf8Names ? end > start : isClassic(bytes, start, end));
  expect(isGood(labels.metricStart, labels.metricEnd, isMetricName)).toBe(true);
  const order = [...labels.shape.order];
  expect(order.length).toBe(labels.count);
  expectSorted(order.map((at) => bytes.subarray(labels.nameStart[at], labels.nameEnd[at])));
  let total = labels.metricEnd - labels.metricStart;
  for (const at of order) {
    expect(isGood(labels.nameStart[at]!, labels.nameEnd[at]!, isLabelName)).toBe(true);
    expect(isUtf8(bytes.subarray(labels.valueStart[at], labels.valueEnd[at]))).toBe(true);
    if (labels.valueStart[at] === labels.valueEnd[at]) expect(labels.hasEmpty).toBe(true);
    total += labels.nameEnd[at]! - labels.nameStart[at]! + labels.valueEnd[at]! - labels.valueStart[at]!;
  }
  expect(total).toBeLessThanOrEqual(labels.maxBytes);
  const count = exemplars.count === 0 ? 0 : exemplars.labelsEnd[0]!;
  const names = Array.from({ length: count }, (_, at) =>
    bytes.subarray(exemplars.nameStart[at], exemplars.nameEnd[at]),
  );
  expectSorted(names);
  for (let at = 0; at < count; at++) {
    expect(isGood(exemplars.nameStart[at]!, exemplars.nameEnd[at]!, isLabelName)).toBe(true);
    expect(exemplars.valueEnd[at]! - exemplars.valueStart[at]!).toBeGreaterThan(0);
  }
}

function expectSorted(names: readonly Uint8Array[]): void {
  for (const [i, name] of names.entries()) if (i > 0) expect(Buffer.compare(names[i - 1]!, name)).toBe(-1);
}

/** Where each line ends, after its line feed. */
function lineEnds(body: Buffer): number[] {
  return [...body.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
}
