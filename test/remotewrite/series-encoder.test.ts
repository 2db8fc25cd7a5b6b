// Series as bytes: golden ones, and any label set against a model by the published message.
import { describe, expect, test } from 'vitest';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { expectModel } from './expect-model.ts';
import { decodeSeries, EncoderUnderTest, type Pairs, type TestSeries } from './label-registers.ts';

describe('a series as bytes', () => {
  const hex = (series: TestSeries) => {
    const under = new EncoderUnderTest();
    return under.encode([series], under.fixed([])).toString('hex');
  };
  test('is the specified message', () => {
    const series = { metric: 'm', pairs: [['a', '1']], value: 1.5, timestampMs: 1_700_000_000_123 } as const;
    expect(hex(series)).toBe(
      '0a290a0d0a085f5f6e616d655f5f12016d0a060a0161120131121009000000000000f83f10fbd095ffbc31',
    );
  });

  const samples = (what: string, value: number, timestampMs: number, sample: string) =>
    test(`has ${what} as ${sample}`, () => {
      const series = hex({ metric: 'm', pairs: [], value, timestampMs });
      const length = (sample.length / 2).toString(16).padStart(2, '0');
      expect(series.slice(4 + 2 * 15)).toBe(`12${length}${sample}`);
    });
  samples('the value zero left out', 0, 1, '1001');
  samples('minus zero written', -0, 1, '0900000000000000801001');
  samples('the ordinary NaN', NaN, 1, '09010000000000f87f1001');
  samples('infinity', Infinity, 1, '09000000000000f07f1001');
  samples('minus infinity', -Infinity, 1, '09000000000000f0ff1001');
  samples('the least double', 5e-324, 1, '0901000000000000001001');
  samples('the timestamp zero left out', 1, 0, '09000000000000f03f');
  samples('nothing if both are zero', 0, 0, '');
  samples('a negative timestamp in ten bytes', 1, -1, '09000000000000f03f10ffffffffffffffffff01');

  test('never has the staleness marker, whichever NaN was read', () => {
    const view = new DataView(new ArrayBuffer(8));
    for (const bits of [0x7ff0000000000002n, 0xfff8000000000000n, 0x7fffffffffffffffn]) {
      view.setBigUint64(0, bits);
      expect(hex({ metric: 'm', pairs: [], value: view.getFloat64(0), timestampMs: 1 })).toContain(
        '09010000000000f87f',
      );
    }
  });

  test('has each of several timestamps in turn', () => {
    const under = new EncoderUnderTest();
    const times = [5, 5, 0, -1, 1_700_000_000_123, 0, 5];
    const all = times.map((timestampMs): TestSeries => ({ metric: 'm', pairs: [], timestampMs }));
    const found = decodeSeries(under.encode(all, under.fixed([])));
    expect(found.map(({ samples }) => samples[0]!.timestampMs)).toEqual(times);
  });
});

describe('any label set', () => {
  const NAMES = [
    'Z',
    'A',
    '_',
    '_A',
    '_a',
    '_x',
    '__',
    '__a',
    'a',
    'j',
    'jo',
    'joa',
    'job',
    'jobs',
    'JOB',
    'instance',
    'le',
    'zz',
    'é',
    '\uff21',
    '\u{1f600}',
    ' ',
    'a b',
  ];

  test('in any order leaves as the model says, by one encoder for all', () => {
    const under = new EncoderUnderTest();
    holdsForSeeds(700, (random) => {
      const grouping = [
        ['job', value(random)],
        ...somePairs(random, ['instance', 'Z', 'jobs', 'le', '\uff21', 'a b']),
      ] as Pairs;
      const defaults = Object.fromEntries(somePairs(random, ['A', 'a', 'cluster', '\u{1f600}', '_x']));
      const shapes = Array.from({ length: 3 }, () => random.some(NAMES, 6));
      const all = Array.from({ length: random.nat(8) }, (): TestSeries => {
        const pairs = random.shuffled(random.pick(shapes)).map((name) => [name, value(random)] as const);
        return {
          metric: random.pick(['m', 'metric_total', 'x'.repeat(130)]),
          pairs,
          value: random.double(),
          timestampMs: random.nat(2 ** 32),
        };
      });
      expectModel(under, all, grouping, defaults);
    });
  });

  test('has a hash that only its labels decide', () => {
    const under = new EncoderUnderTest();
    const hash = (series: TestSeries, grouping: Pairs, defaults = {}) => {
      under.encode([series], under.fixed(grouping, defaults));
      return under.encoder.labelsHash;
    };
    const pushed = hash(
      {
        metric: 'm',
        pairs: [
          ['a', '1'],
          ['b', '2'],
        ],
      },
      [],
    );
    expect(
      hash(
        {
          metric: 'm',
          pairs: [
            ['b', '2'],
            ['a', '1'],
          ],
        },
        [],
      ),
    ).toBe(pushed);
    expect(
      hash(
        {
          metric: 'm',
          pairs: [
            ['b', '2'],
            ['c', ''],
            ['a', '1'],
          ],
        },
        [],
      ),
    ).toBe(pushed);
    expect(hash({ metric: 'm', pairs: [['b', '2']] }, [['a', '1']])).toBe(pushed);
    expect(
      hash(
        {
          metric: 'm',
          pairs: [
            ['b', '2'],
            ['a', 'x'],
          ],
        },
        [['a', '1']],
      ),
    ).toBe(pushed);
    expect(hash({ metric: 'm', pairs: [['b', '2']] }, [], { a: '1' })).toBe(pushed);
    expect(
      hash(
        {
          metric: 'm',
          pairs: [
            ['b', '2'],
            ['a', '1'],
          ],
        },
        [['c', '']],
        { a: 'x', b: 'x' },
      ),
    ).toBe(pushed);
    expect(
      hash(
        {
          metric: 'm',
          pairs: [
            ['a', '2'],
            ['b', '1'],
          ],
        },
        [],
      ),
    ).not.toBe(pushed);
  });
});

function somePairs(random: SeededRandom, names: readonly string[]): Pairs {
  return random.some(names, 4).map((name) => [name, value(random)] as const);
}

function value(random: SeededRandom): string {
  return random.pick(['', 'x', 'value', 'é', '😀', 'x'.repeat(random.nat(140))]);
}
