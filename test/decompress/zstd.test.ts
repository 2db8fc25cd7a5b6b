// zstd bodies as clients and attackers write them: the frames of other programs, and blocks by hand.
import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeBodyError, DecodedSizeError } from '../../src/decompress/body-decoder.ts';
import { decodeZstd, largeZstd, readZstdFrames } from '../../src/decompress/zstd.ts';
import { blockHeader, rawBlock, repeatedBlock, skippableFrame, zstdFrame } from '../support/zstd-frames.ts';
import { decodeLarge, decodeWhole } from './decode-whole.ts';

const MiB = 1 << 20;
const TEXT = 'm{a="b"} 1\nm{a="b"} 1\nm{a="b"} 1\nn 2\n';
const decode = (body: Buffer, maxBytes = MiB) => decodeWhole('zstd', body, maxBytes);
const large = async (body: Buffer, maxBytes = MiB) =>
  decodeLarge(largeZstd(body, readZstdFrames(body), maxBytes));
const withChecksum = (text: string | Uint8Array) =>
  zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
/** A frame without its size, as an encoder of a stream writes it. */
const unsized = (text: string) => zstdFrame({ blocks: [rawBlock(text)] });

async function refuses(body: Buffer, found: string): Promise<void> {
  await expect(decode(body)).rejects.toThrow(new DecodeBodyError('zstd', found));
}

async function exceeds(body: Buffer, maxBytes: number): Promise<void> {
  await expect(decode(body, maxBytes)).rejects.toThrow(new DecodedSizeError('zstd', maxBytes));
}

