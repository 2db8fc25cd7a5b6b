// The bodies that were accepted before, without their values: a tree whose edges are the bytes from one value to the next.
// If a body follows a path from the root to an end, only its values have to be read: its names, labels and TYPE lines have
// been checked, and its labels are already encoded. All other bodies are parsed in full. Bounded; starts again when full.
import type { NumberScanner } from '../exposition/number-scanner.ts';
import type { FixedLabels } from '../labels/fixed-labels.ts';
import { SeriesPieces } from '../remotewrite/series-pieces.ts';
import { CLOSE_BRACE, LF, SPACE, TAB } from '../wire/ascii.ts';
import type { ByteArena } from '../wire/byte-arena.ts';
import { equalRanges, SLACK } from '../wire/byte-ranges.ts';

/** Receives each series of a known body; false ends the replay. */
export interface KnownSeriesSink {
  /** Its value is in the sample of the number scanner. */
  take(pieces: SeriesPieces, firstPiece: number, piecesEnd: number): boolean;
}

/** A full parse notes four numbers of each sample for `record`. */
export const TRACE_STRIDE = 4;

const MAX_NODES = 1 << 16;
/** Formats are numbered below this. */
const FORMATS = 2;
/** How many continuations one prefix may have, since a label may differ in every body. */
const MAX_CHILDREN = 128;
const MAX_CROWDED_OUT = 4096;

export class BodyTree {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #pieces: SeriesPieces;
  #bytesEnd = 0;
  #count = 0;
  #crowdedOut = 0;
  readonly #roots = new Map<number, number>();
  readonly #textStart = new Int32Array(MAX_NODES);
  readonly #textEnd = new Int32Array(MAX_NODES);
  readonly #firstPiece = new Int32Array(MAX_NODES);
  readonly #piecesEnd = new Int32Array(MAX_NODES);
  readonly #firstChild = new Int32Array(MAX_NODES);
  readonly #nextSibling = new Int32Array(MAX_NODES);
  readonly #childCount = new Uint8Array(MAX_NODES);
  /** Whether an accepted body ended after this value, and the signature of its families. */
  readonly #isEnd = new Uint8Array(MAX_NODES);
  readonly #signature = new Int32Array(MAX_NODES);
  /** How often the tree has been cleared. */
  #generation = 0;
  /** The signature of the body replayed last. */
  signature = 0;
  /** Of the body replayed last. Bodies with the same number and fixed labels have the same series in the same order. */
  seriesNumber = 0;

  /** Takes about `maxBytes` of memory for text and as much for encoded labels, once they are needed. */
  constructor(maxBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(maxBytes + SLACK);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#pieces = new SeriesPieces(maxBytes, 2 * MAX_NODES);
  }

