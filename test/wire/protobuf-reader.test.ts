// The field reader of Protocol Buffers, against what protobufjs writes. What it refuses is tested with the messages of
// test/exposition/protobuf/fields.test.ts.
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { ProtobufReader } from '../../src/wire/protobuf-reader.ts';

const REFUSER = {
  fail(problem: string): never {
    throw new SyntaxError(problem);
  },
};

/** A reader of these bytes, and the limit to read up to. */
function readerOf(bytes: Uint8Array) {
  const arena = new ByteArena();
  arena.load([bytes], bytes.length, 0);
  const reader = new ProtobufReader(arena, REFUSER);
  return { reader, arena, limit: arena.bodyEnd };
}

const wholeOf = ({ low, high }: ProtobufReader) => (BigInt(high) << 32n) | BigInt(low);

describe('a field', () => {
  test('of a varint gives all of its 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(63), (number, shift) => {
        const value = number >> BigInt(shift);
        const bytes = protobuf.Writer.create().uint32(8).uint64(value.toString()).finish();
        const { reader, limit } = readerOf(bytes);
        expect([reader.next(limit), wholeOf(reader), reader.at, reader.next(limit)]).toEqual([
          8,
          value,
          limit,
          0,
        ]);
      }),
    );
  });

  test('of a varint may be written with more bytes than it needs, up to ten', () => {
    for (let zeros = 1; zeros < 10; zeros++) {
      const long = Buffer.from(`0881${'80'.repeat(zeros - 1)}00`, 'hex');
      const { reader, limit } = readerOf(long);
      expect([reader.next(limit), wholeOf(reader), reader.at]).toEqual([8, 1n, limit]);
    }
  });

  test('of a fixed size gives its range, and its double bit by bit', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const bytes = protobuf.Writer.create().uint32(9).double(value).uint32(13).fixed32(7).finish();
        const { reader, limit } = readerOf(bytes);
        expect([reader.next(limit), reader.double(), reader.end - reader.start]).toEqual([9, value, 8]);
        expect([reader.next(limit), reader.end - reader.start, reader.at]).toEqual([13, 4, limit]);
      }),
    );
  });

  test('with a length gives the range of its content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(2 ** 29 - 2), (content, field) => {
        const tag = (field + 1) * 8 + 2;
        const { reader, arena, limit } = readerOf(
          protobuf.Writer.create().uint32(tag).bytes(content).finish(),
        );
        expect(reader.next(limit)).toBe(tag);
        expect(arena.bytes.subarray(reader.start, reader.end)).toEqual(Buffer.from(content));
        expect(reader.at).toBe(limit);
      }),
    );
  });

  test('that is a group is read to its end', () => {
    const { reader, limit } = readerOf(
      Buffer.from('0b1000130a0120142500000000290000000000000000' + '0c' + '0801', 'hex'),
    );
    expect([reader.next(limit), reader.next(limit), reader.next(limit)]).toEqual([0x0b, 0x08, 0]);
  });

  test('is refused at every byte that it is cut at', () => {
    const whole = Buffer.from(
      '8001ff01' + '9201026162' + '990100000000000000009d0100000000' + '9b0108019c01',
      'hex',
    );
    const ends = new Set([4, 9, 19, 25, 31]);
    for (let cut = 0; cut <= whole.length; cut++) {
      const { reader, limit } = readerOf(whole.subarray(0, cut));
      const readAll = () => {
        while (reader.next(limit) !== 0);
      };
      if (cut === 0 || ends.has(cut)) readAll();
      else expect(readAll).toThrow(/^expected .* (cut off|bytes more, found \d+)$/);
    }
  });

  test('never ends after the limit, whatever bytes are there', () => {
    const { reader } = readerOf(Buffer.from('08ff01', 'hex'));
    expect(() => reader.next(2)).toThrow('expected a whole varint, found it cut off');
  });
});
