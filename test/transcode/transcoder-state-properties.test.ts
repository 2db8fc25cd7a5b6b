// One transcoder serves all pushes. No push may affect the next one, neither its bytes nor its refusal.
import { describe, expect, test } from 'vitest';
import type { FixedLabels } from '../../src/labels/fixed-labels.ts';
import { KnownBodies } from '../../src/transcode/known-bodies.ts';
import type { TranscoderOptions } from '../../src/transcode/transcoder.ts';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { mutate, withOtherValues } from './mutate.ts';
import { fixed, newTranscoder, RECEIVED_AT_MS, transcodeBody } from './transcode-body.ts';
import { writtenPush } from './written-push.ts';

type Push = readonly [body: string | Buffer, labels: FixedLabels];

const KEYS = [
  fixed(),
  fixed({ job: 'other' }),
  fixed({ job: 'test', instance: 'i' }),
  fixed({ job: 'test', a: '' }),
  fixed({ job: 'test' }, { a: 'default', zone: 'z' }),
  fixed({ job: 'test', a: 'grouping', u: '1' }, { zone: 'z' }),
  fixed({ job: 'test', 'a !b': 'x' }),
  fixed({ job: 'test', a: 'x', b: 'y' }),
  fixed({ job: 'test', le: '5' }),
  fixed({ job: 'test', le: '' }),
];

/** Gives the pushes to one transcoder after another, and each alone to a fresh one. */
function checkAgainstFresh(pushes: readonly Push[], options: Partial<TranscoderOptions> = {}): void {
  const reused = newTranscoder(options);
  pushes.forEach(([body, labels], i) => {
    const receivedAtMs = RECEIVED_AT_MS + i;
    const found = transcodeBody(reused, body, labels, receivedAtMs);
    const alone = transcodeBody(newTranscoder(options), body, labels, receivedAtMs);
    expect(readable(found), `push ${i}: ${JSON.stringify(body.toString())}`).toBe(readable(alone));
  });
}

/** How many pushes were taken without a full parse. */
function countReplays(run: () => void): number {
  const { replay } = KnownBodies.prototype;
  let count = 0;
  KnownBodies.prototype.replay = function (...args) {
    const isKnown = replay.apply(this, args);
    if (isKnown) count++;
    return isKnown;
  };
  try {
    run();
  } finally {
    KnownBodies.prototype.replay = replay;
  }
  return count;
}

function readable(outcome: Buffer | string): string {
  return typeof outcome === 'string' ? outcome : outcome.toString('latin1');
}

/** A series of pushes as jobs make them: some again and again with other values, some damaged, under several keys. */
function somePushes(random: SeededRandom): Push[] {
  const bodies = Array.from({ length: 3 }, () => writtenPush(random).body);
  return Array.from({ length: 10 }, (): Push => {
    const body = random.pick(bodies);
    const variant = [body, withOtherValues(random, body), mutate(random, Buffer.from(body))];
    return [random.pick(variant), random.pick(KEYS)];
  });
}

/** Bodies that share beginnings, again and again with other values, now and then with one that is none. */
function repeatedPushes(random: SeededRandom): Push[] {
  const lines = [
    ...[
      'm{a="b"} ',
      'm{a="b",zone="q"} ',
      'm{a="default"} ',
      'm{zone="z",a=""} ',
      'm ',
      'm{u="1"} ',
      'm{a="b"}',
      'm',
    ],
    ...[
      '{"a !b"} ',
      'h_bucket{le="1.0"} ',
      'h_bucket{le="+Inf"} ',
      'h_bucket{le="+Inf",a="x"} ',
      'h_count ',
      'h_sum\t',
    ],
    ...[
      'm{b="y",a="x"} ',
      'm{x="é\\n"} ',
      `m{long="${'x'.repeat(200)}"} `,
      '# a comment\nn{job="own",instance="own"} ',
    ],
  ];
  const bodies = Array.from({ length: 3 }, () => random.some(lines, 4));
  const values = ['1', '0', '-0', '12345678901234567', 'NaN', '+Inf', '-7.5e-3', '1e300'];
  const odd = ['x', '1e400', '', '1 5', ' 2', '1\r', '3\n\n', '4\n# end'];
  const keys = random.shuffled(KEYS).slice(0, 2);
  return Array.from({ length: 20 }, (): Push => {
    const body = random
      .pick(bodies)
      .map((line) => `${line}${random.pick(random.nat(15) === 0 ? odd : values)}\n`);
    const head = random.pick(['', '', '# TYPE h histogram\n']);
    return [head + body.join(''), random.pick(keys)];
  });
}

