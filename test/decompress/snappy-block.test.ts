// The snappy block format as hostile clients write it. Sound blocks are made by snappyjs, or written by hand.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeBodyError, DecodedSizeError } from '../../src/decompress/body-decoder.ts';
import { decodeSnappy, largeSnappy } from '../../src/decompress/snappy.ts';
import { snappyBlock } from '../support/snappy-stream.ts';
import { decodeLarge, decodeWhole, roundsDuring } from './decode-whole.ts';

const MiB = 1 << 20;
const decode = (body: Buffer, maxBytes = MiB) => decodeWhole('snappy', body, maxBytes);

async function refuses(hex: string, found: string): Promise<void> {
  await expect(decode(Buffer.from(hex, 'hex')), hex).rejects.toThrow(new DecodeBodyError('snappy', found));
}

async function takes(hex: string, text: string): Promise<void> {
  expect(await decode(Buffer.from(hex, 'hex')), hex).toBe(text);
}

describe('a snappy block', () => {
  test('is refused with one sentence', () => {
    expect(() => decodeSnappy(Buffer.alloc(0), 10)).toThrow(
      'Cannot decode snappy body: expected a whole snappy stream, found that the data end too early',
    );
  });

  test('without a valid length is refused', async () => {
    await refuses('', 'the data end too early');
    await refuses('80', 'the data end too early');
    await refuses('ffffffff', 'the data end too early');
    for (const hex of ['8080808010', 'ffffffff1f', '808080808001', '808080808000', 'ffffffffffffffffff01'])
      await expect(decode(Buffer.from(hex, 'hex')), hex).rejects.toThrow(
        'found that it declares a length over 32 bits',
      );
  });

  test('with an element that is cut off is refused', async () => {
    await refuses('0408616263', 'the data end too early');
    await refuses('050c616263', 'the element at byte 1 is cut off');
    await refuses('0308616263f4', 'the element at byte 5 is cut off');
    for (const cut of ['f0', 'f4', 'f400', 'f80000', 'fc000000', '01', '02', '0203', '03', '03030000'])
      await refuses(`0708616263${cut}`, 'the element at byte 5 is cut off');
  });

  test('with a copy from before its start, or from nowhere, is refused', async () => {
    const reaches = (offset: number) => `the copy at byte 5 reaches ${offset} bytes back, outside the output`;
    await refuses('07086162630104', reaches(4));
    await refuses('07086162630100', reaches(0));
    await refuses('0708616263e1ff', reaches(2047));
    await refuses('07086162630e0400', reaches(4));
    await refuses('07086162630e0000', reaches(0));
    await refuses('07086162630fffffffff', reaches(0xffffffff));
  });

  test('that decodes to more or less than it declares is refused', async () => {
    const more = (declared: number) => `a block decodes to more than the ${declared} bytes it declares`;
    await refuses('0208616263', more(2));
    await refuses('06086162630103', more(6));
    await refuses('000061', more(0));
    await refuses('03086162630103', more(3));
    await refuses('08086162630103', 'the data end too early');
  });

  test('that declares more than its bytes can hold is refused before memory is taken', async () => {
    await refuses('ffff3f', '0 bytes declare to decode to 1048575');
    await refuses('410000ff', '3 bytes declare to decode to 65');
    await expect(decode(Buffer.from('ffffffff0f0061', 'hex'), 2 ** 40)).rejects.toThrow(
      'found that 2 bytes declare to decode to 4294967295',
    );
  });

  test('over the limit is refused for its size', async () => {
    const block = snappyBlock('x'.repeat(1001));
    expect(await decode(block, 1001)).toHaveLength(1001);
    await expect(decode(block, 1000)).rejects.toThrow(new DecodedSizeError('snappy', 1000));
    await expect(decode(Buffer.from('ffffffff0f', 'hex'))).rejects.toThrow(
      'Cannot decode snappy body: expected at most 1048576 bytes decoded, found more',
    );
  });

  test('that is cut anywhere, or followed by anything, is refused, small or large', async () => {
    const whole = snappyBlock('m{a="b"} 1\n'.repeat(20));
    for (let end = 0; end < whole.length; end++)
      await expect(decode(whole.subarray(0, end)), `${end}`).rejects.toThrow(DecodeBodyError);
    for (let end = 3; end < whole.length; end++)
      await expect(decodeLarge(largeSnappy(whole.subarray(0, end), 220)), `${end}`).rejects.toThrow(
        DecodeBodyError,
      );
    for (const rest of ['00', '01', '0061', '0101'])
      await expect(decode(Buffer.concat([whole, Buffer.from(rest, 'hex')]))).rejects.toThrow(DecodeBodyError);
  });

  test('of elements of every kind is decoded', async () => {
    await takes('00', '');
    await takes('0308616263', 'abc');
    await takes('03f002616263', 'abc');
    await takes('03f40200616263', 'abc');
    await takes('03f8020000616263', 'abc');
    await takes('03fc02000000616263', 'abc');
    await takes('07086162630103', 'abcabca');
    await takes('07086162630e0300', 'abcabca');
    await takes('07086162630f03000000', 'abcabca');
    await takes('07086162630101', 'abccccc');
    await takes('07086162630102', 'abcbcbc');
    await takes(`8080080061${'fe0100'.repeat(2047)}fa0100`, 'a'.repeat(131072));
  });

  test('of any bytes, as another program encodes them, comes back, small or large', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(Buffer.alloc(70, 'ab'), Buffer.from('m{a="b"} 1\n')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const content = Buffer.concat(pieces);
        const block = snappyBlock(content);
        expect(await decode(block)).toBe(content.toString('latin1'));
        expect(await decodeLarge(largeSnappy(block, content.length))).toBe(content.toString('latin1'));
      }),
    );
  });

  test('of many megabytes comes back, in steps', async () => {
    const content = Buffer.from(
      Array.from({ length: 400_000 }, (_, i) => `m{i="${i}"} ${i % 97}\n`).join(''),
    );
    const block = snappyBlock(content);
    expect(decodeSnappy(block, 100 * MiB)).not.toBeInstanceOf(Buffer);
    expect(await decode(block, 100 * MiB)).toBe(content.toString('latin1'));
    const rounds = await roundsDuring(() => decode(block, 100 * MiB));
    expect(rounds).toBeGreaterThan(content.length / MiB);
  });

  test('that is damaged is refused or decodes to what it declares', async () => {
    const block = snappyBlock(Array.from({ length: 60 }, (_, i) => `m{a="${i % 7}"} ${i * i}\n`).join(''));
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(block.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(block);
        damaged[at]! ^= change;
        const decoded = await decode(damaged, 4096).catch((error: unknown) => error);
        if (typeof decoded === 'string') taken++;
        else expect([DecodeBodyError, DecodedSizeError]).toContain((decoded as Error).constructor);
        expect(String(decoded).length).toBeLessThanOrEqual(4096);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(0);
  });
});
