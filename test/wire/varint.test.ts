// Varints of Protocol Buffers, as hex and against protobufjs.
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import {
  int64Length,
  readVarint,
  varintEnd,
  varintLength,
  writeInt64,
  writeVarint,
} from '../../src/wire/varint.ts';

const HEX: readonly (readonly [value: number, hex: string])[] = [
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [16_383, 'ff7f'],
  [16_384, '808001'],
  [2_097_151, 'ffff7f'],
  [2_097_152, '80808001'],
  [2 ** 31 - 1, 'ffffffff07'],
  [2 ** 31, '8080808008'],
  [2 ** 32 - 1, 'ffffffff0f'],
  [2 ** 32, '8080808010'],
  [2 ** 35, '808080808001'],
  [1_700_000_000_123, 'fbd095ffbc31'],
  [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
];
const NEGATIVE: readonly (readonly [value: number, hex: string])[] = [
  [-1, 'ffffffffffffffffff01'],
  [-128, '80ffffffffffffffff01'],
  [-(2 ** 31), '80808080f8ffffffff01'],
  [-(2 ** 32), '80808080f0ffffffff01'],
  [Number.MIN_SAFE_INTEGER, '81808080808080f0ff01'],
];

describe('a varint', () => {
  for (const [value, hex] of HEX) {
    test(`of ${value} is ${hex}`, () => {
      expect(written(writeVarint, value)).toBe(hex);
      expect(written(writeInt64, value)).toBe(hex);
      const bytes = Buffer.from(`ff${hex}ff`, 'hex');
      expect([varintLength(value), int64Length(value)]).toEqual([hex.length / 2, hex.length / 2]);
      expect([readVarint(bytes, 1), varintEnd(bytes, 1)]).toEqual([value, 1 + hex.length / 2]);
    });
  }
  for (const [value, hex] of NEGATIVE) {
    test(`of the int64 ${value} is ${hex}`, () => {
      expect([written(writeInt64, value), int64Length(value)]).toEqual([hex, 10]);
    });
  }

  test('is what protobufjs writes, for any number', () => {
    const number = fc
      .tuple(fc.maxSafeInteger(), fc.nat(53))
      .map(([n, shift]) => Math.trunc(n / 2 ** shift) + 0);
    fc.assert(
      fc.property(number, (value) => {
        const expected = Buffer.from(protobuf.Writer.create().int64(value).finish()).toString('hex');
        expect(written(writeInt64, value)).toBe(expected);
        if (value >= 0) expect(written(writeVarint, value)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });
});

function written(write: (bytes: Uint8Array, at: number, value: number) => number, value: number): string {
  const bytes = Buffer.alloc(16, 0xee);
  const end = write(bytes, 2, value);
  expect(bytes.toString('hex', end)).toMatch(/^(ee)*$/);
  return bytes.toString('hex', 2, end);
}
