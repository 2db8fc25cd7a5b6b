// Comparing, copying and hashing by words gives the same as by bytes, at every offset and up to the buffer's end.
import { describe, expect, test } from 'vitest';
import {
  compareRanges,
  copyRange,
  equalRange,
  equalRanges,
  hashRange,
  SLACK,
} from '../../src/wire/byte-ranges.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const LENGTHS = Array.from({ length: 41 }, (_, i) => i);
const OFFSETS = [0, 1, 2, 3, 4, 5, 6, 7];

/** A buffer whose last range ends exactly where the slack begins. */
function bufferFor(content: Buffer): { bytes: Buffer; view: DataView } {
  const bytes = Buffer.concat([content, Buffer.alloc(SLACK, 0xa5)]);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

function randomBytes(length: number, seed: number): Buffer {
  const random = new SeededRandom(seed);
  return Buffer.from(Array.from({ length }, () => random.nat(256)));
}

describe('equalRange', () => {
  test('sees every single difference, and none outside the range', () => {
    for (const length of LENGTHS) {
      for (const offset of OFFSETS) {
        const same = randomBytes(length, length);
        const second = offset + length + 5;
        const content = Buffer.concat([Buffer.alloc(offset, 1), same, Buffer.from([1, 2, 3, 4, 5]), same]);
        const { bytes, view } = bufferFor(content);
        expect(equalRange(view, offset, second, length)).toBe(true);
        expect(equalRanges(view, offset, view, second, length)).toBe(true);
        for (let at = 0; at < length; at++) {
          for (const bit of [1, 128]) {
            bytes[second + at] = bytes[second + at]! ^ bit;
            expect(equalRange(view, offset, second, length)).toBe(false);
            expect(equalRanges(view, offset, view, second, length)).toBe(false);
            bytes[second + at] = bytes[second + at]! ^ bit;
          }
        }
      }
    }
  });
});

describe('copyRange', () => {
  test('copies exactly, touching at most three bytes after the target, below and above the length for a native copy', () => {
    for (const length of [...LENGTHS, 124, 127, 128, 129, 130, 1000]) {
      for (const offset of OFFSETS) {
        const content = randomBytes(offset + length, length + 1);
        const from = bufferFor(content);
        const to = bufferFor(Buffer.alloc(7 + length, 0xee));
        expect(copyRange(from.bytes, from.view, offset, to.bytes, to.view, 7, length)).toBe(7 + length);
        expect(to.bytes.toString('hex', 7, 7 + length)).toBe(content.toString('hex', offset));
        expect(to.bytes.toString('hex', 0, 7)).toBe('ee'.repeat(7));
        expect(to.bytes.toString('hex', 7 + length + 3)).toBe('a5'.repeat(SLACK - 3));
      }
    }
  });
});

describe('hashRange', () => {
  test('is the same for the same bytes, wherever they are and whatever follows', () => {
    for (const length of LENGTHS) {
      const content = randomBytes(length, length + 2);
      const hashes = OFFSETS.flatMap((offset) => {
        const at = bufferFor(Buffer.concat([Buffer.alloc(offset, 7), content]));
        const inside = bufferFor(
          Buffer.concat([Buffer.alloc(offset, 9), content, Buffer.from([offset, 255, 1, 2])]),
        );
        return [hashRange(at.view, offset, length), hashRange(inside.view, offset, length)];
      });
      expect(new Set(hashes).size).toBe(1);
      expect(Number.isInteger(hashes[0]) && hashes[0] === (hashes[0]! | 0)).toBe(true);
    }
  });

  test('gives short names, near numbers and lengths of zeros different hashes', () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => `i${i}`);
    const zeros = LENGTHS.map((length) => '\0'.repeat(length));
    const hashes = [...texts, ...zeros].map((text) => {
      const { view } = bufferFor(Buffer.from(text));
      return hashRange(view, 0, text.length);
    });
    // 20,041 of 2^32 collide about 0.05 times by chance.
    expect(hashes.length - new Set(hashes).size).toBeLessThan(5);
  });
});

describe('compareRanges', () => {
  test('orders as Buffer.compare does', () => {
    const random = new SeededRandom(5);
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [0, 1].map(() => Buffer.from(random.text(['a', 'b', '\0', '\xff'], 5), 'latin1')) as [
        Buffer,
        Buffer,
      ];
      const found = compareRanges(Buffer.concat([Buffer.from('x'), a]), 1, 1 + a.length, b, 0, b.length);
      expect(Math.sign(found)).toBe(Buffer.compare(a, b));
    }
  });
});
