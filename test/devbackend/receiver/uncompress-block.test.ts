import fc from 'fast-check';
import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { MalformedError } from '../../../src/devbackend/protobuf-messages.ts';
import { TooLargeError, uncompressBlock } from '../../../src/devbackend/receiver/uncompress-block.ts';

function refuses(hex: string, found: string): void {
  const message = `Cannot decompress snappy block: expected a whole block, found that ${found}`;
  expect(() => uncompressBlock(Buffer.from(hex, 'hex'), 100)).toThrow(new MalformedError(message));
}

test('a block that is not valid is refused with what is wrong', () => {
  refuses('', 'the data end too early');
  refuses('80', 'the data end too early');
  refuses('8080808010', 'it declares a length over 32 bits');
  refuses('0308616263f4', 'the element at byte 5 is cut off');
  refuses('0408616263', 'the data end too early');
  refuses('0208616263', 'a block decodes to more than the 2 bytes it declares');
  refuses('07086162630104', 'the copy at byte 5 reaches 4 bytes back, outside the output');
  refuses('07086162630100', 'the copy at byte 5 reaches 0 bytes back, outside the output');
  refuses('070861626301', 'the element at byte 5 is cut off');
});

test('a block that declares more than its bytes can hold is refused before anything is allocated', () => {
  refuses('6400', '1 bytes declare to decode to 100');
});

test('a block that declares too much is refused before anything is allocated', () => {
  const declares4GiB = Buffer.from('ffffffff0f', 'hex');
  expect(() => uncompressBlock(declares4GiB, 1000)).toThrow(
    new TooLargeError(
      'Cannot decompress snappy block: expected at most 1000 bytes, found 4294967295 declared',
    ),
  );
});

test('a block cut at any byte is refused', () => {
  const block = compress(Buffer.from(`${'abc'.repeat(30)}some more text${'xyz'.repeat(20)}`));
  for (let end = 0; end < block.length; end++) {
    expect(() => uncompressBlock(block.subarray(0, end), 1000), `cut at ${end}`).toThrow(MalformedError);
  }
});

test('random bytes are refused or decompressed, and never crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(uncompressBlock(bytes, 1000).length).toBeLessThanOrEqual(1000);
      } catch (error) {
        if (!(error instanceof MalformedError || error instanceof TooLargeError)) throw error;
      }
    }),
  );
});

test('whatever was compressed comes back', () => {
  const unit = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(unit, fc.integer({ min: 1, max: 50 }))), (runs) => {
      const bytes = Buffer.concat(runs.flatMap(([run, times]) => Array<Uint8Array>(times).fill(run)));
      expect(Buffer.from(uncompressBlock(compress(bytes), bytes.length)).equals(bytes)).toBe(true);
    }),
  );
});
