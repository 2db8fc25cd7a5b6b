// Snappy's framing format (https://github.com/google/snappy/blob/main/framing_format.txt): a stream of chunks. Finds the
// chunks and decodes them; which may be skipped is decided here, and every checksum is compared.
import { checkLength, declaredLength, SnappyBlockReader } from '../wire/snappy-block-reader.ts';
import { DecodedSizeError, snappyFault } from './decode-body-error.ts';
import { snappyChecksum } from './unsnappy-checksum.ts';

/** A stream begins with this chunk. Streams that follow one another are one. */
const IDENTIFIER_BYTES = 10;
/** `ff 06 00 00 73 4e 61 50 70 59`, as little-endian numbers: a body may be made of identifiers. */
const IDENTIFIER_NUMBERS = [0x000006ff, 0x50614e73, 0x5970] as const;
const HEADER_BYTES = 4;
const CHECKSUM_BYTES = 4;
const MAX_CHUNK_DECODED = 65_536;
/** What a chunk takes beside its content, in bytes that could be decoded in that time. */
const CHUNK_COST = 64;
const COMPRESSED = 0x00;
const UNCOMPRESSED = 0x01;
/** From here to 0xfe readers skip what they do not know; padding is 0xfe. */
const FIRST_SKIPPABLE = 0x80;
const IDENTIFIER = 0xff;

/**
 * Whether a body is in the framing format; otherwise it is a block. No sound block begins like a stream: read as a block,
 * the identifier declares 895 bytes, has a literal of one byte, and then a copy from 1,884,315,982 bytes before it.
 */
export function isFramed(body: Buffer): boolean {
  return isIdentifier(body, 0);
}

/** What the chunks of a stream declare to decode to. */
export function framedLength(body: Buffer, maxBytes: number): number {
  const chunks = new ChunkReader(body);
  let size = 0;
  while (chunks.next()) {
    size += chunks.length;
    if (size > maxBytes) throw new DecodedSizeError('snappy', maxBytes);
  }
  return size;
}

/** The chunks of a stream on their way into the output. */
export class SnappyFrameReader {
  readonly #body: Buffer;
  readonly #chunks: ChunkReader;
  readonly #blocks: SnappyBlockReader;
  readonly #out: Buffer;
  readonly #outView: DataView;
  #to = 0;

  /** The output has SLACK bytes more than the stream has been found to declare. */
  constructor(body: Buffer, out: Buffer) {
    this.#body = body;
    this.#chunks = new ChunkReader(body);
    this.#blocks = new SnappyBlockReader(body, out, snappyFault);
    this.#out = out;
    this.#outView = new DataView(out.buffer, out.byteOffset, out.length);
  }

  /** Decodes on, about `bytes` bytes at most; true when the stream is done. */
  decode(bytes: number): boolean {
    // Chunks may be empty: what they cost counts as if they had some bytes.
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
    if (snappyChecksum(this.#outView, to, this.#to) !== declared) throw fault(at, 'has a wrong checksum');
  }
}

/** Goes from one chunk that has content to the next. */
class ChunkReader {
  readonly #body: Buffer;
  #next = 0;
  isCompressed = false;
  at = 0;
  /** Where the elements of a compressed chunk, or the bytes of an uncompressed one, are. */
  start = 0;
  end = 0;
  /** The decoded length, as declared. */
  length = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** False at the end of the body. Throws where a chunk is not sound, checksums and elements apart. */
  next(): boolean {
    const body = this.#body;
    while (this.#next < body.length) {
      const at = this.#next;
      if (body.length - at < HEADER_BYTES) throw fault(at, 'is cut off');
      const type = body[at]!;
      const end = at + HEADER_BYTES + (body[at + 1]! | (body[at + 2]! << 8) | (body[at + 3]! << 16));
      if (end > body.length) throw fault(at, 'is cut off');
      this.#next = end;
      if (type === COMPRESSED || type === UNCOMPRESSED) {
        this.#open(at, end, type === COMPRESSED);
        return true;
      }
      if (type < FIRST_SKIPPABLE) throw fault(at, `is of the unknown type ${type}, which may not be skipped`);
      if (type === IDENTIFIER && !isIdentifier(body, at)) throw fault(at, 'is no stream identifier');
    }
    return false;
  }

  #open(at: number, end: number, isCompressed: boolean): void {
    const content = at + HEADER_BYTES + CHECKSUM_BYTES;
    if (content > end) throw fault(at, 'has no checksum');
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
    if (this.length > MAX_CHUNK_DECODED) throw fault(at, `has more than ${MAX_CHUNK_DECODED} bytes`);
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

function fault(at: number, what: string): Error {
  return snappyFault(`the chunk at byte ${at} ${what}`);
}
