// Lengths of names, values and whole series around the bounds of one, two and three bytes.
import { describe, test } from 'vitest';
import { expectModel } from './expect-model.ts';
import { EncoderUnderTest, type TestSeries } from './label-registers.ts';

describe('lengths', () => {
  const LENGTHS = [
    0, 1, 100, 111, 112, 113, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 254, 255, 256,
    16_370, 16_380, 16_381, 16_382, 16_383, 16_384, 16_385, 70_000,
  ];

  test('of values and of the metric name are all written right, also one after another', () => {
    const under = new EncoderUnderTest();
    const all = LENGTHS.flatMap((length): TestSeries[] => [
      { metric: 'm', pairs: [['a', 'x'.repeat(length)]] },
      { metric: `m${'x'.repeat(length)}`, pairs: [['a', 'y']] },
      {
        metric: 'm',
        pairs: [
          ['a', 'x'.repeat(length)],
          ['b', 'x'.repeat(length)],
        ],
      },
    ]);
    expectModel(under, all, [['job', 'test']]);
    expectModel(under, all.reverse(), []);
  });

  test('of label names are all written right', () => {
    const under = new EncoderUnderTest();
    const all = LENGTHS.map(
      (length): TestSeries => ({
        metric: 'm',
        pairs: [
          [`n${'x'.repeat(length)}`, 'v'],
          ['z', 'w'.repeat(length)],
        ],
      }),
    );
    expectModel(under, all, [['job', 'test']]);
  });

  test('of fixed labels are all written right', () => {
    const under = new EncoderUnderTest();
    for (const length of LENGTHS)
      expectModel(
        under,
        [
          {
            metric: 'm',
            pairs: [
              ['a', '1'],
              ['z', '2'],
            ],
          },
        ],
        [
          ['job', 'x'.repeat(length)],
          [`k${'x'.repeat(length)}`, 'v'],
        ],
      );
  });

  test('of the whole series are written right at every size around one, two and three bytes', () => {
    const under = new EncoderUnderTest();
    for (const around of [127, 16_383]) {
      const all = Array.from(
        { length: 60 },
        (_, i): TestSeries => ({ metric: 'm', pairs: [['a', 'x'.repeat(around - 50 + i)]] }),
      );
      expectModel(under, all, []);
      expectModel(under, all.reverse(), []);
    }
  });
});
