// The path of a push is read back as the labels it was made of: by Sluice, and by the rules of a Pushgateway and of the
// proxies before it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeGroupingPath } from '../../../src/cli/push/push-labels.ts';
import { parseGroupingPath } from '../../../src/intake/paths/grouping-path.ts';

const NAME = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,5}$/).filter((name) => name !== 'job');
const ODD = fc.constantFrom(
  '',
  '/',
  '//',
  '.',
  '..',
  '%',
  '%2F',
  '%2e%2e',
  '+',
  ' ',
  '=',
  '@base64',
  'a/b',
  '\\',
  '\0',
  '\n',
  'ä',
  '😀',
  '?',
  '#',
  ';a=b',
  '&',
  '~',
);
const VALUE = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  ODD,
  fc.tuple(ODD, ODD).map((two) => two.join('')),
);
const LABELS = fc
  .tuple(
    VALUE.filter((job) => job !== ''),
    fc.array(fc.tuple(NAME, VALUE), { maxLength: 4 }),
  )
  .map(([job, pairs]) => new Map([['job', job], ...pairs]));

test('Sluice reads the labels back', () => {
  fc.assert(
    fc.property(LABELS, (labels) => {
      const [empty, metrics, ...pieces] = encodeGroupingPath(labels).split('/');
      expect([empty, metrics]).toEqual(['', 'metrics']);
      expect(parseGroupingPath(pieces, false)).toEqual(labels);
    }),
    { numRuns: 1000 },
  );
});

test('so does a server that decodes the path before it splits it, as a Pushgateway does', () => {
  fc.assert(
    fc.property(LABELS, (labels) => {
      const [, , ...pieces] = decodeURIComponent(encodeGroupingPath(labels)).split('/');
      expect(pieces).toHaveLength(2 * labels.size);
      const read = pieces.flatMap((name, i) => (i % 2 === 0 ? [readPair(name, pieces[i + 1] ?? '')] : []));
      expect(new Map(read)).toEqual(labels);
    }),
    { numRuns: 1000 },
  );
});

test('a proxy that cleans paths finds nothing to clean, before or after decoding', () => {
  fc.assert(
    fc.property(LABELS, (labels) => {
      const path = encodeGroupingPath(labels);
      expect(path).toMatch(/^(?:\/[!-.0-~]+)+$/);
      expect(new URL(`http://h${path}`).pathname).toBe(path);
      for (const piece of decodeURIComponent(path).split('/').slice(1))
        expect(['', '.', '..']).not.toContain(piece);
    }),
    { numRuns: 1000 },
  );
});

const written: [string, string][] = [
  ['backup', '/backup'],
  ['db-1.example:9100', '/db-1.example%3A9100'],
  ['a b', '/a%20b'],
  ['1+1', '/1%2B1'],
  ['ä', '/%C3%A4'],
  ['', '@base64/='],
  ['/var/tmp', '@base64/L3Zhci90bXA'],
  ['.', '@base64/Lg'],
  ['..', '@base64/Li4'],
  ['100%', '@base64/MTAwJQ'],
  ['C:\\x', '@base64/QzpceA'],
  ['a\nb', '@base64/YQpi'],
  ['<<???>>', '/%3C%3C%3F%3F%3F%3E%3E'],
  ['/??>', '@base64/Lz8_Pg'],
];
test.each(written)('the value %j is written as x%s', (value, piece) => {
  const labels = new Map([
    ['job', 'j'],
    ['x', value],
  ]);
  expect(encodeGroupingPath(labels)).toBe(`/metrics/job/j/x${piece}`);
});

/** https://github.com/prometheus/pushgateway#url */
function readPair(name: string, value: string): [string, string] {
  const [plain = '', suffix] = name.split('@');
  return suffix === 'base64' ? [plain, Buffer.from(value, 'base64url').toString()] : [plain, value];
}
