// snappy bodies, one block or framed (https://github.com/google/snappy/blob/main/framing_format.txt), decoded within a limit
// on their decoded size. They declare all their sizes, so memory is taken once. Large ones are decoded in steps, with other
// work in between. Every checksum is compared.
import { setImmediate as nextRound } from 'node:timers/promises';
import { SLACK } from '../wire/byte-ranges.ts';
import { checkLength, declaredLength, SnappyBlockReader } from '../wire/snappy-block-reader.ts';
import { DecodeBodyError, DecodedSizeError, type LargeBody, SMALL_DECODED } from './body-decoder.ts';
import { snappyChecksum } from './snappy-checksum.ts';

const SMALL_ENCODED = 1024 * 1024;
/** A step takes about a millisecond, the time of a few small pushes. Skipped parts of a stream do not count. */
const STEP_BYTES = 512 * 1024;
/** A stream begins with this chunk. It may come again, since streams may be concatenated. */
const IDENTIFIER_BYTES = 10;
/** `ff 06 00 00 73 4e 61 50 70 59` as little-endian numbers, which compare fast: a body may consist of identifiers. */
const IDENTIFIER_NUMBERS = [0x000006ff, 0x50614e73, 0x5970] as const;
const HEADER_BYTES = 4;
const CHECKSUM_BYTES = 4;
const MAX_CHUNK_DECODED = 65_536;
/** The time a chunk takes besides its content, as the number of bytes that could be decoded in it. */
const CHUNK_COST = 64;
const COMPRESSED = 0x00;
const UNCOMPRESSED = 0x01;
/** Readers skip unknown chunks from here to 0xfe, which is padding. */
const FIRST_SKIPPABLE = 0x80;
const IDENTIFIER = 0xff;

/** Implements BodyDecoder. */
export function decodeSnappy(body: Buffer, maxBytes: number): Buffer | LargeBody {
  const size = decodedSize(body, maxBytes);
  if (size > SMALL_DECODED || body.length > SMALL_ENCODED) return largeSnappy(body, size);
  const out = Buffer.allocUnsafe(size + SLACK);
  open(body, out).decode(Infinity);
  return out.subarray(0, size);
}

/** `body` declares that it decodes to `size` bytes. */
export function largeSnappy(body: Buffer, size: number): LargeBody {
  return { workingBytes: 0, count: async () => size, decode: () => decodeInSteps(body, size) };
}

async function decodeInSteps(body: Buffer, size: number): Promise<Buffer> {
  const out = Buffer.allocUnsafeSlow(size + SLACK);
  const reader = open(body, out);
  while (!reader.decode(STEP_BYTES)) await nextRound();
  return out.subarray(0, size);
}

function decodedSize(body: Buffer, maxBytes: number): number {
  if (isFramed(body)) return framedLength(body, maxBytes);
  const { length, end } = declaredLength(body, 0, body.length, snappyFault);
  if (length > maxBytes) throw new DecodedSizeError('snappy', maxBytes);
  checkLength(length, end, body.length, snappyFault);
  return length;
}

function open(body: Buffer, out: Buffer): SnappyFrameReader | SnappyBlockReader {
  if (isFramed(body)) return new SnappyFrameReader(body, out);
  const { length, end } = declaredLength(body, 0, body.length, snappyFault);
  const reader = new SnappyBlockReader(body, out, snappyFault);
  reader.open(end, body.length, 0, length);
  return reader;
}

/**
 * Whether a body is framed; otherwise it is a block. No valid block begins like a stream: read as a block, the identifier
 * declares 895 bytes, has a literal of one byte, and then a copy from 1,884,315,982 bytes before it.
 */
function isFramed(body: Buffer): boolean {
  return isIdentifier(body, 0);
}

/** The decoded size that the chunks of a stream declare. */
function framedLength(body: Buffer, maxBytes: number): number {
  const chunks = new ChunkReader(body);
  let size = 0;
  while (chunks.next()) {
    size += chunks.length;
    if (size > maxBytes) throw new DecodedSizeError('snappy', maxBytes);
  }
  return size;
}