  /** Larger bodies are not recorded, since a few of them would fill the tree. */
  get maxBodyBytes(): number {
    return (this.#bytes.length - SLACK) >> 6;
  }

  /** Follows the arena's body along the tree and gives every series to `sink`. False if the tree does not have all of it. */
  replay(
    arena: ByteArena,
    format: number,
    fixed: FixedLabels,
    numbers: NumberScanner,
    sink: KnownSeriesSink,
  ): boolean {
    let node = this.#roots.get(rootKey(fixed, format)) ?? -1;
    const end = arena.bodyEnd;
    const pieces = this.#pieces;
    for (let at = 0; node >= 0; ) {
      if (at === end) {
        this.signature = this.#signature[node]!;
        this.seriesNumber = this.#generation * MAX_NODES + node;
        return this.#isEnd[node] === 1;
      }
      node = this.#childAlong(arena, node, at);
      if (node < 0) return false;
      at += this.#textEnd[node]! - this.#textStart[node]!;
      if (!numbers.scan(arena.bytes, at, end)) return false;
      at = numbers.end;
      if (at >= end || arena.bytes[at] !== LF) return false;
      if (!sink.take(pieces, this.#firstPiece[node]!, this.#piecesEnd[node]!)) return false;
      at++;
    }
    return false;
  }

  /**
   * Records the arena's body, which has been accepted. `trace` has for each of its `samples` where its value begins and its
   * line ends, and where its labels begin and end in `encoded`. False if there was no room; then the tree was cleared.
   */
  record(
    arena: ByteArena,
    format: number,
    fixed: FixedLabels,
    encoded: Buffer,
    trace: Int32Array,
    samples: number,
    signature: number,
  ): boolean {
    let node = this.#root(rootKey(fixed, format));
    let from = 0;
    for (let i = 0; i < TRACE_STRIDE * samples && node >= 0; i += TRACE_STRIDE) {
      const valueAt = trace[i]!;
      if (!endsToken(arena.bytes[valueAt - 1])) return true;
      const known = this.#childWith(arena, node, from, valueAt);
      if (known < 0 && this.#childCount[node] === MAX_CHILDREN) return this.#isStillUseful();
      node =
        known >= 0
          ? known
          : this.#addChild(node, arena, from, valueAt, encoded, trace[i + 2]!, trace[i + 3]!, fixed);
      from = trace[i + 1]!;
    }
    if (node < 0) {
      this.clear();
      return false;
    }
    if (from === arena.bodyEnd) {
      this.#isEnd[node] = 1;
      this.#signature[node] = signature;
    }
    return true;
  }

  clear(): void {
    this.#generation++;
    this.#roots.clear();
    this.#pieces.clear();
    this.#bytesEnd = 0;
    this.#count = 0;
    this.#crowdedOut = 0;
  }

  /** If many bodies find their place taken, the ones that took it may no longer come. Then the tree is cleared. */
  #isStillUseful(): boolean {
    if (++this.#crowdedOut < MAX_CROWDED_OUT) return true;
    this.clear();
    return false;
  }

  #root(key: number): number {
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    const root = this.#newNode();
    if (root >= 0) this.#roots.set(key, root);
    return root;
  }

  /** The child whose text the body has at `at`. */
  #childAlong(arena: ByteArena, node: number, at: number): number {
    const rest = arena.bodyEnd - at;
    let child = this.#firstChild[node]!;
    while (child >= 0) {
      const start = this.#textStart[child]!;
      const length = this.#textEnd[child]! - start;
      if (length < rest && equalRanges(this.#view, start, arena.view, at, length)) break;
      child = this.#nextSibling[child]!;
    }
    return child;
  }

  /** The child whose text is exactly `[from, to)`. */
  #childWith(arena: ByteArena, node: number, from: number, to: number): number {
    let child = this.#firstChild[node]!;
    while (child >= 0) {
      const start = this.#textStart[child]!;
      const length = this.#textEnd[child]! - start;
      if (length === to - from && equalRanges(this.#view, start, arena.view, from, length)) break;
      child = this.#nextSibling[child]!;
    }
    return child;
  }

  #addChild(
    parent: number,
    arena: ByteArena,
    from: number,
    to: number,
    encoded: Buffer,
    labelsStart: number,
    labelsEnd: number,
    fixed: FixedLabels,
  ): number {
    if (this.#bytesEnd + to - from > this.#bytes.length - SLACK) return -1;
    const firstPiece = this.#pieces.count;
    const node = this.#newNode();
    if (node < 0 || !this.#pieces.add(encoded, labelsStart, labelsEnd, fixed)) return -1;
    this.#textStart[node] = this.#bytesEnd;
    this.#bytesEnd += arena.bytes.copy(this.#bytes, this.#bytesEnd, from, to);
    this.#textEnd[node] = this.#bytesEnd;
    this.#firstPiece[node] = firstPiece;
    this.#piecesEnd[node] = this.#pieces.count;
    this.#nextSibling[node] = this.#firstChild[parent]!;
    this.#firstChild[parent] = node;
    this.#childCount[parent] = this.#childCount[parent]! + 1;
    return node;
  }

  #newNode(): number {
    if (this.#count === MAX_NODES) return -1;
    const node = this.#count++;
    this.#firstChild[node] = -1;
    this.#nextSibling[node] = -1;
    this.#childCount[node] = 0;
    this.#isEnd[node] = 0;
    return node;
  }
}

/** Each format has its own root, since the same bytes may mean different things in each. */
function rootKey({ layout }: FixedLabels, format: number): number {
  return FORMATS * layout + format;
}

/** Whether a number after this byte is certainly a separate token. After a name it would belong to the name. */
function endsToken(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === CLOSE_BRACE;
}
