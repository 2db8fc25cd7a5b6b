// How a record lies in a segment file: a header of 20 bytes, then the payload. The header's checksum is seeded with the
// segment's salt and the record's place, so that nothing inside a payload passes for a record, also not on purpose.
//
//   0  magic     4  payload length     8  shard hash     12  CRC-32 of the payload     16  CRC-32 of the 16 bytes before
//
// Numbers are little-endian.
import { crc32 } from 'node:zlib';

export const HEADER_BYTES = 20;
const CHECKED_BYTES = 16;
const MAGIC = 0x1e53_b1f7;
export const MAGIC_BYTES = Uint8Array.of(0xf7, 0xb1, 0x53, 0x1e);

export interface RecordHeader {
  readonly length: number;
  readonly shardHash: number;
  readonly payloadChecksum: number;
}

/** `offset` is that of the record in its file, `at` where to write in `into`. */
export function writeHeader(
  into: Buffer,
  at: number,
  header: RecordHeader,
  salt: number,
  offset: number,
): void {
  into.writeUInt32LE(MAGIC, at);
  into.writeUInt32LE(header.length, at + 4);
  into.writeUInt32LE(header.shardHash, at + 8);
  into.writeUInt32LE(header.payloadChecksum, at + 12);
  into.writeUInt32LE(headerChecksum(into, at, salt, offset), at + CHECKED_BYTES);
}

/** undefined where there is no sound header. `from` holds at least HEADER_BYTES behind `at`. */
export function readHeader(from: Buffer, at: number, salt: number, offset: number): RecordHeader | undefined {
  if (from.readUInt32LE(at) !== MAGIC) return undefined;
  if (from.readUInt32LE(at + CHECKED_BYTES) !== headerChecksum(from, at, salt, offset)) return undefined;
  return {
    length: from.readUInt32LE(at + 4),
    shardHash: from.readUInt32LE(at + 8),
    payloadChecksum: from.readUInt32LE(at + 12),
  };
}

function headerChecksum(bytes: Buffer, at: number, salt: number, offset: number): number {
  return crc32(bytes.subarray(at, at + CHECKED_BYTES), (salt + offset) >>> 0);
}
