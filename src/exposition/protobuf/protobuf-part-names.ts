// The names of the parts of histograms and summaries, written behind the body, once for each family. A family of n bytes
// of name has at least n + 5 bytes and gets at most 3n + 17; a bound has 2 bytes and gets 3, or 11 and gets 24. So what is
// written stays below four times the body, and a little more for the words that do not depend on it.
import type { ByteArena } from '../../wire/byte-arena.ts';
import { INFINITY_LABEL } from '../canonical-float.ts';
import { hasSuffixes, Role } from '../family-table.ts';

const SUFFIXES: readonly (readonly [role: number, suffix: string])[] = [
  [Role.sum, '_sum'],
  [Role.count, '_count'],
  [Role.bucket, '_bucket'],
];

export class ProtobufPartNames {
  readonly #arena: ByteArena;
  /** By role: where the name of that part stands. */
  readonly #starts = new Int32Array(4);
  readonly #ends = new Int32Array(4);
  /** `le` and `quantile`, and the value of `le` of the last bucket. */
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

  /** The family at hand has this name and type. */
  name(start: number, end: number, type: number): void {
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
