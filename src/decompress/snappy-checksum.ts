// The checksum of snappy's framing format: CRC-32C, masked (section 3 of its description). Node only has the CRC-32 of
// gzip. This one processes eight bytes in each step, with eight tables.

/** CRC-32C's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const TABLES = tables();

/** The masked checksum of the bytes from `start` to `end`, unsigned. */
export function snappyChecksum(bytes: DataView, start: number, end: number): number {
  const crc = ~update(-1, bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function update(before: number, bytes: DataView, start: number, end: number): number {
  const table = TABLES;
  let crc = before;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ bytes.getInt32(at, true);
    const high = bytes.getInt32(at + 4, true);
    crc =
      table[0x700 | (low & 0xff)]! ^
      table[0x600 | ((low >>> 8) & 0xff)]! ^
      table[0x500 | ((low >>> 16) & 0xff)]! ^
      table[0x400 | (low >>> 24)]! ^
      table[0x300 | (high & 0xff)]! ^
      table[0x200 | ((high >>> 8) & 0xff)]! ^
      table[0x100 | ((high >>> 16) & 0xff)]! ^
      table[high >>> 24]!;
  }
  for (; at < end; at++) crc = table[(crc ^ bytes.getUint8(at)) & 0xff]! ^ (crc >>> 8);
  return crc;
}

/** Table n, at index 256 n, has the effect of a byte that n more bytes follow. */
function tables(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const before = table[at - 256]!;
    table[at] = table[before & 0xff]! ^ (before >>> 8);
  }
  return table;
}
