// Writes zstd frames block by block (RFC 8878, section 3.1.1), sound or not, without an encoder.

export interface FrameParts {
  /** The declared size takes eight bytes; undefined leaves it out. */
  readonly size?: number;
  /** The byte of the window size; RFC 8878, section 3.1.1.1.2. */
  readonly windowDescriptor?: number;
  /** One byte. */
  readonly dictionary?: number;
  readonly blocks: readonly Uint8Array[];
}

/** A frame without a checksum; the last of the blocks is marked as such. */
export function zstdFrame({ size, windowDescriptor = 0x38, dictionary, blocks }: FrameParts): Buffer {
  const descriptor = (size === undefined ? 0 : 0xc0) | (dictionary === undefined ? 0 : 1);
  const sizeBytes = Buffer.alloc(size === undefined ? 0 : 8);
  if (size !== undefined) sizeBytes.writeBigUInt64LE(BigInt(size));
  const header = [0x28, 0xb5, 0x2f, 0xfd, descriptor, windowDescriptor];
  const last = Buffer.from(blocks.at(-1) ?? rawBlock(''));
  last[0]! |= 1;
  return Buffer.concat([
    Buffer.from(dictionary === undefined ? header : [...header, dictionary]),
    sizeBytes,
    ...blocks.slice(0, -1),
    last,
  ]);
}

/** A block that is stored as it is. */
export function rawBlock(content: string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([blockHeader(0, bytes.length), bytes]);
}

/** `length` times one byte, in four bytes. */
export function repeatedBlock(byte: string, length: number): Buffer {
  return Buffer.concat([blockHeader(1, length), Buffer.from(byte)]);
}

export function blockHeader(kind: number, size: number): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (kind << 1), 0, 3);
  return header;
}

/** A frame that readers skip. */
export function skippableFrame(content: Uint8Array, kind = 0): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x184d2a50 + kind);
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content]);
}