/** Decodes the chunks of a stream into the output. */
class SnappyFrameReader {
  readonly #body: Buffer;
  readonly #chunks: ChunkReader;
  readonly #blocks: SnappyBlockReader;
  readonly #out: Buffer;
  readonly #outView: DataView;
  #to = 0;

  /** The output must have SLACK bytes more than the stream declares. */
  constructor(body: Buffer, out: Buffer) {
    this.#body = body;
    this.#chunks = new ChunkReader(body);
    this.#blocks = new SnappyBlockReader(body, out, snappyFault);
    this.#out = out;
    this.#outView = new DataView(out.buffer, out.byteOffset, out.length);
  }

  /** Decodes about `bytes` more bytes; true when the stream is done. */
  decode(bytes: number): boolean {
    // A chunk may be empty, so the cost of each chunk counts, too.
    for (let done = 0; done < bytes; done += this.#chunks.length + CHUNK_COST) {
      if (!this.#chunks.next()) return true;
      this.#decodeChunk();
    }
    return false;
  }

  #decodeChunk(): void {
    const { at, start, end, length, isCompressed } = this.#chunks;
    const to = this.#to;
    this.#to += length;
    if (isCompressed) {
      this.#blocks.open(start, end, to, length);
      this.#blocks.decode(length);
    } else this.#body.copy(this.#out, to, start, end);
    const declared = this.#body.readUInt32LE(at + HEADER_BYTES);
    if (snappyChecksum(this.#outView, to, this.#to) !== declared)
      throw chunkFault(at, 'has a wrong checksum');
  }
}

/** Iterates over the chunks that have content. */
class ChunkReader {
  readonly #body: Buffer;
  #next = 0;
  isCompressed = false;
  at = 0;
  /** Where the elements of a compressed chunk, or the bytes of an uncompressed one, begin and end. */
  start = 0;
  end = 0;
  /** The decoded length, as declared. */
  length = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** False at the end of the body. Throws if a chunk is not valid, but does not read its checksum and elements. */
  next(): boolean {
    const body = this.#body;
    while (this.#next < body.length) {
      const at = this.#next;
      if (body.length - at < HEADER_BYTES) throw chunkFault(at, 'is cut off');
      const type = body[at]!;
      const end = at + HEADER_BYTES + (body[at + 1]! | (body[at + 2]! << 8) | (body[at + 3]! << 16));
      if (end > body.length) throw chunkFault(at, 'is cut off');
      this.#next = end;
      if (type === COMPRESSED || type === UNCOMPRESSED) {
        this.#open(at, end, type === COMPRESSED);
        return true;
      }
      if (type < FIRST_SKIPPABLE)
        throw chunkFault(at, `is of the unknown type ${type}, which may not be skipped`);
      if (type === IDENTIFIER && !isIdentifier(body, at)) throw chunkFault(at, 'is not a stream identifier');
    }
    return false;
  }

  #open(at: number, end: number, isCompressed: boolean): void {
    const content = at + HEADER_BYTES + CHECKSUM_BYTES;
    if (content > end) throw chunkFault(at, 'has no checksum');
    this.at = at;
    this.end = end;
    this.isCompressed = isCompressed;
    this.start = content;
    this.length = end - content;
    if (isCompressed) {
      const declared = declaredLength(this.#body, content, end, snappyFault);
      this.start = declared.end;
      this.length = declared.length;
    }
    if (this.length > MAX_CHUNK_DECODED) throw chunkFault(at, `has more than ${MAX_CHUNK_DECODED} bytes`);
    if (isCompressed) checkLength(this.length, this.start, end, snappyFault);
  }
}

function isIdentifier(body: Buffer, at: number): boolean {
  const [first, second, third] = IDENTIFIER_NUMBERS;
  return (
    at + IDENTIFIER_BYTES <= body.length &&
    body.readUInt32LE(at) === first &&
    body.readUInt32LE(at + 4) === second &&
    body.readUInt16LE(at + 8) === third
  );
}

function chunkFault(at: number, what: string): Error {
  return snappyFault(`the chunk at byte ${at} ${what}`);
}

function snappyFault(found: string): DecodeBodyError {
  return new DecodeBodyError('snappy', found);
}
