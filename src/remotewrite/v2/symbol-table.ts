// The symbols of one remote write 2.0 request: every text once, in the order of first use, the empty one first
// (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#symbols). Texts come and are kept as byte ranges; no string
// is made. Invariant: `out` holds the `symbols` fields of all texts counted.

import { copyRange, hashRange } from '../../wire/byte-ranges.ts';
import { OutputBuffer } from '../../wire/output-buffer.ts';
import { RangeTable } from '../../wire/range-table.ts';
import { varintLength, writeVarint } from '../../wire/varint.ts';
import { RequestV2Tag } from '../../wire/write-request-tags.ts';

const FIRST_SYMBOLS = 1024;
/** What a block of many symbols needed is given back after it. */
const KEPT_SYMBOLS = 1 << 16;
/** The empty text, which is never looked for. */
const EMPTY_SYMBOL = Buffer.from([RequestV2Tag.symbols, 0]);

export class SymbolTable {
  readonly out: OutputBuffer;
  /** All texts but the empty one: symbol 1 is number 0. Those of an accepted push must not be refused any more. */
  readonly #texts: RangeTable;

  /** `maxBytes` bounds the encoded symbols. */
  constructor(maxBytes: number) {
    this.out = new OutputBuffer(maxBytes);
    this.#texts = new RangeTable(this.out, {
      firstEntries: FIRST_SYMBOLS,
      keptEntries: KEPT_SYMBOLS,
      whenColliding: 'use a map',
    });
    this.reset();
  }

  get count(): number {
    return 1 + this.#texts.count;
  }

  /** Starts a request. */
  reset(): void {
    this.out.reset();
    this.#texts.reset();
    this.out.length = EMPTY_SYMBOL.copy(this.out.bytes);
  }

  /**
   * The number of the text in `[start, start + length)` of `from`, which is added if it is new. `view` is one of the
   * same bytes and reaches past them (see `SLACK`). Throws OutputLimitError.
   */
  refOf(from: Buffer, view: DataView, start: number, length: number): number {
    if (length === 0) return 0;
    const hash = hashRange(view, start, length);
    const known = this.#texts.find(this.out.view, view, start, length, hash);
    if (known >= 0) return known + 1;
    return this.#texts.add(this.#write(from, view, start, length), length, hash) + 1;
  }

  /** A symbol, its bytes each as one character. */
  latin1Of(symbol: number): string {
    if (symbol === 0) return '';
    const start = this.#texts.starts[symbol - 1]!;
    return this.out.bytes.toString('latin1', start, start + this.#texts.lengths[symbol - 1]!);
  }

  /** Writes a symbol; returns where its text begins. */
  #write(from: Buffer, view: DataView, start: number, length: number): number {
    const { out } = this;
    out.reserve(1 + varintLength(length) + length);
    out.bytes[out.length] = RequestV2Tag.symbols;
    const at = writeVarint(out.bytes, out.length + 1, length);
    out.length = copyRange(from, view, start, out.bytes, out.view, at, length);
    return at;
  }
}
