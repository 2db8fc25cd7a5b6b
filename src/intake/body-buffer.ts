// The bytes of a body as they arrive. Large pieces are kept as they are; many small ones are gathered, so that a sender
// of single bytes costs the bytes, not an object for each.

/** So many pieces may stand before they are gathered into one. */
const MAX_PIECES = 32;
const FIRST_GATHERED_BYTES = 64 * 1024;

export class BodyBuffer {
  #pieces: Buffer[] = [];
  #gathered: Buffer | undefined;
  length = 0;

  /** Bytes of memory that the next piece will make this take at most. */
  heldWith(pieceLength: number): number {
    const length = this.length + pieceLength;
    return this.#gathered === undefined ? length : Math.max(this.#gathered.length, 2 * length);
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

  #startGathering(piece: Buffer): void {
    this.#gathered = Buffer.allocUnsafe(Math.max(FIRST_GATHERED_BYTES, 2 * (this.length + piece.length)));
    let at = 0;
    for (const kept of this.#pieces) at += kept.copy(this.#gathered, at);
    this.#pieces = [];
    this.#gather(piece);
  }

  #gather(piece: Buffer): void {
    let gathered = this.#gathered!;
    if (this.length + piece.length > gathered.length) {
      const larger = Buffer.allocUnsafe(2 * (this.length + piece.length));
      gathered.copy(larger, 0, 0, this.length);
      gathered = larger;
      this.#gathered = larger;
    }
    piece.copy(gathered, this.length);
  }
}
