// Snappy's framing format as clients and attackers write it: the streams of two other programs, and chunks by hand.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeBodyError, DecodedSizeError } from '../../src/decompress/body-decoder.ts';
import { decodeSnappy, largeSnappy } from '../../src/decompress/snappy.ts';
import {
  checksumOf,
  compressedChunk,
  IDENTIFIER,
  rawChunk,
  snappyBlock,
  snappyStream,
  uncompressedChunk,
} from '../support/snappy-stream.ts';
import { decodeLarge, decodeWhole, roundsDuring } from './decode-whole.ts';

const MiB = 1 << 20;
const TEXT = 'm{a="b"} 1\nm{a="b"} 1\nm{a="b"} 1\nn 2\n';
const decode = (body: Buffer, maxBytes = MiB) => decodeWhole('snappy', body, maxBytes);

async function refuses(found: string, ...chunks: readonly Uint8Array[]): Promise<void> {
  await expect(decode(snappyStream(...chunks))).rejects.toThrow(new DecodeBodyError('snappy', found));
}

async function takes(text: string, ...chunks: readonly Uint8Array[]): Promise<void> {
  expect(await decode(snappyStream(...chunks))).toBe(text);
}

describe('a snappy stream', () => {
  test('that is cut within a chunk is refused; at the end of one it is whole', async () => {
    const chunks = [compressedChunk('a 1\n'), uncompressedChunk('b 2\n'), rawChunk(0xfe, Buffer.alloc(3))];
    const whole = snappyStream(...chunks);
    const ends = new Set(chunks.map((_, i) => snappyStream(...chunks.slice(0, i)).length));
    for (let end = 0; end < whole.length; end++) {
      const cut = decode(whole.subarray(0, end));
      if (ends.has(end)) expect(['', 'a 1\n', 'a 1\nb 2\n']).toContain(await cut);
      else await expect(cut, `${end}`).rejects.toThrow(DecodeBodyError);
    }
    await refuses('the chunk at byte 10 is cut off', Buffer.from('fe0000', 'hex'));
    await refuses('the chunk at byte 10 is cut off', Buffer.from('fe010000', 'hex'));
  });

  test('with a wrong checksum is refused, whichever chunk has it', async () => {
    const wrong = (chunk: Buffer) => {
      chunk[5]! ^= 1;
      return chunk;
    };
    await refuses('the chunk at byte 10 has a wrong checksum', wrong(compressedChunk('a 1\n')));
    await refuses('the chunk at byte 10 has a wrong checksum', wrong(uncompressedChunk('a 1\n')));
    await refuses('the chunk at byte 10 has a wrong checksum', wrong(compressedChunk('')));
    await refuses(
      'the chunk at byte 22 has a wrong checksum',
      uncompressedChunk('a 1\n'),
      wrong(uncompressedChunk('')),
    );
  });

  test('with a chunk that may not be skipped is refused', async () => {
    for (const type of [2, 3, 0x40, 0x7f])
      await refuses(
        `the chunk at byte 10 is of the unknown type ${type}, which may not be skipped`,
        rawChunk(type, Buffer.from('abc')),
      );
  });

  test('with an unknown stream identifier is refused', async () => {
    for (const content of ['sNaPpy', 'sNaPpYY', 'sNaPp', ''])
      await refuses(
        'the chunk at byte 22 is not a stream identifier',
        uncompressedChunk('a 1\n'),
        rawChunk(0xff, Buffer.from(content)),
      );
  });

  test('with a chunk of more than 64 KiB, or of less than a checksum, is refused', async () => {
    const content = Buffer.alloc(65_537, 'x');
    await takes(content.subarray(1).toString(), compressedChunk(content.subarray(1)));
    await takes(content.subarray(1).toString(), uncompressedChunk(content.subarray(1)));
    await refuses('the chunk at byte 10 has more than 65536 bytes', compressedChunk(content));
    await refuses('the chunk at byte 10 has more than 65536 bytes', uncompressedChunk(content));
    for (const type of [0, 1])
      await refuses('the chunk at byte 10 has no checksum', rawChunk(type, Buffer.alloc(3)));
  });

  test('with a block that is not valid is refused', async () => {
    const chunk = (hex: string) => rawChunk(0, Buffer.concat([checksumOf('abc'), Buffer.from(hex, 'hex')]));
    await takes('abc', chunk('0308616263'));
    await refuses('the data end too early', chunk(''));
    await refuses('2 bytes declare to decode to 65535', chunk('ffff030061'));
    await refuses('the element at byte 19 is cut off', chunk('03086162'));
    await refuses('a block decodes to more than the 3 bytes it declares', chunk('03086162630061'));
    await refuses('the copy at byte 22 reaches 3 bytes back, outside the output', chunk('090461620503'));
  });

  test('whose block reaches back into the chunk before is refused', async () => {
    const reaching = Buffer.concat([checksumOf('aaaaa'), Buffer.from('0500610102', 'hex')]);
    await refuses(
      'the copy at byte 33 reaches 2 bytes back, outside the output',
      uncompressedChunk('aaaa'),
      rawChunk(0, reaching),
    );
  });

  test('over the limit is refused for its size before anything is decoded', async () => {
    // Their checksums are wrong too, but that is not reached.
    const chunk = rawChunk(0, Buffer.concat([Buffer.alloc(4), snappyBlock(Buffer.alloc(65_536))]));
    const bomb = snappyStream(...Array.from({ length: 64 }, () => chunk));
    await expect(decode(bomb, 4 * MiB - 1)).rejects.toThrow(new DecodedSizeError('snappy', 4 * MiB - 1));
    await expect(decode(bomb, 4 * MiB)).rejects.toThrow('has a wrong checksum');
  });

  test('made by python-snappy, as the Python client pushes it, is decoded', async () => {
    const made = 'ff060000734e61507059001900008efa0e9e25286d7b613d2262227d20310a560b000c6e20320a';
    expect(await decode(Buffer.from(made, 'hex'))).toBe(TEXT);
    expect(await decode(Buffer.from('25286d7b613d2262227d20310a560b000c6e20320a', 'hex'))).toBe(TEXT);
  });

  test('of any chunks, those to be skipped among them, and of several streams is decoded', async () => {
    await takes('');
    await takes('', compressedChunk(''), uncompressedChunk(''));
    await takes('a 1\nb 2\n', compressedChunk('a 1\n'), IDENTIFIER, uncompressedChunk('b 2\n'));
    for (const type of [0x80, 0xfd, 0xfe])
      await takes(
        'a 1\nb 2\n',
        rawChunk(type, Buffer.alloc(9)),
        compressedChunk('a 1\n'),
        rawChunk(type, Buffer.alloc(0)),
        compressedChunk('b 2\n'),
      );
  });

  test('of any bytes, cut into any chunks, comes back, small or large', async () => {
    const chunk = fc.record({
      content: fc.uint8Array({ maxLength: 400 }),
      kind: fc.constantFrom('compressed', 'uncompressed', 'padding', 'identifier'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 20 }), async (chunks) => {
        const body = snappyStream(
          ...chunks.map(({ content, kind }) => {
            if (kind === 'compressed') return compressedChunk(content);
            if (kind === 'uncompressed') return uncompressedChunk(content);
            return kind === 'padding' ? rawChunk(0xfe, content) : IDENTIFIER;
          }),
        );
        const kept = chunks.filter(({ kind }) => kind.endsWith('compressed')).map(({ content }) => content);
        const content = Buffer.concat(kept);
        expect(await decode(body)).toBe(content.toString('latin1'));
        expect(await decodeLarge(largeSnappy(body, content.length))).toBe(content.toString('latin1'));
      }),
    );
  });

  test('of many megabytes, or of very many empty chunks, comes back, in steps', async () => {
    const chunks = Array.from({ length: 64 }, (_, i) => Buffer.alloc(65_536, `m{i="${i}"} 1\n`));
    const body = snappyStream(...chunks.map((content) => compressedChunk(content)));
    expect(decodeSnappy(body, 10 * MiB)).not.toBeInstanceOf(Buffer);
    expect(await decode(body, 10 * MiB)).toBe(Buffer.concat(chunks).toString());
    const empty = compressedChunk('');
    const many = snappyStream(Buffer.concat(Array.from({ length: 200_000 }, () => empty)));
    expect(decodeSnappy(many, MiB)).not.toBeInstanceOf(Buffer);
    expect(await decode(many)).toBe('');
    expect(await roundsDuring(() => decode(body, 10 * MiB))).toBeGreaterThan(6);
    expect(await roundsDuring(() => decode(many))).toBeGreaterThan(6);
  });

  test('that is damaged anywhere except in a skippable part is refused', async () => {
    const content = Array.from({ length: 40 }, (_, i) => `m{a="${i % 7}"} ${i * i}\n`);
    const body = snappyStream(
      compressedChunk(content.slice(0, 20).join('')),
      uncompressedChunk(content.slice(20).join('')),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(body);
        damaged[at]! ^= change;
        const decoded = await decode(damaged, 4096).catch((error: unknown) => error);
        // Only a chunk that has become one to be skipped is left out.
        if (typeof decoded === 'string') expect(content.join('')).toContain(decoded);
        else expect([DecodeBodyError, DecodedSizeError]).toContain((decoded as Error).constructor);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the stream identifier', () => {
  test('is not the beginning of a valid block, whatever follows it', async () => {
    // Read as a block: 895 bytes, a literal of one byte, and a copy from far before it.
    const beginning = Buffer.from('ff060000734e615070', 'hex');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 900 }), async (rest) => {
        fc.pre(rest[0] !== 0x59);
        await expect(decode(Buffer.concat([beginning, rest]))).rejects.toThrow(DecodeBodyError);
      }),
    );
    const filled = Buffer.concat([beginning, Buffer.alloc(900)]);
    await expect(decode(filled)).rejects.toThrow(
      'found that the copy at byte 4 reaches 1884315982 bytes back, outside the output',
    );
  });
});
