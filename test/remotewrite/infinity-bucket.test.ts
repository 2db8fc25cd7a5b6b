// The +Inf bucket made from a count: the same labels and sample, except for the name and `le`.
import { describe, expect, test } from 'vitest';
import { InfinityBucket } from '../../src/remotewrite/infinity-bucket.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import {
  decodeSeries,
  EncoderUnderTest,
  expectedLabels,
  type Pairs,
  type TestSeries,
} from './label-registers.ts';

/** Encodes the count and appends its bucket; what leaves, and whether there was one. */
function withBucket(under: EncoderUnderTest, bucket: InfinityBucket, count: TestSeries, grouping: Pairs) {
  under.encode([count], under.fixed(grouping));
  const { labelsStart, labelsEnd } = under.encoder;
  const isMade = bucket.append(under.out, labelsStart, labelsEnd, under.out.length);
  return { isMade, series: decodeSeries(Buffer.from(under.out.written())) };
}

function checkBucket(
  under: EncoderUnderTest,
  bucket: InfinityBucket,
  base: string,
  pairs: Pairs,
  grouping: Pairs,
): void {
  const count: TestSeries = { metric: `${base}_count`, pairs, value: 42.5, timestampMs: 1_700_000_000_123 };
  const made = { metric: `${base}_bucket`, pairs: [...pairs, ['le', '+Inf']] as Pairs };
  const samples = [{ value: 42.5, timestampMs: 1_700_000_000_123 }];
  const expected = [count, made].map((series) => ({ labels: expectedLabels(series, grouping), samples }));
  expect(withBucket(under, bucket, count, grouping)).toEqual({ isMade: true, series: expected });
  expect(under.out.bytes.subarray(bucket.labelsStart, bucket.labelsStart + 1)[0]).toBe(0x0a);
}

describe('the +Inf bucket', () => {
  test("is not made if the count has a label le, its own or the path's", () => {
    const under = new EncoderUnderTest();
    const bucket = new InfinityBucket();
    for (const [pairs, grouping] of [
      [[['le', '5']], []],
      [[], [['le', '5']]],
      [
        [
          ['a', 'b'],
          ['le', '1'],
          ['z', 'c'],
        ],
        [],
      ],
    ] as [Pairs, Pairs][]) {
      const { isMade, series } = withBucket(under, bucket, { metric: 'h_count', pairs }, grouping);
      expect([isMade, series.length]).toEqual([false, 1]);
    }
  });

  test('has le in its sorted place: first, last and between', () => {
    const under = new EncoderUnderTest();
    const bucket = new InfinityBucket();
    for (const pairs of [
      [],
      [['z', '1']],
      [['a', '1']],
      [
        ['a', '1'],
        ['z', '2'],
      ],
      [
        ['ld', '1'],
        ['lf', '2'],
      ],
      [
        ['l', '1'],
        ['lea', '2'],
      ],
      [
        ['Z', '1'],
        ['_x', '2'],
      ],
    ] as Pairs[]) {
      checkBucket(under, bucket, 'h', pairs, []);
      checkBucket(under, bucket, 'h', pairs, [
        ['job', 'test'],
        ['zone', 'x'],
      ]);
    }
  });

  test('is right for names and labels of every length around one and two bytes', () => {
    const under = new EncoderUnderTest();
    const bucket = new InfinityBucket();
    for (let length = 1; length < 140; length++) {
      checkBucket(under, bucket, 'x'.repeat(length), [], []);
      checkBucket(under, bucket, 'h', [['a', 'x'.repeat(length)]], [['job', 'test']]);
    }
    for (const length of [16_370, 16_375, 16_380, 16_384])
      checkBucket(under, bucket, 'x'.repeat(length), [], []);
  });

  test('is right for any labels and in any order of names', () => {
    const under = new EncoderUnderTest();
    const bucket = new InfinityBucket();
    const pairs = (random: SeededRandom, names: string[]) =>
      random.some(names, 3).map((name) => [name, random.pick(['', 'x', 'x'.repeat(130)])] as const);
    holdsForSeeds(500, (random) => {
      const own = pairs(random, ['a', 'l', 'ld', 'lee', 'z', 'Z', 'job']);
      checkBucket(
        under,
        bucket,
        random.pick(['h', 'h_count', 'hh', '_']),
        own,
        pairs(random, ['job', 'k', 'm', 'le0']),
      );
    });
  });
});
