// Bodies of MetricFamily messages that are cut, damaged or hostile: refused or read, within bounds of memory and time.
import { describe, expect, test } from 'vitest';
import { holdsForSeeds, SeededRandom } from '../../support/seeded-random.ts';
import { mutate } from '../../transcode/mutate.ts';
import {
  bodyOf,
  delimit,
  doubleField,
  encodeFamily,
  field,
  labelPairs,
  Type,
  varint,
  varintField,
} from './family-messages.ts';
import { randomFamilies } from './random.ts';
import { ProtobufBench, type ReadSeries } from './read-messages.ts';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

describe('a body that is cut', () => {
  test('is refused, or taken up to where a message ended', () => {
    const bench = new ProtobufBench();
    holdsForSeeds(60, (random) => {
      const messages = randomFamilies(random).map(encodeFamily);
      const body = delimit(...messages);
      const ends = new Map(messages.map((_, i) => [delimit(...messages.slice(0, i)).length, i] as const));
      for (let cut = 0; cut < body.length; cut++) {
        const whole = ends.get(cut);
        const expected =
          whole === undefined ? expect.any(String) : bench.read(delimit(...messages.slice(0, whole)));
        expect(bench.read(body.subarray(0, cut))).toEqual(expected);
      }
    });
  });
});

describe('a body that is damaged', () => {
  const checkNames = (read: readonly ReadSeries[] | string): void => {
    if (typeof read === 'string') return;
    for (const { metric, labels } of read) {
      expect(metric).toMatch(METRIC_NAME);
      for (const name of Object.keys(labels)) expect(name).toMatch(LABEL_NAME);
    }
  };

  test('is refused or gives valid series', () => {
    const bench = new ProtobufBench();
    let taken = 0;
    holdsForSeeds(4000, (random) => {
      const read = bench.read(mutate(random, bodyOf(...randomFamilies(random))));
      checkNames(read);
      if (typeof read !== 'string') taken++;
    });
    expect(taken).toBeGreaterThan(100);
  });

  test('is refused or gives valid series with UTF-8 names', () => {
    const bench = new ProtobufBench({ utf8Names: true });
    holdsForSeeds(1000, (random) => {
      const read = bench.read(mutate(random, bodyOf(...randomFamilies(random))));
      const texts =
        typeof read === 'string'
          ? []
          : read.flatMap(({ metric, labels }) => [metric, ...Object.keys(labels)]);
      for (const text of texts) expect(Buffer.from(text).toString()).toBe(text);
      expect(texts.every((text) => text !== '')).toBe(true);
    });
  });

  test('is refused in a sentence of one line if it is random bytes', () => {
    const bench = new ProtobufBench();
    holdsForSeeds(3000, (random) => {
      const bytes = Buffer.from(
        Array.from({ length: random.nat(40) }, () => random.nat(random.pick([32, 256]))),
      );
      const read = bench.read(bytes);
      if (typeof read === 'string')
        expect(read).toMatch(/^Cannot parse exposition family [^\n]+: expected [^\n]+$/);
      else checkNames(read);
    });
  });
});

