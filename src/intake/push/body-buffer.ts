// The bytes of a body as they arrive. Large pieces are kept as they are. Many small ones are copied together, so that a
// client that sends single bytes costs those bytes, not an object for each.

/** Above this many pieces, all of them are copied into one. */
const MAX_PIECES = 32;
/** Small, because a client that sends many pieces may be slow and one of many. */
const FIRST_GATHERED_BYTES = 4 * 1024;

export class BodyBuffer {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #gathered: Buffer | undefined;
  length = 0;

  /** `maxBytes`: the longest that the body can be, as far as is known. No memory is taken for more. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of memory that the body will take with a further piece of this length. */
  heldWith(pieceLength: number): number {
    const length = this.length + pieceLength;
    if (this.#gathered === undefined)
      return this.#pieces.length < MAX_PIECES ? length : this.#sizeFor(length);
    return length <= this.#gathered.length ? this.#gathered.length : this.#sizeFor(length);
  }

  append(piece: Buffer): void {
    if (this.#gathered !== undefined) this.#gather(piece);
    else if (this.#pieces.length === MAX_PIECES) this.#startGathering(piece);
    else this.#pieces.push(piece);
    this.length += piece.length;
  }

  /** The body in one or more pieces. */
  pieces(): readonly Buffer[] {
    return this.#gathered === undefined ? this.#pieces : [this.#gathered.subarray(0, this.length)];
  }

  /** Frees the bytes. `length` stays. */
  drop(): void {
    this.#pieces = [];
    this.#gathered = undefined;
  }

  #startGathering(piece: Buffer): void {
    this.#gathered = Buffer.allocUnsafeSlow(this.#sizeFor(this.length + piece.length));
    let at = 0;
    for (const kept of this.#pieces) at += kept.copy(this.#gathered, at);
    this.#pieces = [];
    this.#gather(piece);
  }

  #gather(piece: Buffer): void {
    let gathered = this.#gathered!;
    if (this.length + piece.length > gathered.length) {
      const larger = Buffer.allocUnsafeSlow(this.#sizeFor(this.length + piece.length));
      gathered.copy(larger, 0, 0, this.length);
      gathered = larger;
      this.#gathered = larger;
    }
    piece.copy(gathered, this.length);
  }

  /** Twice what is needed: then each byte is copied twice on average, however the pieces are cut. */
  #sizeFor(length: number): number {
    const wanted = Math.max(FIRST_GATHERED_BYTES, 2 * length);
    return Math.max(length, Math.min(wanted, this.#maxBytes));
  }
}