describe('a push after others', () => {
  test('is transcoded as if it came first', () => {
    holdsForSeeds(60, (random) => checkAgainstFresh(somePushes(random), { utf8Names: random.coin() }));
  });

  test('is transcoded as if it came first, if only its values are new', () => {
    let pushes = 0;
    const replays = countReplays(() => {
      holdsForSeeds(50, (random) => {
        const all = repeatedPushes(random);
        pushes += all.length;
        checkAgainstFresh(all, {
          utf8Names: random.coin(),
          bucketLabels: random.pick(['canonical', 'verbatim']),
        });
      });
    });
    expect(replays).toBeGreaterThan(pushes / 20);
    expect(replays).toBeLessThan(pushes);
  });

  test('is transcoded as if it came first, with lines like those of the push before', () => {
    const lines = [
      'm{a="b"} 1',
      'm{a="bc"} 1',
      'm{a=""} 1',
      'm 1',
      'm{a="b",} 1',
      'm{b="b"} 1',
      'm{"a"="b"} 1',
      'n{a="b"} 1',
      'm{a="b"} x',
      '# TYPE m gauge',
      '# TYPE m histogram',
      'm_count{a="b"} 1',
      'm_bucket{le="1.0"} 1',
      'm_bucket{a="b",le="+Inf"} 1',
      'm{a="b"} 2 7',
      'm{a="b"} 3 8',
      '',
    ];
    holdsForSeeds(150, (random) => {
      const pushes = Array.from(
        { length: 8 },
        (): Push => [`${random.some(lines, 4).join('\n')}\n`, random.pick(KEYS)],
      );
      checkAgainstFresh(pushes, {
        timestamps: random.pick(['honor', 'reject', 'ignore']),
        lineEndings: random.pick(['strict', 'lenient']),
      });
    });
  });

  test('is transcoded as if it came first, after every size of push', () => {
    const families = (count: number) =>
      Array.from({ length: count }, (_, i) => `# TYPE h${i} histogram\nh${i}_count{a="${i}"} ${i}\n`).join(
        '',
      );
    const sizes = [1, 64, 65, 200, 3000, 40_000, 3, 40_000, 64, 65, 1];
    checkAgainstFresh(sizes.map((count) => [families(count), KEYS[0]!]));
  });

  test('is transcoded as if it came first, after more layouts of labels than are kept', () => {
    const shapes = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => `m{l${from + i}="x",a="y"} 1\n`).join('');
    const ranges = [
      [0, 10],
      [0, 1500],
      [700, 1400],
      [0, 10],
      [1020, 1030],
      [0, 3000],
      [0, 10],
    ] as const;
    checkAgainstFresh(
      ranges.flatMap(([from, to]): Push[] => [
        [shapes(from, to), KEYS[0]!],
        [shapes(from, to), KEYS[4]!],
      ]),
    );
  });

  test('is transcoded as if it came first, after one that was refused anywhere', () => {
    const good = '# TYPE h histogram\nh_bucket{le="1.0",a="x"} 1\nh_count{a="x"} 2\nm{a="",b="c"} 3\n';
    for (let at = 0; at < good.length; at++) {
      const bad = `${good.slice(0, at)}\0${good.slice(at)}`;
      checkAgainstFresh([
        [bad, KEYS[4]!],
        [good, KEYS[0]!],
        [bad, KEYS[0]!],
        [good, KEYS[4]!],
      ]);
    }
  });

  test('is transcoded as if it came first, if only the values of the path differ', () => {
    const histogram = '# TYPE h histogram\nh_count 1\n';
    const pushed = 'm{a="x",b="y"} 1\nn{b="y",a="z"} 2\n';
    for (const name of ['le', 'a', 'zone']) {
      const keys = ['5', '', 'x', '6'].map((value) => fixed({ job: 'test', [name]: value }));
      checkAgainstFresh(
        [...keys, ...keys].flatMap((key): Push[] => [histogram, pushed].map((body) => [body, key])),
      );
    }
  });

  test('is transcoded as if it came first, after one over a limit', () => {
    const long = `m{a="${'x'.repeat(5000)}"} 1\n`;
    const many = Array.from({ length: 20_000 }, (_, i) => `m{i="${i}"} 1\n`).join('');
    const pushes = [
      'm 1\n',
      long,
      'm 1\n',
      many,
      'm{i="5"} 1\n',
      `h_count 1\n${long}`,
      '# TYPE h histogram\nh_count 1\n',
    ];
    checkAgainstFresh(
      pushes.map((body) => [body, KEYS[0]!]),
      { maxSeriesBytes: 1000, maxEncodedBytes: 200_000 },
    );
  });
});
