// Whole numbers of 64 bits as two halves, against BigInt.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromZigzag32, ProtobufInt64, toSigned, toUnsigned } from '../../src/wire/protobuf-int64.ts';

const UINT64 = fc.oneof(
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.constantFrom(
    0n,
    1n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ),
);
const low = (value: bigint) => Number(BigInt.asUintN(32, value));
const high = (value: bigint) => Number(BigInt.asUintN(32, value >> 32n));

describe('a whole number of 64 bits', () => {
  test('is the nearest double', () => {
    fc.assert(
      fc.property(UINT64, (value) => {
        expect(toUnsigned(low(value), high(value))).toBe(Number(value));
        expect(toSigned(low(value), high(value))).toBe(Number(BigInt.asIntN(64, value)));
      }),
    );
  });

  test('adds up modulo 2^64', () => {
    fc.assert(
      fc.property(UINT64, UINT64, (a, b) => {
        const sum = new ProtobufInt64();
        sum.set(low(a), high(a));
        sum.add(low(b), high(b));
        const expected = BigInt.asUintN(64, a + b);
        expect([sum.low, sum.high]).toEqual([low(expected), high(expected)]);
        expect(sum.isNegative).toBe(BigInt.asIntN(64, expected) < 0n);
      }),
    );
  });

  test('adds a zigzag number', () => {
    fc.assert(
      fc.property(UINT64, UINT64, (a, delta) => {
        const signed = BigInt.asIntN(64, delta);
        const zigzag = BigInt.asUintN(64, (signed << 1n) ^ (signed >> 63n));
        const sum = new ProtobufInt64();
        sum.set(low(a), high(a));
        sum.addZigzag(low(zigzag), high(zigzag));
        const expected = BigInt.asUintN(64, a + signed);
        expect([sum.low, sum.high]).toEqual([low(expected), high(expected)]);
      }),
    );
  });

  test('compares as unsigned', () => {
    fc.assert(
      fc.property(UINT64, UINT64, (a, b) => {
        const one = new ProtobufInt64();
        one.set(low(a), high(a));
        expect(Math.sign(one.compare(low(b), high(b)))).toBe(Number(a > b) - Number(a < b));
      }),
    );
  });
});

describe('a zigzag number of 32 bits', () => {
  const stands = (zigzag: number, value: number) =>
    test(`${zigzag} means ${value}`, () => {
      expect(fromZigzag32(zigzag)).toBe(value);
    });
  stands(0, 0);
  stands(1, -1);
  stands(2, 1);
  stands(105, -53);
  stands(2 ** 32 - 2, 2 ** 31 - 1);
  stands(2 ** 32 - 1, -(2 ** 31));
});
