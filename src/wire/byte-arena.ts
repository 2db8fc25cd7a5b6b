// The one buffer in which a push is parsed: its body, copied in once, and after it all that had to be rewritten
// (unescaped or re-rendered label values). All ranges of a push are offsets into this buffer. It is reused for every push.
import { SLACK } from './byte-ranges.ts';

const FIRST_BYTES = 1 << 16;
/** Kept between pushes; what a large push needed beyond this is given back after it. */
const KEPT_BYTES = 1 << 22;

export class ByteArena {
  bytes: Buffer = Buffer.alloc(FIRST_BYTES);
  view: DataView = viewOf(this.bytes);
  /** Where the body ends, exclusive; `SLACK` zero bytes follow. */
  bodyEnd = 0;
  /** Where the next rewritten bytes go. */
  end = 0;

  /** Copies a body in. `maxRewritten` bounds what `write` will be given in all until the next load. */
  load(chunks: readonly Uint8Array[], length: number, maxRewritten: number): void {
    this.#makeRoom(length + maxRewritten + 2 * SLACK);
    let at = 0;
    for (const chunk of chunks) {
      this.bytes.set(chunk, at);
      at += chunk.length;
    }
    this.setBodyEnd(at);
  }

  /** Ends the body at `at`, which must not be beyond where it ended before, or one byte further. */
  setBodyEnd(at: number): void {
    this.bytes.fill(0, at, at + SLACK);
    this.bodyEnd = at;
    this.end = at + SLACK;
  }

  /** Drops what was rewritten, before the body is read once more. */
  dropRewritten(): void {
    this.end = this.bodyEnd + SLACK;
  }

  /** Appends the ASCII text and returns where it starts; it ends at `end`. */
  writeAscii(text: string): number {
    const start = this.end;
    this.end += this.bytes.write(text, start, 'latin1');
    return start;
  }

  /** Gives back the memory that an unusually large push needed. */
  trim(): void {
    if (this.bytes.length > KEPT_BYTES) this.#replace(FIRST_BYTES);
  }

  #makeRoom(length: number): void {
    if (length > this.bytes.length)
      this.#replace(Math.max(length, Math.min(2 * this.bytes.length, KEPT_BYTES)));
  }

  #replace(length: number): void {
    // Not from Node's shared pool: the view covers the buffer alone.
    this.bytes = Buffer.allocUnsafeSlow(length);
    this.view = viewOf(this.bytes);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
