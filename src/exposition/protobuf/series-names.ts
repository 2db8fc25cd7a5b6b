// The metric names of the series of histograms and summaries, written after the body once for each family. They stay below
// four times the body plus a constant: a family with a name of n bytes has at least n + 5 bytes and adds at most 3n + 17; a
// bound has 2 bytes and adds 3, or has 11 and adds 24.
import type { ByteArena } from '../../wire/byte-arena.ts';
import { INFINITY_LABEL } from '../canonical-float.ts';
import { hasSuffixes, Role } from '../family-table.ts';

const SUFFIXES: readonly (readonly [role: number, suffix: string])[] = [
  [Role.sum, '_sum'],
  [Role.count, '_count'],
  [Role.bucket, '_bucket'],
];

export class ProtobufSeriesNames {
  readonly #arena: ByteArena;
  /** The range of the name for each role. */
  readonly #starts = new Int32Array(4);
  readonly #ends = new Int32Array(4);
  /** The ranges of `le`, `quantile` and `+Inf`. */
  leStart = 0;
  leEnd = 0;
  quantileStart = 0;
  quantileEnd = 0;
  infinityStart = 0;
  infinityEnd = 0;

  constructor(arena: ByteArena) {
    this.#arena = arena;
  }

  /** Starts a push. */
  reset(): void {
    const arena = this.#arena;
    this.leStart = arena.writeAscii('le');
    this.leEnd = arena.end;
    this.quantileStart = arena.writeAscii('quantile');
    this.quantileEnd = arena.end;
    this.infinityStart = arena.writeAscii(INFINITY_LABEL);
    this.infinityEnd = arena.end;
  }

  /** Writes the names for a family of this name and type. */
  enterFamily(start: number, end: number, type: number): void {
    const arena = this.#arena;
    this.#starts[Role.own] = start;
    this.#ends[Role.own] = end;
    if (!hasSuffixes(type)) return;
    for (const [role, suffix] of SUFFIXES) {
      this.#starts[role] = arena.end;
      arena.bytes.copyWithin(arena.end, start, end);
      arena.end += end - start;
      arena.writeAscii(suffix);
      this.#ends[role] = arena.end;
    }
  }

  start(role: number): number {
    return this.#starts[role]!;
  }

  end(role: number): number {
    return this.#ends[role]!;
  }
}
