// gzip bodies, made by an independent encoder: decoded if complete and valid, and never beyond their limit.
import { gzip } from 'pako';
import { describe, expect, test } from 'vitest';
import { DecodeBodyError, DecodedSizeError } from '../../src/decompress/body-decoder.ts';
import { decodeGzip, largeGzip } from '../../src/decompress/gzip.ts';
import { decodeLarge, decodeWhole } from './decode-whole.ts';

const MiB = 1024 * 1024;
const TEXT = 'm{a="b"} 1\n'.repeat(100);
const whole = Buffer.from(gzip(TEXT));

/** The decoded text, as a push is decoded. */
const decode = (body: Buffer, maxBytes = 10 * MiB) => decodeWhole('gzip', body, maxBytes);
/** The same in the way of large bodies. */
const large = (body: Buffer, maxBytes = MiB) => decodeLarge(largeGzip(body, maxBytes));

describe('a gzip body', () => {
  test('that is cut anywhere is refused, small or large', async () => {
    for (let end = 0; end < whole.length; end++) {
      const cut = whole.subarray(0, end);
      await expect(decode(cut), `${end}`).rejects.toThrow(DecodeBodyError);
      if (end > 0) await expect(large(cut), `${end}`).rejects.toThrow(DecodeBodyError);
    }
  });

  test('with any bit of its checksum, its length or its first bytes changed is refused', async () => {
    for (const at of [0, 1, 2, ...Array.from({ length: 8 }, (_, i) => whole.length - 8 + i)]) {
      const broken = Buffer.from(whole);
      broken[at] = broken[at]! ^ 4;
      await expect(decode(broken), `byte ${at}`).rejects.toThrow(
        /^Cannot decode gzip body: expected a whole gzip stream, found that /,
      );
    }
  });

  test('that is plain text is refused', async () => {
    await expect(decode(Buffer.from(TEXT))).rejects.toThrow(
      'Cannot decode gzip body: expected a whole gzip stream, found that incorrect header check',
    );
    await expect(decode(Buffer.alloc(0))).rejects.toThrow(
      'Cannot decode gzip body: expected a whole gzip stream, found that the data end too early',
    );
  });

  test('over the limit is refused at the byte, small or large', async () => {
    expect(await decode(whole, TEXT.length)).toBe(TEXT);
    await expect(decode(whole, TEXT.length - 1)).rejects.toThrow(
      new DecodedSizeError('gzip', TEXT.length - 1).message,
    );
    const body = Buffer.from(gzip('x'.repeat(2 * MiB)));
    expect(decodeGzip(body, 2 * MiB)).not.toBeInstanceOf(Buffer);
    expect(await decode(body, 2 * MiB)).toHaveLength(2 * MiB);
    await expect(decode(body, 2 * MiB - 1)).rejects.toThrow(DecodedSizeError);
  });

  test('that claims less at its end than it holds is counted', async () => {
    const members = Buffer.concat([Buffer.from(gzip('x'.repeat(3 * MiB))), Buffer.from(gzip('m 1\n'))]);
    expect(decodeGzip(members, 10 * MiB)).not.toBeInstanceOf(Buffer);
    expect(await largeGzip(members, 10 * MiB).count()).toBe(3 * MiB + 4);
    await expect(decode(members, 2 * MiB)).rejects.toThrow(DecodedSizeError);
  });

  test('of several members is one body, an empty one an empty body', async () => {
    expect(await decode(Buffer.concat([whole, whole]))).toBe(TEXT + TEXT);
    expect(await decode(Buffer.from(gzip('')))).toBe('');
    expect(await large(Buffer.from(gzip('')), 10)).toBe('');
  });
});
