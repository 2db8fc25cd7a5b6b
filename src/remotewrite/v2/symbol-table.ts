// The symbols of one remote write 2.0 request: every text once, in the order of first use, the empty one first
// (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#symbols). Texts come and are kept as byte ranges; no string
// is made. Invariant: `out` holds the `symbols = 4` fields of all texts counted.
import { OutputBuffer } from '../../wire/output-buffer.ts';
import { CollisionError, ProbeBudget } from '../../wire/probe-budget.ts';
import { varintLength, writeVarint } from '../../wire/varint.ts';
import { copyRange, equalRanges, hashRange } from '../../wire/words.ts';
import { RequestV2Tag } from '../../wire/write-request-tags.ts';

const FIRST_SYMBOLS = 1024;
/** What a block of many symbols needed is given back after it. */
const KEPT_SYMBOLS = 1 << 16;

export class SymbolTable {
  readonly out: OutputBuffer;
  count = 0;
  /** Numbers of symbols; 0, the empty text, which is never looked for, is a free slot. */
  #slots = new Int32Array(2 * FIRST_SYMBOLS);
  #hashes = new Int32Array(FIRST_SYMBOLS);
  /** Where the text of each begins in `out`, and its length. */
  #starts = new Int32Array(FIRST_SYMBOLS);
  #lengths = new Int32Array(FIRST_SYMBOLS);
  readonly #probes = new ProbeBudget();
  /** In place of the slots, once texts turn out to be made to collide: those must not be refused any more. */
  #byText: Map<string, number> | undefined;

  /** `maxBytes` bounds the encoded symbols. */
  constructor(maxBytes: number) {
    this.out = new OutputBuffer(maxBytes);
    this.reset();
  }

  /** Starts a request. */
  reset(): void {
    this.out.reset();
    this.#probes.reset();
    this.#byText = undefined;
    this.count = 0;
    if (this.#hashes.length > KEPT_SYMBOLS) this.#allocate(FIRST_SYMBOLS);
    else this.#slots.fill(0);
    this.#add(EMPTY, EMPTY_VIEW, 0, 0, 0);
  }

  /**
   * The number of the text in `[start, start + length)` of `from`, which is added where it is new. `view` is one of the
   * same bytes and reaches past them (see `SLACK`). Throws OutputLimitError.
   */
  refOf(from: Buffer, view: DataView, start: number, length: number): number {
    if (length === 0) return 0;
    if (this.#byText) return this.#refByText(this.#byText, from, view, start, length);
    const hash = hashRange(view, start, length);
    const mask = this.#slots.length - 1;
    const first = (hash ^ (hash >>> 15)) & mask;
    let slot = first;
    let symbol = this.#slots[slot]!;
    for (; symbol !== 0; slot = (slot + 1) & mask, symbol = this.#slots[slot]!) {
      if (this.#hashes[symbol] !== hash || this.#lengths[symbol] !== length) continue;
      if (equalRanges(this.out.view, this.#starts[symbol]!, view, start, length)) return symbol;
    }
    if (!this.#isOrdinary((slot - first) & mask))
      return this.#refByText(this.#listTexts(), from, view, start, length);
    this.#slots[slot] = this.count;
    return this.#add(from, view, start, length, hash);
  }

  /** A symbol, its bytes each as one character. */
  latin1Of(symbol: number): string {
    const start = this.#starts[symbol]!;
    return this.out.bytes.toString('latin1', start, start + this.#lengths[symbol]!);
  }

  #isOrdinary(steps: number): boolean {
    try {
      this.#probes.spend(steps, this.count);
      return true;
    } catch (error) {
      if (error instanceof CollisionError) return false;
      throw error;
    }
  }

  #listTexts(): Map<string, number> {
    const byText = new Map<string, number>();
    for (let symbol = 1; symbol < this.count; symbol++) byText.set(this.latin1Of(symbol), symbol);
    this.#byText = byText;
    return byText;
  }

  #refByText(
    byText: Map<string, number>,
    from: Buffer,
    view: DataView,
    start: number,
    length: number,
  ): number {
    const text = from.toString('latin1', start, start + length);
    const known = byText.get(text);
    if (known !== undefined) return known;
    byText.set(text, this.count);
    return this.#add(from, view, start, length, 0);
  }

  #add(from: Buffer, view: DataView, start: number, length: number, hash: number): number {
    const { out } = this;
    out.reserve(1 + varintLength(length) + length);
    out.bytes[out.length] = RequestV2Tag.symbols;
    const at = writeVarint(out.bytes, out.length + 1, length);
    out.length = copyRange(from, view, start, out.bytes, out.view, at, length);
    const symbol = this.count++;
    this.#hashes[symbol] = hash;
    this.#starts[symbol] = at;
    this.#lengths[symbol] = length;
    if (this.count === this.#hashes.length) this.#allocate(2 * this.count);
    return symbol;
  }

  /** Makes room for `size` symbols, and keeps those that are there. */
  #allocate(size: number): void {
    const grow = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(size);
      made.set(old.subarray(0, this.count));
      return made;
    };
    this.#hashes = grow(this.#hashes);
    this.#starts = grow(this.#starts);
    this.#lengths = grow(this.#lengths);
    this.#slots = new Int32Array(2 * size);
    const mask = 2 * size - 1;
    for (let symbol = 1; symbol < this.count; symbol++) {
      const hash = this.#hashes[symbol]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = symbol;
    }
  }
}

const EMPTY = Buffer.alloc(0);
const EMPTY_VIEW = new DataView(new ArrayBuffer(0));
