// The hash of encoded labels, which the encoder works out label by label.
import { expect, test } from 'vitest';
import { encodeLabel, hashEncodedLabels, hashLabel } from '../../src/labels/encoded-labels.ts';
import { hashRange, SLACK } from '../../src/wire/byte-ranges.ts';

test('the hash of encoded labels is the sum of their shares, in any order and at any length', () => {
  const pairs = ['', 'a', 'x'.repeat(127), 'x'.repeat(128), 'é'.repeat(9000)].map(
    (text, i) => [`name${i}`, text] as const,
  );
  const shares = pairs.map(([name, text]) => hashLabel(hashOf(name), hashOf(text)));
  const sum = shares.reduce((all, share) => (all + share) | 0, 0);
  for (const order of [pairs, pairs.toReversed()]) {
    const bytes = Buffer.concat([
      Buffer.from('xyz'),
      ...order.map(([name, text]) => encodeLabel(Buffer.from(name), Buffer.from(text))),
      Buffer.alloc(SLACK),
    ]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    expect(hashEncodedLabels(bytes, view, 3, bytes.length - SLACK)).toBe(sum);
  }
  expect(hashLabel(hashOf('a'), hashOf('b'))).not.toBe(hashLabel(hashOf('b'), hashOf('a')));
});

function hashOf(text: string): number {
  const bytes = Buffer.concat([Buffer.from(text), Buffer.alloc(SLACK)]);
  return hashRange(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length - SLACK);
}
