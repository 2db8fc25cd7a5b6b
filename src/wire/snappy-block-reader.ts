// The snappy block format (https://github.com/google/snappy/blob/main/format_description.txt), decompressing side, into
// memory that the caller provides. Nothing outside the block is read, and nothing outside its place in the output is written.
import { copyRange, SLACK } from './byte-ranges.ts';

/** A length and where it ends. */
export interface DeclaredLength {
  readonly length: number;
  readonly end: number;
}

/** Makes the error to throw for a damaged block; `found` continues a sentence after "found that". */
export type SnappyFault = (found: string) => Error;

const ENDS_EARLY = 'the data end too early';
/** Three bytes of input make at most 64 of output. */
const MOST_PER_COPY = 64;
const BYTES_PER_COPY = 3;

/** The decoded length that the block from `start` to `end` declares; refused if so few bytes cannot hold it. */
export function declaredLength(body: Buffer, start: number, end: number, fault: SnappyFault): DeclaredLength {
  let length = 0;
  let at = start;
  for (let scale = 1; ; scale *= 128) {
    if (at >= end) throw fault(ENDS_EARLY);
    const byte = body[at++]!;
    length += (byte & 127) * scale;
    if (length >= 2 ** 32 || (byte > 127 && scale === 128 ** 4))
      throw fault('it declares a length over 32 bits');
    if (byte < 128) return { length, end: at };
  }
}

/** Refuses a block that declares more than its elements, from `start` to `end`, can make. */
export function checkLength(length: number, start: number, end: number, fault: SnappyFault): void {
  if (length > Math.ceil((end - start) / BYTES_PER_COPY) * MOST_PER_COPY)
    throw fault(`${end - start} bytes declare to decode to ${length}`);
}

/** Decodes blocks into the output, one after the other. */
export class SnappyBlockReader {
  readonly #body: Buffer;
  readonly #bodyView: DataView;
  readonly #out: Buffer;
  readonly #outView: DataView;
  readonly #fault: SnappyFault;
  #at = 0;
  #end = 0;
  #to = 0;
  #outStart = 0;
  #outEnd = 0;

  constructor(body: Buffer, out: Buffer, fault: SnappyFault) {
    this.#body = body;
    this.#bodyView = new DataView(body.buffer, body.byteOffset, body.length);
    this.#out = out;
    this.#outView = new DataView(out.buffer, out.byteOffset, out.length);
    this.#fault = fault;
  }

  /**
   * Starts the block whose elements are from `start` to `end`. They decode to `length` bytes at `outStart`; the
   * output must have SLACK bytes after them, which are overwritten.
   */
  open(start: number, end: number, outStart: number, length: number): void {
    if (outStart + length + SLACK > this.#out.length) throw new Error('BUG: the output has no slack');
    this.#at = start;
    this.#end = end;
    this.#to = outStart;
    this.#outStart = outStart;
    this.#outEnd = outStart + length;
  }

  /** Decodes about `bytes` more bytes; true when the block is done. */
  decode(bytes: number): boolean {
    const body = this.#body;
    const view = this.#bodyView;
    const outEnd = this.#outEnd;
    const end = this.#end;
    let at = this.#at;
    let to = this.#to;
    const until = to + bytes;
    while (at < end && to < until) {
      const element = at;
      const tag = body[at++]!;
      const kind = tag & 3;
      let length = (tag >>> 2) + 1;
      if (kind === 0) {
        if (length > 60) {
          const size = length - 60;
          if (size > end - at) throw this.#cutOff(element);
          length = body.readUIntLE(at, size) + 1;
          at += size;
        }
        if (length > end - at) throw this.#cutOff(element);
        if (length > outEnd - to) throw this.#tooLong();
        this.#literal(at, to, length);
        at += length;
      } else {
        let offset: number;
        if ((kind === 3 ? 4 : kind) > end - at) throw this.#cutOff(element);
        if (kind === 1) {
          length = ((tag >>> 2) & 7) + 4;
          offset = ((tag & 0xe0) << 3) | body[at]!;
          at += 1;
        } else if (kind === 2) {
          offset = view.getUint16(at, true);
          at += 2;
        } else {
          offset = view.getUint32(at, true);
          at += 4;
        }
        if (offset === 0 || offset > to - this.#outStart) throw this.#tooFarBack(element, offset);
        if (length > outEnd - to) throw this.#tooLong();
        this.#copy(to, offset, length);
      }
      to += length;
    }
    this.#at = at;
    this.#to = to;
    return this.#isDone();
  }

  #isDone(): boolean {
    if (this.#at < this.#end) {
      if (this.#to === this.#outEnd) throw this.#tooLong();
      return false;
    }
    if (this.#to < this.#outEnd) throw this.#fault(ENDS_EARLY);
    return true;
  }

  #literal(at: number, to: number, length: number): void {
    // Whole words are read, and there is nothing to read after the body.
    if (at + length + SLACK > this.#body.length) this.#body.copy(this.#out, to, at, at + length);
    else copyRange(this.#body, this.#bodyView, at, this.#out, this.#outView, to, length);
  }

  /** A copy may overlap what it makes: then it repeats the bytes between. */
  #copy(to: number, offset: number, length: number): void {
    const view = this.#outView;
    const from = to - offset;
    if (offset >= 4) {
      for (let done = 0; done < length; done += 4)
        view.setInt32(to + done, view.getInt32(from + done, true), true);
    } else for (let done = 0; done < length; done++) view.setUint8(to + done, view.getUint8(from + done));
  }

  #tooLong(): Error {
    const declared = this.#outEnd - this.#outStart;
    return this.#fault(`a block decodes to more than the ${declared} bytes it declares`);
  }

  #cutOff(element: number): Error {
    return this.#fault(`the element at byte ${element} is cut off`);
  }

  #tooFarBack(element: number, offset: number): Error {
    return this.#fault(`the copy at byte ${element} reaches ${offset} bytes back, outside the output`);
  }
}
