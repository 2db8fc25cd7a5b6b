// gzip streams of megabytes that decode to gigabytes, made without decoding or encoding gigabytes.
import { constants, deflateRawSync, gzipSync } from 'node:zlib';

const PIECE_BYTES = 100_000_000;

/** `gigabytes` of empty lines in many members. */
export function bombOfMembers(gigabytes: number): Buffer {
  const member = gzipSync(Buffer.alloc(PIECE_BYTES, '\n'), { level: 9 });
  return Buffer.concat(Array.from({ length: gigabytes * 10 }, () => member));
}

/** `gigabytes` of empty lines in one member; its checksum is wrong, which should not be reached. */
export function bombOfOneMember(gigabytes: number): Buffer {
  // Flushed, a piece refers to nothing before it and ends at a byte: it can be repeated.
  const piece = deflateRawSync(Buffer.alloc(PIECE_BYTES, '\n'), {
    level: 9,
    finishFlush: constants.Z_FULL_FLUSH,
  });
  const head = Buffer.from('1f8b0800000000000003', 'hex');
  const lastBlock = Buffer.from('0300', 'hex');
  const pieces = Array.from({ length: gigabytes * 10 }, () => piece);
  return Buffer.concat([head, ...pieces, lastBlock, Buffer.alloc(8)]);
}
