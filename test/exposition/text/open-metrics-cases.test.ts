// The topics of the OpenMetrics project's parser cases. Python's parser, which agrees with all of those, judges the same
// bodies in test/interop/open-metrics-oracle.test.ts.
import { describe, expect, test } from 'vitest';
import { readBody } from '../read-body.ts';
import { REFUSED_CASES } from './open-metrics-refused.ts';
import { TAKEN_CASES } from './open-metrics-taken.ts';

const CASES = [...TAKEN_CASES, ...REFUSED_CASES];
const FORMAT = { format: 'openMetrics' } as const;

describe('a body with', () => {
  for (const { topic, text, ours } of CASES)
    test(`${topic} is ${ours}: ${JSON.stringify(text.slice(0, 100))}`, () => {
      const read = readBody(`${text}# EOF\n`, FORMAT);
      if (ours === 'taken') expect(read).toHaveLength(sampleLines(text));
      else expect(read).toMatch(/^Cannot parse exposition line \d+: expected .*, found [^\n]+$/);
    });

  test('any of these is refused without # EOF', () => {
    for (const { text } of CASES) {
      const isEnded = /(?:^|\n)# EOF\n$/.test(text);
      if (!isEnded) expect([text, typeof readBody(text, FORMAT)]).toEqual([text, 'string']);
    }
  });

  test('any of these that is taken is taken without the last line feed, too', () => {
    for (const { text, ours } of CASES)
      if (ours === 'taken')
        expect(readBody(`${text}# EOF`, FORMAT)).toEqual(readBody(`${text}# EOF\n`, FORMAT));
  });
});

function sampleLines(text: string): number {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}