describe('a body that is made to hurt', () => {
  const NAME = field(1, Buffer.from('h'));
  const times = (count: number, bytes: Uint8Array) => Buffer.alloc(count * bytes.length, bytes);
  const histogram = (...content: readonly Uint8Array[]) =>
    delimit(Buffer.concat([NAME, varintField(3, Type.histogram), field(4, ...content)]));

  for (const length of [2n ** 31n - 1n, 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n]) {
    test(`reserves nothing for a length of ${length}, wherever it is`, () => {
      const bench = new ProtobufBench();
      const before = bench.arena.bytes.length;
      for (const tag of [0x0a, 0x12, 0x22, 0x2a, 0x92]) {
        const inner = Buffer.concat([varint(tag), varint(length)]);
        for (const body of [varint(length), delimit(inner), delimit(Buffer.concat([NAME, field(4, inner)]))])
          expect(bench.read(body)).toMatch(/^Cannot parse exposition family .* bytes more, found 0$/);
      }
      expect(bench.arena.bytes.length).toBe(before);
    });
  }

  test('keeps nothing of spans without buckets', () => {
    const { arena, parser } = new ProtobufBench();
    const body = histogram(field(7, times(200_000, field(12))));
    arena.load([body], body.length, 4 * body.length + 1024);
    parser.start();
    expect(parser.next()).toBe(true);
    expect(parser.histogram?.positive.spanCount).toBe(0);
    expect(parser.histogram?.positive.offsets.length).toBeLessThan(100);
  });

  test('gives the memory of very many spans back with the next histogram', () => {
    const { arena, parser } = new ProtobufBench();
    const spans = 50_000;
    const buckets = Buffer.alloc(spans);
    const large = histogram(field(7, times(spans, field(12, varintField(2, 1))), field(13, buckets)));
    const body = Buffer.concat([large, histogram(field(7, field(12)))]);
    arena.load([body], body.length, 4 * body.length + 1024);
    parser.start();
    const lengths: number[] = [];
    while (parser.next()) if (parser.histogram) lengths.push(parser.histogram.positive.offsets.length);
    expect(lengths).toEqual([65_536, 16]);
  });

  // Each is read in well under a second if work grows with the body, and in minutes if it grows with its square.
  const reads = (what: string, body: Buffer, expected: unknown) =>
    test(`reads ${what} of ${Math.round(body.length / 1024)} KiB`, () => {
      const read = new ProtobufBench().read(body);
      expect(typeof read === 'string' ? read : read.length).toEqual(expected);
    });
  const MANY = 50_000;
  reads('empty buckets', histogram(field(7, times(MANY, field(3)))), MANY + 3);
  reads('pieces of a histogram', histogram(times(MANY, field(7, field(3)))), MANY + 3);
  reads('pieces of a native histogram', histogram(times(MANY, field(7, field(12)))), 4);
  reads('metrics', delimit(Buffer.concat([NAME, times(MANY, field(4, field(3)))])), MANY);
  reads('families', times(MANY, delimit(Buffer.concat([NAME, field(4, field(3))]))), MANY);
  reads('families without metrics', times(MANY, delimit(NAME)), 0);
  reads(
    'unknown fields',
    delimit(Buffer.concat([NAME, times(MANY, varintField(17, 1)), field(4, field(3))])),
    1,
  );
  reads(
    'groups',
    delimit(Buffer.concat([NAME, times(MANY, Buffer.from([0x8b, 1, 0x8c, 1])), field(4, field(3))])),
    1,
  );
  reads('exemplars', histogram(field(7, varintField(1, 1), varintField(7, 1), times(MANY, field(16)))), 4);
  reads(
    'bounds that differ',
    histogram(
      field(
        7,
        ...Array.from({ length: MANY }, (_, i) => field(3, doubleField(2, -(2 ** 1000) / (3 * i + 1)))),
      ),
    ),
    MANY + 3,
  );
  reads(
    'labels of an exemplar',
    delimit(
      Buffer.concat([NAME, field(4, field(3, field(2, times(MANY, field(1, field(1, Buffer.from('a')))))))]),
    ),
    `Cannot parse exposition family "h", metric 1: expected labels of an exemplar with at most 128 characters, found ${MANY}`,
  );

  test('has enough room for all that is rewritten', () => {
    const bench = new ProtobufBench({ bucketLabels: 'openmetrics' });
    const family = Buffer.concat([NAME, varintField(3, Type.histogram)]);
    const buckets = histogram(
      field(7, times(MANY, Buffer.concat([field(3), field(3, doubleField(2, NaN))]))),
    );
    for (const body of [times(MANY, delimit(family)), buckets])
      expect(bench.read(body)).not.toBeTypeOf('string');
  });

  test('reads names of metrics and labels that are new each time', () => {
    const random = new SeededRandom(7);
    const families = Array.from({ length: 500 }, (_, i) => ({
      name: `x${i}`,
      type: Type.summary,
      metric: Array.from({ length: 5 }, (__, j) => ({
        label: labelPairs(
          Object.fromEntries(random.shuffled(['a', 'b', 'c', `d${i}`, `e${j}`]).map((name) => [name, 'x'])),
        ),
        summary: {},
      })),
    }));
    expect(new ProtobufBench().read(bodyOf(...families))).toHaveLength(5000);
  });
});