describe('a zstd body', () => {
  test('that is cut anywhere is refused', async () => {
    for (const whole of [withChecksum(TEXT), zstdCompressSync(TEXT), unsized(TEXT)]) {
      for (let end = 0; end < whole.length; end++) {
        const cut = whole.subarray(0, end);
        await expect(decode(cut), `${end}`).rejects.toThrow(
          'Cannot decode zstd body: expected a whole zstd stream, found that the data end too early',
        );
        const behindAnother = Buffer.concat([whole, cut]);
        if (end > 0) await refuses(behindAnother, 'the data end too early');
      }
    }
  });

  test('with something else after its frames is refused', async () => {
    const whole = withChecksum(TEXT);
    await refuses(Buffer.concat([whole, Buffer.alloc(4)]), `no frame begins at byte ${whole.length}`);
    await refuses(Buffer.concat([whole, Buffer.from('m 1\n')]), `no frame begins at byte ${whole.length}`);
    await refuses(Buffer.concat([whole, Buffer.alloc(3)]), 'the data end too early');
    await refuses(Buffer.from(TEXT), 'no frame begins at byte 0');
    await refuses(Buffer.from('27b52ffd00000000', 'hex'), 'no frame begins at byte 0');
  });

  test('with a wrong checksum or corrupt content is refused, small or large', async () => {
    const wrong = withChecksum(TEXT);
    wrong[wrong.length - 1]! ^= 1;
    await refuses(wrong, 'its checksum is wrong');
    await expect(large(wrong)).rejects.toThrow('found that its checksum is wrong');
    const broken = zstdFrame({ blocks: [Buffer.concat([blockHeader(2, 5), Buffer.alloc(5, 0xff)])] });
    await refuses(broken, 'its content is corrupt');
    await expect(large(broken)).rejects.toThrow('found that its content is corrupt');
  });

  test('with a block or a frame that no decoder knows is refused', async () => {
    await refuses(zstdFrame({ blocks: [blockHeader(3, 0)] }), 'the block at byte 6 has an unknown type');
    const reservedBit = unsized(TEXT);
    reservedBit[4]! |= 8;
    await expect(decode(reservedBit)).rejects.toThrow(DecodeBodyError);
    await refuses(
      zstdFrame({ dictionary: 7, blocks: [rawBlock('a')] }),
      'the frame at byte 0 needs a dictionary',
    );
    expect(await decode(zstdFrame({ dictionary: 0, blocks: [rawBlock('a')] }))).toBe('a');
  });

  test('with a larger window than the content coding allows is refused', async () => {
    const frame = (windowDescriptor: number) => zstdFrame({ windowDescriptor, blocks: [rawBlock(TEXT)] });
    expect(await decode(frame(0x68))).toBe(TEXT);
    const needs = (bytes: number) =>
      `the frame at byte 0 needs a window of ${bytes} bytes, more than the 8388608 of RFC 9659`;
    await refuses(frame(0x69), needs(9 * MiB));
    await refuses(frame(0x70), needs(16 * MiB));
    await refuses(frame(0xff), needs(2 ** 41 * (1 + 7 / 8)));
  });

  test('that declares more than its blocks can hold is refused before memory is taken', async () => {
    await refuses(
      zstdFrame({ size: 4, blocks: [rawBlock('abc')] }),
      'the frame at byte 0 declares 4 bytes, but its blocks hold at most 3',
    );
    const blocks = [repeatedBlock('a', 1000), Buffer.concat([blockHeader(2, 3), Buffer.alloc(3)])];
    await refuses(
      zstdFrame({ size: 132_073, blocks }),
      'the frame at byte 0 declares 132073 bytes, but its blocks hold at most 132072',
    );
  });

  test('that holds more or less than it declares is refused, small or large', async () => {
    for (const [size, content] of [
      [2, 'abc'],
      [0, 'a'],
    ] as const) {
      const body = zstdFrame({ size, blocks: [rawBlock(content)] });
      await expect(decode(body), content).rejects.toThrow(DecodeBodyError);
      await expect(large(body), content).rejects.toThrow(DecodeBodyError);
    }
    // The size of a compressed block is known only after it is decoded.
    const short = zstdCompressSync(TEXT);
    short[5]! += 1;
    await expect(decode(short)).rejects.toThrow(DecodeBodyError);
    await expect(large(short)).rejects.toThrow(DecodeBodyError);
    const long = zstdFrame({ size: 9, blocks: [repeatedBlock('a', 100_000), repeatedBlock('b', 100_000)] });
    await expect(decode(long)).rejects.toThrow(DecodeBodyError);
    await expect(large(long)).rejects.toThrow(DecodeBodyError);
    const two = Buffer.concat([
      zstdFrame({ size: 2, blocks: [rawBlock('ab'), rawBlock('cd')] }),
      unsized('e'),
    ]);
    await expect(decode(two)).rejects.toThrow(DecodeBodyError);
    await expect(large(two)).rejects.toThrow(DecodeBodyError);
  });

  test('of more frames than 1000 is refused', async () => {
    const frames = (count: number) => Buffer.concat(Array.from({ length: count }, () => unsized('a')));
    await refuses(frames(1001), 'it has more than 1000 frames');
    expect(await decode(frames(1000))).toBe('a'.repeat(1000));
    const skippable = Buffer.concat(Array.from({ length: 2000 }, () => skippableFrame(Buffer.alloc(0))));
    expect(await decode(skippable)).toBe('');
  });

  test('over the limit is refused for its size, whether it declares its size or not', async () => {
    const text = 'x'.repeat(1001);
    for (const body of [
      zstdCompressSync(text),
      unsized(text),
      Buffer.concat([unsized(text.slice(1)), unsized('x')]),
    ]) {
      expect(await decode(body, 1001)).toBe(text);
      await exceeds(body, 1000);
      expect(await large(body, 1001)).toBe(text);
    }
    const mixed = Buffer.concat([unsized(text), zstdCompressSync(text)]);
    for (const body of [unsized(text), zstdCompressSync(text), mixed])
      await expect(large(body, 1000)).rejects.toThrow(new DecodedSizeError('zstd', 1000));
    await expect(large(mixed, 2001)).rejects.toThrow(new DecodedSizeError('zstd', 2001));
  });

  test('a bomb of few bytes is refused for its size', async () => {
    const blocks = Array.from({ length: 2 ** 13 }, () => repeatedBlock('\n', 131_072));
    await exceeds(zstdFrame({ size: 2 ** 30, blocks }), 64 * MiB);
    await exceeds(zstdFrame({ blocks }), 64 * MiB);
  });

  test('made by other programs, with and without its size, is decoded', async () => {
    const bySizeTold = '28b52ffd2425ad0000786d7b613d2262227d20310a6e20320a0100568a17a8ee1c64';
    const byStream = '28b52ffd0458ad0000786d7b613d2262227d20310a6e20320a0100568a17a8ee1c64';
    for (const hex of [bySizeTold, byStream]) {
      expect(await decode(Buffer.from(hex, 'hex'))).toBe(TEXT);
      expect(await large(Buffer.from(hex, 'hex'))).toBe(TEXT);
    }
  });

  test('of several frames, those to be skipped among them, is one body', async () => {
    const skipped = skippableFrame(Buffer.from('abc'), 15);
    const body = Buffer.concat([
      skipped,
      withChecksum('a 1\n'),
      skipped,
      unsized('b 2\n'),
      zstdCompressSync(''),
      skipped,
    ]);
    expect(await decode(body)).toBe('a 1\nb 2\n');
    expect(await large(body)).toBe('a 1\nb 2\n');
    expect(await decode(skipped)).toBe('');
    await refuses(body.subarray(0, -1), 'the data end too early');
    await refuses(skipped.subarray(0, 7), 'the data end too early');
  });

  test('of any bytes, cut into any frames and compressed at any level, comes back, small or large', async () => {
    const frame = fc.record({
      content: fc.uint8Array({ maxLength: 2000 }),
      level: fc.integer({ min: -5, max: 19 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 12 }), async (frames) => {
        const body = Buffer.concat(
          frames.map(({ content, level }) =>
            zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
          ),
        );
        const content = Buffer.concat(frames.map((one) => one.content)).toString('latin1');
        expect(await decode(body)).toBe(content);
        expect(await large(body)).toBe(content);
      }),
      { numRuns: 40 },
    );
  });

  test('of many megabytes comes back', async () => {
    const text = Array.from({ length: 200_000 }, (_, i) => `m{i="${i}"} ${i % 97}\n`).join('');
    const body = Buffer.concat([zstdCompressSync(text), zstdCompressSync(text)]);
    expect(decodeZstd(body, 100 * MiB)).not.toBeInstanceOf(Buffer);
    expect(await decode(body, 100 * MiB)).toBe(text + text);
  });

  test('that is damaged anywhere except in a skippable part is refused', async () => {
    const text = Array.from({ length: 60 }, (_, i) => `m{a="${i % 7}"} ${i * i}\n`).join('');
    const body = withChecksum(text);
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(body);
        damaged[at]! ^= change;
        for (const road of [decode, large]) {
          const decoded = await road(damaged, 4096).catch((error: unknown) => error);
          if (typeof decoded === 'string') expect(decoded).toBe(text);
          else expect([DecodeBodyError, DecodedSizeError]).toContain((decoded as Error).constructor);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
