// CRC-32C against the examples of RFC 3720, appendix B.4, and bit by bit.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { snappyChecksum } from '../../src/decompress/snappy-checksum.ts';
import { checksumOf } from '../support/snappy-stream.ts';

function checksum(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return snappyChecksum(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, end);
}

/** What the framing format does to a checksum, as its description writes it. */
function masked(crc: number): number {
  return Number(((BigInt(crc >>> 15) | ((BigInt(crc) << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn);
}

test('the checksum of the examples of RFC 3720 is right', () => {
  const has = (bytes: Uint8Array, crc: number) => expect(checksum(bytes)).toBe(masked(crc));
  has(new Uint8Array(32), 0x8a9136aa);
  has(new Uint8Array(32).fill(0xff), 0x62a8ab43);
  has(
    Uint8Array.from({ length: 32 }, (_, i) => i),
    0x46dd794e,
  );
  has(
    Uint8Array.from({ length: 32 }, (_, i) => 31 - i),
    0x113fdb5c,
  );
  has(Buffer.from('123456789'), 0xe3069283);
  has(new Uint8Array(0), 0);
});

test('the checksum of any range is that of its bytes one by one', () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(bytes, fc.nat(20), fc.nat(20), (content, before, behind) => {
      const padded = Buffer.concat([Buffer.alloc(before, 1), content, Buffer.alloc(behind, 2)]);
      const expected = checksumOf(content).readUInt32LE();
      expect(checksum(padded, before, before + content.length)).toBe(expected);
    }),
  );
});
