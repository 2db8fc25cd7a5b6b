// Decoding reserves memory before it takes it, and none if the body is refused.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DecodedSizeError, translateZlibError } from '../../src/decompress/body-decoder.ts';
import { decodeBody } from '../../src/decompress/decode-body.ts';
import { snappyBlock } from '../support/snappy-stream.ts';
import { rawBlock, repeatedBlock, zstdFrame } from '../support/zstd-frames.ts';

const MiB = 1 << 20;
const KiB = 1 << 10;

/** Decodes with room for `room` bytes; returns what was reserved and the decoded size. */
async function decode(encoding: 'gzip' | 'snappy' | 'zstd', body: Buffer, room = 100 * MiB) {
  const asked: number[] = [];
  const hold = (bytes: number) => {
    asked.push(bytes);
    return bytes <= room;
  };
  const decoded = await decodeBody(encoding, body, { maxBytes: 4 * MiB, hold });
  return { asked, size: decoded?.length };
}

test('a body that declares more than the limit takes no memory', async () => {
  const refuses = async (encoding: 'snappy' | 'zstd', body: Buffer) =>
    expect(() =>
      decodeBody(encoding, body, {
        maxBytes: 4 * MiB,
        hold: () => {
          throw new Error('BUG: memory was asked for');
        },
      }),
    ).toThrow(new DecodedSizeError(encoding, 4 * MiB));
  await refuses('snappy', snappyBlock(Buffer.alloc(4 * MiB + 1)));
  await refuses('snappy', Buffer.from('ffffffff0f', 'hex'));
  const blocks = Array.from({ length: 33 }, () => repeatedBlock('\n', 128 * KiB));
  await refuses('zstd', zstdFrame({ size: 33 * 128 * KiB, blocks }));
});

test('a large body for which there is no room is not decoded', async () => {
  const large = Buffer.alloc(3 * MiB, 'm 1\n');
  expect(await decode('snappy', snappyBlock(large), MiB)).toEqual({ asked: [0, 3 * MiB], size: undefined });
  expect((await decode('gzip', gzipSync(large), MiB)).size).toBeUndefined();
  expect((await decode('zstd', zstdCompressSync(large), MiB)).size).toBeUndefined();
});

test('a small body is decoded without asking', async () => {
  const small = Buffer.alloc(MiB, 'm 1\n');
  for (const [encoding, body] of [
    ['gzip', gzipSync(small)],
    ['snappy', snappyBlock(small)],
    ['zstd', zstdCompressSync(small)],
  ] as const)
    expect(await decode(encoding, body), encoding).toEqual({ asked: [], size: MiB });
});

test('a large body reserves what counting takes and then what decoding takes, with the window of zstd', async () => {
  const large = Buffer.alloc(3 * MiB, 'm 1\n');
  const working = 112 * KiB;
  const gzipped = await decode('gzip', gzipSync(large));
  expect(gzipped).toEqual({ asked: [working, working + 3 * MiB], size: 3 * MiB });
  expect(await decode('snappy', snappyBlock(large))).toEqual({ asked: [0, 3 * MiB], size: 3 * MiB });
  const blocks = [...Array.from({ length: 24 }, () => repeatedBlock('\n', 128 * KiB)), rawBlock('')];
  // Windows of 128 KiB, and of 8 MiB, of which no more is used than there is to decode.
  for (const [windowDescriptor, used] of [
    [0x38, 128 * KiB],
    [0x68, 3 * MiB],
  ] as const) {
    const asked = [used + 576 * KiB, used + 576 * KiB + 3 * MiB];
    expect(await decode('zstd', zstdFrame({ windowDescriptor, blocks }))).toEqual({ asked, size: 3 * MiB });
  }
});

test('an error of zlib that the body did not cause is not translated', () => {
  const same = (error: Error) => expect(translateZlibError(error, 'zstd', 1)).toBe(error);
  same(Object.assign(new Error('Allocation error'), { code: 'ZSTD_error_memory_allocation' }));
  same(Object.assign(new Error('insufficient memory'), { code: 'Z_MEM_ERROR' }));
  same(new TypeError('x'));
  same(new DecodedSizeError('zstd', 1));
});
