import fc from 'fast-check';
import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { MalformedError, TooLargeError, uncompressBlock } from '../../src/devbackend/snappy-block.ts';

function refuses(hex: string, message: string): void {
  expect(() => uncompressBlock(Buffer.from(hex, 'hex'), 100)).toThrow(new MalformedError(message));
}

test('a block that is not sound is refused with what is wrong', () => {
  refuses('', 'Cannot decompress snappy block: expected a length, found the end');
  refuses('80', 'Cannot decompress snappy block: expected a length, found the end');
  refuses('8080808010', 'Cannot decompress snappy block: expected a length below 2^32, found a larger one');
  refuses('0308616263f4', 'Cannot decompress snappy block: expected an element at byte 5, found the end');
  refuses('0408616263', 'Cannot decompress snappy block: expected 4 bytes, found 3');
  refuses('0208616263', 'Cannot decompress snappy block: expected 2 bytes, found more');
  refuses(
    '07086162630104',
    'Cannot decompress snappy block: expected a copy at byte 5 from at most 3 bytes back, found 4',
  );
  refuses(
    '07086162630100',
    'Cannot decompress snappy block: expected a copy at byte 5 from at most 3 bytes back, found 0',
  );
  refuses('070861626301', 'Cannot decompress snappy block: expected an element at byte 5, found the end');
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
