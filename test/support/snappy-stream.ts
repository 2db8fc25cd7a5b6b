// Writes snappy's framing format chunk by chunk, sound or not, independently of the reader: blocks by snappyjs, the
// checksum bit by bit.
import { compress } from 'snappyjs';

export const IDENTIFIER = Buffer.from('ff060000734e61507059', 'hex');

export function snappyBlock(content: Uint8Array | string): Buffer {
  return Buffer.from(compress(Buffer.from(content)));
}

/** A chunk of any type with any content. */
export function rawChunk(type: number, content: Uint8Array): Buffer {
  const header = Buffer.from([type, 0, 0, 0]);
  header.writeUIntLE(content.length, 1, 3);
  return Buffer.concat([header, content]);
}

export function compressedChunk(content: Uint8Array | string): Buffer {
  return rawChunk(0, Buffer.concat([checksumOf(content), snappyBlock(content)]));
}

export function uncompressedChunk(content: Uint8Array | string): Buffer {
  return rawChunk(1, Buffer.concat([checksumOf(content), Buffer.from(content)]));
}

/** A stream of the identifier and these chunks. */
export function snappyStream(...chunks: readonly Uint8Array[]): Buffer {
  return Buffer.concat([IDENTIFIER, ...chunks]);
}

/** The masked CRC-32C as it is in a chunk. */
export function checksumOf(content: Uint8Array | string): Buffer {
  const crc = crc32c(Buffer.from(content));
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) % 2 ** 32);
  return bytes;
}

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * 0x82f63b78);
  }
  return ~crc >>> 0;
}
