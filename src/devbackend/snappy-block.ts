// Snappy block format, read strictly: the declared length is checked before anything is allocated, and the body
// must produce exactly that many bytes (https://github.com/google/snappy/blob/main/format_description.txt).
import { uncompress } from 'snappyjs';

/** The decoded length is over the limit. */
export class TooLargeError extends RangeError {
  override readonly name = 'TooLargeError';
}

/** The bytes are not what they claim to be. */
export class MalformedError extends SyntaxError {
  override readonly name = 'MalformedError';
}

interface Element {
  /** Where the next element starts. */
  readonly next: number;
  readonly produced: number;
  /** How far back a copy reaches; undefined for a literal. */
  readonly offset: number | undefined;
}

/** Throws TooLargeError when more than `maxBytes` bytes are declared, MalformedError when the block is not sound. */
export function uncompressBlock(block: Uint8Array, maxBytes: number): Uint8Array {
  const header = readLength(block);
  if (header.length > maxBytes) {
    throw new TooLargeError(
      `Cannot decompress snappy block: expected at most ${maxBytes} bytes, found ${header.length} declared`,
    );
  }
  checkElements(block, header.end, header.length);
  return uncompress(block, maxBytes);
}

function readLength(block: Uint8Array): { length: number; end: number } {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) throw malformed('a length', 'the end');
    length += (byte & 127) * 2 ** (7 * i);
    if (byte < 128 && length < 2 ** 32) return { length, end: i + 1 };
  }
  throw malformed('a length below 2^32', 'a larger one');
}

/** The decompressor itself neither notices a short result nor a copy from before the start. */
function checkElements(block: Uint8Array, start: number, length: number): void {
  let produced = 0;
  let at = start;
  while (at < block.length) {
    const element = readElement(block, at);
    if (element.next > block.length) throw malformed(`an element at byte ${at}`, 'the end');
    if (element.offset !== undefined && (element.offset === 0 || element.offset > produced)) {
      throw malformed(`a copy at byte ${at} from at most ${produced} bytes back`, `${element.offset}`);
    }
    produced += element.produced;
    if (produced > length) throw malformed(`${length} bytes`, 'more');
    at = element.next;
  }
  if (produced < length) throw malformed(`${length} bytes`, `${produced}`);
}

function readElement(block: Uint8Array, at: number): Element {
  const tag = block[at]!;
  const upper = tag >>> 2;
  switch (tag & 3) {
    case 0: {
      const extra = upper < 60 ? 0 : upper - 59;
      const length = (extra === 0 ? upper : littleEndian(block, at + 1, extra)) + 1;
      return { next: at + 1 + extra + length, produced: length, offset: undefined };
    }
    case 1: {
      const offset = (tag >>> 5) * 256 + (block[at + 1] ?? 0);
      return { next: at + 2, produced: (upper & 7) + 4, offset };
    }
    default: {
      const width = (tag & 3) === 2 ? 2 : 4;
      return { next: at + 1 + width, produced: upper + 1, offset: littleEndian(block, at + 1, width) };
    }
  }
}

function littleEndian(block: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (block[at + i] ?? 0);
  return value;
}

function malformed(wanted: string, seen: string): MalformedError {
  return new MalformedError(`Cannot decompress snappy block: expected ${wanted}, found ${seen}`);
}
