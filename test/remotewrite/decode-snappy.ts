// The snappy block format read straight from its description, with every length and offset checked.

/** Throws if the block is not sound (https://github.com/google/snappy/blob/main/format_description.txt). */
export function decodeSnappy(block: Uint8Array): Buffer {
  const bytes = Buffer.from(block);
  const [length, start] = readLength(bytes);
  const out: number[] = [];
  for (let at = start; at < bytes.length; ) at = readElement(bytes, at, out);
  if (out.length !== length) throw new Error(`${length} bytes declared, ${out.length} found`);
  return Buffer.from(out);
}

function readLength(bytes: Buffer): [length: number, end: number] {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    length += (bytes.readUInt8(at) & 127) * 2 ** (7 * at);
    if (bytes[at]! < 128) return [length, at + 1];
  }
  throw new Error('a length of more than five bytes');
}

function readElement(bytes: Buffer, at: number, out: number[]): number {
  const tag = bytes.readUInt8(at);
  switch (tag & 3) {
    case 0:
      return readLiteral(bytes, at, tag >>> 2, out);
    case 1:
      copy(out, ((tag >>> 5) << 8) | bytes.readUInt8(at + 1), 4 + ((tag >>> 2) & 7));
      return at + 2;
    case 2:
      copy(out, bytes.readUInt16LE(at + 1), 1 + (tag >>> 2));
      return at + 3;
    default:
      copy(out, bytes.readUInt32LE(at + 1), 1 + (tag >>> 2));
      return at + 5;
  }
}

function readLiteral(bytes: Buffer, at: number, coded: number, out: number[]): number {
  const extra = coded < 60 ? 0 : coded - 59;
  const length = 1 + (extra === 0 ? coded : bytes.readUIntLE(at + 1, extra));
  const start = at + 1 + extra;
  if (start + length > bytes.length) throw new Error('a literal beyond the end');
  for (let i = 0; i < length; i++) out.push(bytes[start + i]!);
  return start + length;
}

function copy(out: number[], offset: number, length: number): void {
  if (offset === 0 || offset > out.length)
    throw new Error(`a copy from ${offset} bytes back at ${out.length}`);
  for (let i = 0; i < length; i++) out.push(out[out.length - offset]!);
}
