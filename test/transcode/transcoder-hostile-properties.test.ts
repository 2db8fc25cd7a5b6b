// Whatever is pushed, it is refused with a known error or leaves as series that every backend can take.
import { describe, expect, test } from 'vitest';
import { holdsForSeeds, type SeededRandom } from '../support/seeded-random.ts';
import { mutate } from './mutate.ts';
import { decodePush, fixed, newTranscoder, transcodeBody, wireProblems } from './transcode-body.ts';
import { writtenPush } from './written-push.ts';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const NOISE = [
  ...[
    'm 1\n',
    'n{a="b"} 2\n',
    '# TYPE m histogram\n',
    'm',
    'n_count',
    '{',
    '}',
    '"',
    '=',
    ',',
    ' ',
    '\n',
    '#',
    '1',
  ],
  ...['5e3', '\\', 'a', 'le', '\t', '\xff'],
];

for (const utf8Names of [false, true]) {
  describe(`a push with utf8Names: ${utf8Names}`, () => {
    const transcoder = newTranscoder({ utf8Names });
    const isName = (name: string, isMetric: boolean) =>
      utf8Names ? isMetric || !name.startsWith('__') : (isMetric ? METRIC_NAME : LABEL_NAME).test(name);

    /** Whether the body is taken; throws if it is neither refused in a known way nor valid. */
    const isTaken = (body: Buffer): boolean => {
      const encoded = transcodeBody(transcoder, body, fixed({ job: 'j', instance: 'i' }, { cluster: 'c' }));
      if (typeof encoded === 'string') {
        expect(encoded).toMatch(
          /^Cannot (parse exposition line [1-9][0-9]*: expected .*, found|forward series|encode push)[^\n]*$/,
        );
        return false;
      }
      expect(wireProblems(encoded, isName), JSON.stringify(body.toString('latin1'))).toEqual([]);
      return decodePush(encoded).series.length > 0;
    };

    const survives = (what: string, numRuns: number, bodyOf: (random: SeededRandom) => Buffer) =>
      test(`of ${what} is refused or valid`, () => {
        let taken = 0;
        holdsForSeeds(numRuns, (random) => {
          if (isTaken(bodyOf(random))) taken++;
        });
        expect(taken).toBeGreaterThan(0);
        expect(taken).toBeLessThan(numRuns);
      });

    survives('damaged families', 3000, (random) => mutate(random, Buffer.from(writtenPush(random).body)));
    survives('one damaged line', 6000, (random) => mutate(random, Buffer.from('m{a="b",c="d"} 1.5 5\n')));
    survives('names in quotes, damaged', 3000, (random) =>
      mutate(
        random,
        Buffer.from(
          '# TYPE "h" histogram\n{"h_bucket","le"="1.0"} 1\nh_bucket{"le"="2",a="\\n"} 1\nh_bucket{"le"="3",a="x"} 1\n',
        ),
      ),
    );
    survives('pieces of lines', 6000, (random) => Buffer.from(`${random.text(NOISE, 14)}\n`, 'latin1'));

    test('of random bytes is refused', () => {
      holdsForSeeds(2000, (random) => {
        isTaken(Buffer.from(Array.from({ length: random.nat(60) }, () => random.nat(256))));
      });
    });
  });
}
